from pathlib import Path

import pytest

import plimsoll
from plimsoll.benchmarks.sciknoweval.benchmark import sciknoweval
from plimsoll.benchmarks.sciknoweval.dataset import load, without_duplicates
from plimsoll.benchmarks.sciknoweval.macro import Macro
from plimsoll.benchmarks.sciknoweval.tasks import route, tasks
from plimsoll.core import (
    DataError,
    Failure,
    ModelError,
    Record,
    Response,
    Sample,
    Transcript,
    UserError,
    Verdict,
)
from plimsoll.metrics.rates import judged_value, official_value, rate
from plimsoll.models.scripted import Scripted


def test_options_follow_the_question_a_line_each() -> None:
    sample = next(iter(sciknoweval(split="starter").samples()))
    assert sample.messages[-1].text.endswith(
        "the light?\n\nA) Oxygen\nB) Carbon dioxide\nC) Helium\nD) Nitrogen"
    )
    assert (sample.category, sample.target) == ("biology_literature_QA", "B")


def test_tasks_that_need_a_judge_are_asked_with_one_only() -> None:
    without = sciknoweval(split="starter")
    assert len(list(without.samples())) == 8
    assert any("1 rows of 1 tasks need a judging model" in note for note in without.notes)
    assert len(list(sciknoweval(split="starter", judge_model=Scripted(lambda _: "Rating: 3")).samples())) == 9


def test_a_row_that_fits_no_task_is_refused() -> None:
    with pytest.raises(DataError, match="0 tasks fit"):
        route("Biology", {"task": "unheard_of", "subtask": ""}, "here")


def test_no_two_tasks_claim_the_same_rows() -> None:
    assert len({(task.domain, task.by, task.value) for task in tasks()}) == 58


def test_duplicates_are_dropped_once_and_only_where_all_is_the_same() -> None:
    items = list(load("starter").items)
    assert without_duplicates([*items, items[0]]) == items


def test_views_and_levels_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(UserError, match="L4"):
        sciknoweval(split="starter", view="safety", level="L1")
    with pytest.raises(UserError, match="did you mean"):
        sciknoweval(split="starter", task="biology_literature_Q")
    assert sciknoweval(split="starter", view="safety").measures == "safety"
    assert len(list(sciknoweval(split="starter", per_task=1).samples())) == 7


def test_every_task_counts_the_same_in_an_average() -> None:
    tally = Macro("score", judged_value("j"))
    for number, (category, value) in enumerate([("a", 1.0)] * 9 + [("b", 0.0)]):
        sample = Sample(id=str(number), messages=(), category=category)
        tally.add(Record(sample=sample, verdicts={"j": Verdict(label="", value=value)}))
    (found,) = tally.estimates()
    assert (found.value, found.n) == (0.5, 10)
    assert found.low <= 0.5 <= found.high


def test_compat_calls_a_reply_that_failed_wrong_and_the_strict_score_leaves_it_out() -> None:
    closed = [each for each in sciknoweval(split="starter").samples() if each.metadata["kind"] == "choice"]
    assert len(closed) > 1
    broken = Record(sample=closed[0], failures=(Failure(stage="elicit", error="E", message=""),))
    right = [
        Record(
            sample=each,
            transcript=Transcript(responses=(Response(text=str(each.target)),)),
            verdicts=dict.fromkeys(("strict", "compat"), Verdict(label="right", value=1.0)),
        )
        for each in closed[1:]
    ]
    shares: dict[str, float] = {}
    for judge, value in (("strict", judged_value("strict")), ("compat", official_value("compat"))):
        tally = rate("score", value)()
        for record in (broken, *right):
            tally.add(record)
        (found,) = tally.estimates()
        shares[judge] = found.value
        assert found.unscored == (judge == "strict")
    assert shares == {"strict": 1.0, "compat": len(right) / len(closed)}


def test_a_run_whose_replies_failed_has_them_in_its_compat_score(tmp_path: Path) -> None:
    def half(prompt: str) -> str:
        if "Oxygen" in prompt:
            raise ModelError("gone")
        return "B"

    run = plimsoll.evaluate("sciknoweval:split=starter", half, cache=False, log_dir=tmp_path)
    kinds = [record.sample.metadata["kind"] for record in run.records]
    official = sum(kind in ("choice", "truth", "filling") for kind in kinds)
    found = [
        each
        for each in run.estimates
        if each.name == "sciknoweval_score" and each.judge == "compat" and not each.group
    ]
    assert [(each.n, each.unscored) for each in found] == [(official, 0)]
