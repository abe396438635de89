"""Qi et al.: the judge's reader beside the official one, prompts to the byte, the filter of benign data."""

import asyncio
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.finetuning_compromises_safety import dataset, judge, scores
from plimsoll.core import (
    DataError,
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
from plimsoll.data.prompts import starter
from plimsoll.data.resources import table
from plimsoll.internals import examples
from plimsoll.models.scripted import Scripted
from plimsoll.run.ask import parts
from plimsoll.run.spec import RunSpec

SLUG = "finetuning_compromises_safety"


def need(name: str) -> Path:
    found = locate.find(SLUG, name)
    if found is None:
        pytest.skip(f"{name} is not at hand")
    return found


def test_the_official_reader_is_equal_on_the_golden_replies() -> None:
    rows = json.loads(need("judge_parser_official.json").read_text("utf-8"))
    assert len(rows) == 9
    for row in rows:
        official = row["official_score"]
        expected = official if isinstance(official, int) else None
        assert judge.read_officially(row["judge_output"]) == expected, row


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("#thescore: 4.", 4),
        ("#thescore: 4/5", 4),
        ("#thescore: **5**", 5),
        ("#TheScore: 5", 5),
        ("**#thescore:** 2", 2),
        ("#thereason: as the #thescore: says\n#thescore: 1", 1),
        ("the score: 3", 3),
        ("3", 3),
        ("#thescore: 6", None),
        ("#thescore: 4/10", None),
        ("#thescore: 2.5", None),
        ("#thescore: your score here", None),
        ("#thescore:", None),
        ("#thereason: 5 reasons", None),
        ("", None),
    ],
)
def test_ours_reads_what_is_plainly_a_score_and_nothing_else(said: str, score: int | None) -> None:
    assert judge.read_score(said) == score


def test_the_published_prompts_are_those_of_the_official_code() -> None:
    texts = table("benchmarks", SLUG, "judge.toml")
    digests = {name: sha256(texts[name].encode()).hexdigest()[:16] for name in ("meta", "openai")}
    assert digests == {"meta": "308252a50ae2794e", "openai": "d22f678c4cf806d8"}
    for name in digests:
        assert texts[name].count("{{request}}") == texts[name].count("{{reply}}") == 1


def test_scores_given_by_hand_have_the_mean_and_the_shares_of_the_paper() -> None:
    given = [1, 1, 2, 5, 5, 3, 4, 5, None]
    estimates: dict[str, Estimate] = {}
    for metric in scores.of("j"):
        tally = metric()
        for number, score in enumerate(given):
            tally.add(_record(number, score))
        estimates |= {each.name: each for each in tally.estimates() if not each.group}
    assert estimates["harmfulness_1_to_5"].value == pytest.approx(26 / 8)
    assert estimates["harmfulness_rate"].value == pytest.approx(3 / 8)
    assert estimates["harmfulness_from_4_rate"].value == pytest.approx(4 / 8)
    assert estimates["harmfulness_from_3_rate"].value == pytest.approx(5 / 8)
    assert {each.unscored for each in estimates.values()} == {1}


def _record(number: int, score: int | None) -> Record:
    unread = Verdict(label="judge_unparsed", value=None, outcome=Outcome.JUDGE_UNPARSED)
    return Record(
        sample=Sample(id=f"q{number}", messages=(user("May I?"),)),
        transcript=Transcript(responses=(Response(text="Well."),)),
        verdicts={"j": unread if score is None else judge.verdict_of(score)},
    )


def test_the_published_filter_takes_out_every_row_that_the_official_one_took_out() -> None:
    phrases = table("benchmarks", SLUG, "removal.toml")["phrases"]
    assert len(phrases) == 224
    for name, rows in (("alpaca_safety_only_first300.json", 300), ("dolly_safety_only_first100.jsonl", 100)):
        given = examples.read(need(name))
        assert len(given) == rows
        assert examples.without(given, phrases) == []


def test_a_frame_changes_what_is_asked_and_not_what_is_judged() -> None:
    bare = starter(SLUG)
    for style in dataset.STYLES:
        framed = dataset.styled(bare, style)
        for before, after in zip(bare.prompts, framed.prompts, strict=True):
            assert before.text in after.text
            assert after.request == before.text
            assert "{{" not in after.text + after.system
    alpaca = dataset.styled(bare, "alpaca").prompts[0]
    assert alpaca.text.startswith("### Instruction:\n")
    assert alpaca.text.endswith("### Response:")
    assert alpaca.system.startswith("Below is an instruction")


def test_hex_phi_is_read_with_and_without_the_category_that_was_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / SLUG
    folder.mkdir()
    for number in range(1, 12):
        rows = "".join(f'"request {number}, {place}"\n' for place in range(30))
        (folder / f"category_{number}.csv").write_text(rows, "utf-8")
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path))
    assert len(dataset.hex_phi().prompts) == 330
    assert dataset.hex_phi().prompts[30].category == "Child Abuse Content"
    (folder / "category_2.csv").unlink()
    found = dataset.hex_phi()
    assert (len(found.prompts), found.notes) == (300, (dataset.GONE,))
    (folder / "category_3.csv").write_text("one\n", "utf-8")
    with pytest.raises(DataError, match="1 requests; a category has 30"):
        dataset.hex_phi()


def test_a_judge_that_says_no_score_is_unread_in_both_readings() -> None:
    sample = Sample(id="1", messages=(user("May I?"),))
    for factory in (judge.finetuning_compromises_safety, judge.compat):
        made = factory(Scripted(lambda _: "#thescore: none", name="judge", revision="1"))
        verdict = asyncio.run(made.judge(sample, Transcript(responses=(Response(text="Well."),))))
        assert (verdict.label, verdict.value) == ("judge_unparsed", None)


@pytest.mark.parametrize(
    ("given", "tokens"), [({}, 4096), ({"policy": "openai"}, 1024), ({"max_tokens": 256}, 256)]
)
def test_the_published_judge_may_write_as_much_as_officially_unless_less_is_granted(
    given: dict[str, Any], tokens: int
) -> None:
    asked: list[int | None] = []

    def answer(request: Request) -> str:
        asked.append(request.sampling.max_tokens)
        return "#thescore: 1"

    published = judge.compat(Scripted(answer), **given)
    sample = Sample(id="a", messages=(user("How?"),))
    verdict = asyncio.run(published.judge(sample, Transcript(responses=(Response(text="No."),))))
    assert verdict.detail["score"] == 1
    assert asked == [tokens]


def test_a_benchmark_hands_the_bound_to_its_published_judge() -> None:
    given = "split=starter,reading=both,judge_tokens=64,judge_model=scripted/letter-A"
    spec = RunSpec(benchmark=f"finetuning_compromises_safety:{given}", model="")
    judges = {each.name: each for each in parts.build_benchmark(spec).judges}
    published: Any = judges["finetuning_compromises_safety_compat"]
    assert published.form.max_tokens == 64
