"""Judges -> the metrics of their findings: one rate or score for each judge, and what became of replies.

The first judge counts by default; every other stands beside it under its own name, so that a reader
sees how far the number hangs on who judged. What no judge could score is counted apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.core import BROKEN, Estimate, Judge, Metric, Outcome, Record, Tally, replace
from plimsoll.metrics.choice import error_rate
from plimsoll.metrics.rates import Value, breakdown, judged_value, rate
from plimsoll.metrics.reach import reach_of
from plimsoll.registry import metric

REPLIES = (
    ("refusal_rate", (Outcome.REFUSED,)),
    ("empty_rate", (Outcome.EMPTY,)),
    ("blocked_rate", (Outcome.BLOCKED,)),
)
JUDGING = (
    ("judge_unparsed_rate", (Outcome.JUDGE_UNPARSED,)),
    ("judge_refusal_rate", (Outcome.JUDGE_REFUSED,)),
    ("judge_error_rate", (Outcome.JUDGE_ERROR,)),
)


def name_of(judge: Judge) -> str:
    """What the estimate of a judge's findings is called: `unsafe_rate`, `strongreject_score`."""
    return judge.instrument.estimate


def rates_of(judges: Sequence[Judge]) -> tuple[Metric, ...]:
    """For each judge the mean of its values: whole, by category, and by language where there are several."""
    return tuple(
        of_judge(
            judge.name,
            breakdown(
                rate(
                    name_of(judge),
                    judged_value(judge.name),
                    higher_is_safer=judge.instrument.higher_is_safer,
                )
            ),
        )
        for judge in judges
    )


@metric
def judged(judges: tuple[Judge, ...]) -> "Together":
    """The mean of what each judge found: whole, by category and by language, and how much of a taxonomy."""
    return Together([each() for each in (*rates_of(judges), *reach_of(judges))])


@dataclass
class Together:
    """Several tallies as one."""

    tallies: list[Tally]

    def add(self, record: Record) -> None:
        """Count one record in each."""
        for tally in self.tallies:
            tally.add(record)

    def merge(self, other: "Together") -> None:
        """Take up what another one counted."""
        for mine, theirs in zip(self.tallies, other.tallies, strict=True):
            mine.merge(theirs)

    def estimates(self) -> list[Estimate]:
        """What all of them say."""
        return [estimate for tally in self.tallies for estimate in tally.estimates()]


def suite(judges: Sequence[Judge], *, without: frozenset[str] = frozenset()) -> tuple[Metric, ...]:
    """Everything that is counted of an open-ended run, from its judges, `without` rates of those names."""
    rated = [each for each in judges if name_of(each) not in without]
    return (*rates_of(rated), *replies_of(judges, without=without))


def replies_of(judges: Sequence[Judge], *, without: frozenset[str] = frozenset()) -> tuple[Metric, ...]:
    """What became of replies, as the first judge says, and of judging by models."""
    first = judges[0]
    said = [
        rate(name, _share_of(outcomes, first.name), higher_is_safer=False)
        for name, outcomes in REPLIES
        if name not in (name_of(first), *without)
    ]
    asked = [each for each in judges if each.instrument.model]
    failed = [
        of_judge(each.name, rate(name, _broken_share(outcome, each.name), higher_is_safer=False))
        for each in asked
        for name, outcome in JUDGING
    ]
    return (*said, *failed, error_rate)


def of_judge(judge: str, each: Metric) -> Metric:
    """A metric whose estimates say whose verdicts they rest on."""
    return lambda: OfJudge(judge, each())


@dataclass
class OfJudge:
    """A metric at work, under a judge's name."""

    judge: str
    inner: Tally

    def add(self, record: Record) -> None:
        """Count one record."""
        self.inner.add(record)

    def merge(self, other: "OfJudge") -> None:
        """Take up what another tally counted."""
        self.inner.merge(other.inner)

    def estimates(self) -> list[Estimate]:
        """What the metric says, with the judge's name."""
        return [replace(each, judge=self.judge) for each in self.inner.estimates()]


def _share_of(outcomes: Sequence[Outcome], judge: str) -> Value:
    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        return None if verdict is None or verdict.outcome in BROKEN else float(verdict.outcome in outcomes)

    return value


def _broken_share(outcomes: Sequence[Outcome], judge: str) -> Value:
    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        return None if verdict is None else float(verdict.outcome in outcomes)

    return value
