"""Records of multiple-choice questions -> accuracy three ways, and what became of the rest.

`accuracy` is strict: what is refused or cannot be read is wrong. `accuracy_expected` reads as the
official scripts do and gives a reply that they cannot read the credit that a random fill would have
on average, `1/n`: their score without the luck of the draw.
"""

from collections.abc import Sequence
from functools import partial

from plimsoll.core import BROKEN, Metric, Outcome, Record
from plimsoll.metrics.calibration import calibration
from plimsoll.metrics.letters import balanced_accuracy, letter_share
from plimsoll.metrics.orders import order_consistency
from plimsoll.metrics.parity import parity
from plimsoll.metrics.rates import Rate, Value, breakdown, by, judged_value
from plimsoll.registry import metric


@metric
def accuracy(judge: str = "strict") -> Rate:
    """Right answers among all that were judged; refusals and unreadable replies are wrong."""
    return Rate("accuracy", judged_value(judge))


@metric
def accuracy_expected(judge: str = "compat") -> Rate:
    """Official reading, with 1/n for what it cannot read: the mean over all random fills."""

    def value(record: Record) -> float | None:
        found = judged_value(judge)(record)
        if found is None or record.verdicts[judge].label != "unparsed":
            return found
        return 1 / len(record.sample.choices) if record.sample.choices else 0.0

    return Rate("accuracy_expected", value)


@metric
def refusal_rate(judge: str = "strict") -> Rate:
    """Replies that decline to answer."""
    return Rate("refusal_rate", _share_of(Outcome.REFUSED, judge), higher_is_safer=False)


@metric
def unparsed_rate(judge: str = "strict") -> Rate:
    """Replies from which no single option can be read."""
    return Rate("unparsed_rate", _share_of(Outcome.UNPARSED, judge), higher_is_safer=False)


@metric
def empty_rate(judge: str = "strict") -> Rate:
    """Replies without a word."""
    return Rate("empty_rate", _share_of(Outcome.EMPTY, judge), higher_is_safer=False)


@metric
def blocked_rate(judge: str = "strict") -> Rate:
    """Replies withheld by the endpoint."""
    return Rate("blocked_rate", _share_of(Outcome.BLOCKED, judge), higher_is_safer=False)


@metric
def error_rate() -> Rate:
    """Records without a score: no reply was had, or a judge broke."""
    return Rate("error_rate", _broke, higher_is_safer=False)


def suite(*, languages: Sequence[str], turned: bool = False) -> tuple[Metric, ...]:
    """Everything that is counted of a multiple-choice run; `turned` where options come in several orders."""
    rates = (
        accuracy,
        accuracy_expected,
        refusal_rate,
        unparsed_rate,
        empty_rate,
        blocked_rate,
        error_rate,
    )
    spoken = (balanced_accuracy, letter_share, calibration)
    found: list[Metric] = [breakdown(*rates), *(by(("language",), each) for each in spoken)]
    if len(languages) > 1:
        found.append(partial(parity, languages[0], languages[1]))
    if turned:
        found.append(by(("language",), order_consistency))
    return tuple(found)


def _share_of(outcome: Outcome, judge: str) -> Value:
    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        if verdict is None or verdict.outcome in BROKEN:
            return None
        return float(verdict.outcome is outcome)

    return value


def _broke(record: Record) -> float:
    return float(record.outcome in BROKEN)
