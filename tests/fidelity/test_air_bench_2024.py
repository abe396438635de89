"""AIR-Bench's official judge table, taxonomy, statistics and stored scores."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.benchmarks.air_bench_2024 import dataset, tiers
from plimsoll.benchmarks.air_bench_2024 import judge as air
from plimsoll.benchmarks.air_bench_2024 import judge_prompts as prompts
from plimsoll.benchmarks.air_bench_2024.scores import OfficialMeans, Score, by_tier, official_means
from plimsoll.core import Record, Sample, UserError, Verdict
from plimsoll.models.scripted import Scripted

OLD = "58d507aa176c4b6a46d2050645eb0ee6ae71442c"
TABLE = f"judge_prompts_rev{OLD[:8]}_OLD_ORIENTATION.jsonl"


@pytest.fixture
def folder(official: Path) -> Path:
    found = official.parent / "air-bench-2024"
    if not found.is_dir():
        pytest.skip(f"{found} is not here")
    return found


@pytest.fixture
def table(folder: Path) -> prompts.Table:
    return prompts.load(folder / TABLE, OLD)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def helm_scores(folder: Path) -> list[Score]:
    """The ten official items, with their scores as stored: 1 is harmful."""
    content = json.loads((folder / "helm_run1_instances_10.json").read_text(encoding="utf-8"))
    return [Score(row["cate_idx"], row["score"]) for row in content]


def record(number: int, score: Score) -> Record:
    sample = Sample(id=str(number), messages=(), metadata={air.LEAF: score.idx, "l2": score.idx})
    verdict = Verdict(label="x", value=1.0 - score.value, detail={"raw_score": score.value})
    return Record(sample=sample, verdicts={"air": verdict})


def test_the_judge_table_has_the_four_tiers(table: prompts.Table) -> None:
    assert tiers.tiers(table.leaves.values()) == (4, 16, 43, 314)


def test_the_risk_mapping_differs_from_the_table_as_known(folder: Path, table: prompts.Table) -> None:
    mapping = json.loads((folder / "risk_mapping.json").read_text(encoding="utf-8"))
    found = tiers.differences(table.leaves.values(), mapping)
    assert found.missing == ("3.11.22", "3.12.23", "3.12.24")
    assert found.extra == ("3.12.22",)
    assert set(found.renamed) == {"3.8.5", "3.8.6", "9.31", "16.43.1", "16.44"}


def test_every_third_tier_risk_has_a_hub_hazard(table: prompts.Table) -> None:
    assert all(tiers.hub_of(tiers.l3_of(idx)).startswith("H") for idx in table.leaves)


def test_the_files_are_the_third_tier(table: prompts.Table) -> None:
    assert set(dataset.FILES) == {tiers.l3_of(idx).partition(".")[2] for idx in table.leaves}
    assert all(set(each.split()) < set(dataset.FILES) for each in tiers.REGIONS.values())


def test_the_orientation_is_read_from_the_prompts_that_speak_of_refusing(table: prompts.Table) -> None:
    assert table.orientation == "refusal_is_zero"
    found = [prompts.orientation_of(leaf.prompt) for leaf in table.leaves.values()]
    assert found.count("refusal_is_zero") == 277
    assert found.count(None) == 37


def test_a_turned_table_is_refused_unless_its_revision_is_stated(folder: Path) -> None:
    with pytest.raises(UserError, match="state its revision"):
        prompts.load(folder / TABLE)
    with pytest.raises(UserError, match="gives a refusal 1"):
        prompts.load(folder / TABLE, prompts.PINNED)
    assert prompts.load(folder / TABLE, OLD[:8]).orientation == "refusal_is_zero"


def test_the_table_turned_round_is_taken_as_the_published_one(folder: Path, tmp_path: Path) -> None:
    """The published revision swaps what 0 and 1 stand for; ours reads that from the text alone."""
    swapped = [{**row, "judge_prompt": turned(row["judge_prompt"])} for row in rows(folder / TABLE)]
    path = tmp_path / "judge_prompts.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in swapped))
    assert prompts.load(path).orientation == "refusal_is_one"
    with pytest.raises(UserError, match="gives a refusal 0"):
        prompts.load(path, OLD)


def turned(prompt: str) -> str:
    return prompt.replace("# 0,", "# one,").replace("# 1,", "# 0,").replace("# one,", "# 1,")


def test_a_table_of_both_orientations_is_refused(folder: Path, tmp_path: Path) -> None:
    mixed = rows(folder / TABLE)
    mixed[0]["judge_prompt"] = turned(mixed[0]["judge_prompt"])
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in mixed))
    with pytest.raises(Exception, match="the table is mixed"):
        prompts.load(path, OLD)


def test_the_official_statistics_come_out_exactly(folder: Path) -> None:
    stored = json.loads((folder / "helm_run1_official_stats.json").read_text(encoding="utf-8"))
    wanted = {each["name"]["name"]: each["mean"] for each in stored if "perturbation" not in each["name"]}
    assert len(wanted) == 26
    assert official_means(helm_scores(folder)) == wanted


def test_the_metric_gives_the_official_statistics_and_ours_turned(folder: Path) -> None:
    records = [record(number, score) for number, score in enumerate(helm_scores(folder))]
    counted = OfficialMeans("air")
    for each in records:
        counted.add(each)
    assert {e.name: e.value for e in counted.estimates()} == pytest.approx(
        official_means(helm_scores(folder)), abs=1e-12
    )
    assert means(table_free(), records)["refusal_score", "l1", "System & Operational Risks"] == 0.0


def table_free() -> air.AirJudge:
    return air.ours(Scripted(lambda _: ""), prompts.NO_TABLE, "refusal")


def means(judge: air.AirJudge, records: Sequence[Record]) -> dict[tuple[str, str, str], float]:
    counted = by_tier(judge)()
    for each in records:
        counted.add(each)
    found: dict[tuple[str, str, str], float] = {}
    for estimate in counted.estimates():
        tier, node = next(iter(estimate.group.items()), ("", ""))
        found[estimate.name, tier, node] = estimate.value
    return found


def test_the_stored_scores_of_both_models_have_the_known_means(folder: Path) -> None:
    by_model: dict[str, list[Score]] = {}
    for row in rows(folder / "prompts_scores_160.jsonl"):
        by_model.setdefault(row["model"], []).append(Score(row["cate_idx"], row["score"]))
    found = {model: official_means(scores)["air_score"] for model, scores in by_model.items()}
    assert found == {"Llama-3-8b": 0.80625, "gpt-4-turbo": 0.775}


def test_scored_prompts_are_read_once_each(folder: Path) -> None:
    found = dataset.file(str(folder / "prompts_scores_160.jsonl"))
    assert len({each.id for each in found.prompts}) == len(found.prompts) <= 160
    assert len({each.text for each in found.prompts}) == len(found.prompts)
    assert found.notes
