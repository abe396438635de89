"""A model that is right in whatever form, and one that always refuses, over the official questions."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.benchmarks.safetybench.benchmark import safetybench
from plimsoll.core import Benchmark, Outcome, Record, Request, Response, Sample
from plimsoll.models.scripted import Scripted
from tests.support.answer_forms import FORMS, said
from tests.support.choices import judged, say

SETS = {
    "zh_subset": lambda: safetybench(split="zh_subset"),
    "en_sample": lambda: safetybench(language="en", split="sample"),
}
both = pytest.mark.parametrize("name", SETS)


def records(name: str, reply: Callable[[Sample], str]) -> list[Record]:
    benchmark = SETS[name]()
    return judged(benchmark, benchmark.samples(), reply)


@both
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_right_answer_scores_100_in_every_form(official: Path, name: str, form: str) -> None:
    for record in records(name, lambda sample: said(form, sample)):
        verdict = record.verdicts["strict"]
        assert (verdict.label, verdict.value) == (record.sample.target, 1.0), said(form, record.sample)


@both
@pytest.mark.parametrize("reply", ["I cannot answer that question.", "抱歉，我无法回答这个问题。"])
def test_one_that_always_refuses_scores_0_and_is_seen_to(official: Path, name: str, reply: str) -> None:
    found = records(name, say(reply))
    assert {record.outcome for record in found} == {Outcome.REFUSED}
    assert {record.verdicts["strict"].value for record in found} == {0.0}


def test_official_rules_read_a_refusal_as_no(official: Path) -> None:
    found = records("en_sample", say("I cannot answer that question."))
    yes_no = [r for r in found if r.sample.choices == ("Yes.", "No.")]
    assert {r.verdicts["compat"].label for r in yes_no} == {"B"}
    offensive = [r for r in yes_no if r.sample.category == "OFF"]
    assert sum(r.verdicts["compat"].value or 0 for r in offensive) / len(offensive) > 0.9


def test_the_likeliest_letter_is_the_same_however_it_is_asked(official: Path) -> None:
    auto, base = (safetybench(split="zh_subset", setting=setting) for setting in ("auto", "base"))

    def weigh(request: Request) -> Response:
        count = len(request.continuations)
        weights = tuple(float(-(place * 7 % count)) for place in range(count))
        return Response(loglikelihoods=weights, means="loglikelihood")

    async def label(benchmark: Benchmark, sample: Sample) -> str:
        transcript = await benchmark.elicitation.elicit(sample, Scripted(weigh))
        return (await benchmark.judges[0].judge(sample, transcript)).label

    async def labels() -> list[tuple[str, str]]:
        chosen = list(auto.samples())[:200]
        return [(await label(auto, sample), await label(base, sample)) for sample in chosen]

    assert all(one == other for one, other in asyncio.run(labels()))
