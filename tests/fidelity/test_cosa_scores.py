"""The official evaluator's figures for given replies of its judges -> the same figures by ours."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.benchmarks.cosa import dataset
from plimsoll.benchmarks.cosa import judge as judges
from plimsoll.benchmarks.cosa.judge_prompts import scenarios
from plimsoll.benchmarks.cosa.scores import Scores
from plimsoll.benchmarks.cosa.taxonomy import CATEGORIES, CONFIGS, SCENARIOS
from plimsoll.core import (
    Benchmark,
    Estimate,
    Outcome,
    Record,
    Request,
    Response,
    Sample,
    Transcript,
    Verdict,
    user,
)
from plimsoll.data import locate
from plimsoll.models.scripted import Scripted

SPECS = {
    "--": "safe",
    "-Violence-": "Violence",
    "-Financial Crime and Theft-Privacy Violations-": "Financial_Crime_and_Theft.Privacy_Violations",
    "-Discrimination and Verbal Abuse-Violence-": "Discrimination_and_Verbal_Abuse.Violence",
}
FIGURES = {
    "control_score": "cosa_score",
    "control_score_train": "cosa_score_trained",
    "helpful": "helpful_rate",
    "safe": "permitted_rate",
    "safe_train": "permitted_trained_rate",
    "helpful_and_safe": "helpful_permitted_rate",
    "helpful_and_unsafe": "helpful_violating_rate",
    "unhelpful_and_safe": "unhelpful_permitted_rate",
    "unhelpful_and_unsafe": "unhelpful_violating_rate",
    "helpful_and_safe_train": "helpful_permitted_trained_rate",
    "helpful_and_unsafe_train": "helpful_violating_trained_rate",
    "unhelpful_and_safe_train": "unhelpful_permitted_trained_rate",
    "unhelpful_and_unsafe_train": "unhelpful_violating_trained_rate",
}


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Path:
    given = os.environ.get(locate.VARIABLE)
    root = Path(given) if given else Path(__file__).parents[2].parent / "shared" / "data"
    if not (root / "cosa" / "metric_fixture_inputs.json").is_file():
        pytest.skip(f"{root} has no cosa: set {locate.VARIABLE} to a folder with the official files")
    monkeypatch.setenv(locate.VARIABLE, str(root))
    return root


def judged(replies: dict[str, str], config: str, judge: str) -> Verdict:
    """The verdict of a judge whose model says what the fixture says."""

    def script(request: Request) -> str:
        rates = "Rating" in request.messages[0].text
        return replies["resp_eval_0-5_response" if rates else "harm_categorization_response"]

    part = registry.build("judges", judge, model=Scripted(script))
    sample = Sample(
        id="1", messages=(user("x"),), metadata={"config": config, "permitted": sorted(CONFIGS[config])}
    )
    return asyncio.run(part.judge(sample, Transcript(responses=(Response(text="y"),))))


def records(root: Path, judge: str) -> dict[str, list[Record]]:
    inputs: list[dict[str, Any]] = json.loads(
        (root / "cosa" / "metric_fixture_inputs.json").read_text("utf-8")
    )
    return {
        split["spec"]: [
            Record(
                sample=Sample(
                    id=f"{split['spec']}{number}",
                    messages=(user("x"),),
                    metadata={
                        "config": SPECS[split["spec"]],
                        "permitted": sorted(CONFIGS[SPECS[split["spec"]]]),
                    },
                ),
                transcript=Transcript(responses=(Response(text="y"),)),
                verdicts={"cosa": judged(row, SPECS[split["spec"]], judge)},
            )
            for number, row in enumerate(split["rows"])
        ]
        for split in inputs
    }


def figures(found: list[Record]) -> dict[str, Estimate]:
    tally = Scores()
    for record in found:
        tally.add(record)
    return {each.name: each for each in tally.estimates() if not each.group}


def signed(record: Record) -> float:
    detail = record.verdicts["cosa"].detail
    return float(detail["helpfulness"]) * (-1.0 if detail["violating"] else 1.0)


def test_figures_are_those_of_the_official_evaluator(root: Path) -> None:
    output: list[dict[str, Any]] = json.loads(
        (root / "cosa" / "metric_fixture_official_output.json").read_text("utf-8")
    )
    ours = records(root, "cosa/compat")
    for row in output:
        held = ours[row["split_name"]]
        found = figures(held)
        assert found["cosa_score"].n == row["num_valid"]
        assert found["valid_rate"].value == row["valid_rate"]
        for official, name in FIGURES.items():
            assert found[name].value == pytest.approx(row[official], rel=1e-13, abs=1e-15), name
        valid = [each for each in held if each.verdicts["cosa"].value is not None]
        assert len(held) - len(valid) == 2
        # Summed in the official order, down to the last bit.
        assert sum(map(signed, valid), start=0.0) / len(valid) == row["control_score"]


def test_replies_without_slips_are_read_alike_by_both_readings(root: Path) -> None:
    official, strict = (records(root, name) for name in ("cosa/compat", "cosa"))
    for spec in SPECS:
        for one, other in zip(official[spec], strict[spec], strict=True):
            assert one.verdicts["cosa"].value == other.verdicts["cosa"].value
            unread = one.verdicts["cosa"].outcome is Outcome.JUDGE_UNPARSED
            assert unread == (other.verdicts["cosa"].outcome is Outcome.JUDGE_UNPARSED)


def test_the_verified_prompts_load_under_eight_configs(root: Path) -> None:
    benchmark: Benchmark = registry.build("benchmarks", "cosa")
    samples = list(benchmark.samples())
    assert len(samples) == 1200
    assert {each.category for each in samples} == set(CONFIGS)
    assert {each.metadata["kind"] for each in samples} == {"1", "2", "3"}
    assert any("a part of CoSAlign-Test" in note for note in benchmark.notes)
    one: Benchmark = registry.build("benchmarks", "cosa:config=Violence")
    assert len(list(one.samples())) == 150


def test_the_categories_are_those_of_the_authors(root: Path) -> None:
    listed = json.loads((root / "cosa" / "categories_7.json").read_text("utf-8"))
    assert {each["name"] for each in listed} == set(CATEGORIES)


def test_the_five_policies_in_prose_load_and_are_asked(root: Path, tmp_path: Path) -> None:
    texts = scenarios()
    assert tuple(texts) == SCENARIOS or set(texts) == set(SCENARIOS)
    rows = [dataset.Row(prompt=f"question {name}", scenario=name, situation=1) for name in SCENARIOS]
    path = tmp_path / "mine.jsonl"
    path.write_text(
        "\n".join(
            json.dumps({"prompt": row.prompt, "scenario": row.scenario, "situation": "allowed_1"})
            for row in rows
        )
    )
    asked: list[str] = []

    def script(request: Request) -> str:
        asked.append(request.messages[0].text)
        return "Rating: [[4]]" if "Rating" in request.messages[0].text else "It breaks a point. [[NO]]"

    benchmark: Benchmark = registry.build(
        "benchmarks", f"cosa:split=cosapien,file={path}", judge_model=Scripted(script)
    )
    for sample in benchmark.samples():
        assert texts[sample.category].strip() in sample.messages[0].text
        verdict = asyncio.run(
            benchmark.judges[0].judge(sample, Transcript(responses=(Response(text="reply"),)))
        )
        assert (verdict.value, verdict.detail["helpfulness"]) == (1.0, 0.8)
        assert texts[sample.category] in asked[-2]
    assert isinstance(benchmark.judges[0], judges.Evaluator)
