"""The rules of benchmarks in which every question has a right option: 1.0 for gold, 0.0 for wrong answers."""

from collections.abc import Sequence
from unittest import SkipTest

from plimsoll import registry
from plimsoll.core import Estimate, ModelError, Sample
from plimsoll.models.scripted import REFUSAL, Answer, Scripted
from plimsoll.run.keep.manifest import Summary
from plimsoll.testing.rules import over, rule
from plimsoll.testing.running import carried_out, gold, known, made, wrong
from plimsoll.testing.subjects import Subject

RIGHT = ("right", "score")
"""What the events of judges that hold answers against targets end with."""
OFFICIAL = "_compat"
"""Ends the names of scores by official rules, which may call a missing reply wrong."""
MEANS = ("generation", "loglikelihood")


def is_lettered(subject: Subject) -> bool:
    """Whether every question has options, and the headline says how often the right one was chosen."""
    benchmark = made(subject)
    judging = benchmark.judges[0].instrument
    counted = benchmark.headline in ("accuracy", judging.estimate) and judging.event.endswith(RIGHT)
    return counted and all(each.choices and each.target for each in benchmark.samples())


def _only_lettered(subject: Subject) -> None:
    if not is_lettered(subject):
        raise SkipTest("its answers are words, or none of them is right")


def scores(subject: Subject, summary: Summary) -> Sequence[Estimate]:
    """The headline, and every accuracy but official ones, of the whole and of every group."""
    headline = made(subject).headline
    named = [each for each in summary.estimates if each.name == headline or each.name.startswith("accuracy")]
    found = [each for each in named if each.name == headline or not each.name.endswith("_compat")]
    assert found, f"no estimate is called {headline}"
    return found


@over(MEANS)
def gold_answers_score_one(subject: Subject, means: str) -> None:
    """Whether they are said or weighed."""
    _only_lettered(subject)
    model = known(made(subject).samples(), gold, weighs=means == "loglikelihood")
    summary = carried_out(subject, model).summary
    assert {each.value for each in scores(subject, summary)} == {1.0}
    assert set(summary.outcomes) == {"answered"}


@over(MEANS)
def wrong_answers_score_zero(subject: Subject, means: str) -> None:
    """Whether they are said or weighed."""
    _only_lettered(subject)
    model = known(made(subject).samples(), wrong, weighs=means == "loglikelihood")
    summary = carried_out(subject, model).summary
    assert {each.value for each in scores(subject, summary)} == {0.0}
    assert summary.records == summary.outcomes["answered"]


@rule
def refusals_are_refusals_and_never_right(subject: Subject) -> None:
    """A model that declines everything scores nothing."""
    _only_lettered(subject)
    summary = carried_out(subject, Scripted(lambda _: REFUSAL)).summary
    assert summary.outcomes == {"refused": summary.records}
    assert {each.value for each in summary.estimates if each.name == "accuracy"} <= {0.0}


@rule
def what_the_endpoint_breaks_is_unscored_and_not_wrong(subject: Subject) -> None:
    """Every other sample fails; the others count as they did, but where official rules say otherwise."""
    _only_lettered(subject)
    broken = {sample.id for place, sample in enumerate(made(subject).samples()) if place % 2}

    def now_and_then(sample: Sample) -> Answer:
        return ModelError("out of order") if sample.id in broken else gold(sample)

    summary = carried_out(subject, known(made(subject).samples(), now_and_then)).summary
    assert summary.outcomes["error"] == len(broken)
    found = scores(subject, summary)
    ours = [each for each in found if not each.name.endswith(OFFICIAL) and not each.judge.endswith("compat")]
    assert {each.value for each in ours} == {1.0}
    wholes = [each for each in ours if not each.group]
    assert {each.unscored for each in wholes} == {len(broken)}


@rule
def estimates_are_in_their_intervals(subject: Subject) -> None:
    """Where letters are drawn."""
    _only_lettered(subject)
    model = registry.build_model("scripted/random", {"seed": "3"})
    assert isinstance(model, Scripted)
    for estimate in carried_out(subject, model).summary.estimates:
        assert estimate.low <= estimate.value <= estimate.high, estimate
        assert estimate.n > 0
        assert estimate.unscored == 0
