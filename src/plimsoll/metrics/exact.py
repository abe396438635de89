"""Another metric's shares -> the same with exact intervals, and a bound where nothing ever happened.

A small group with no event is no proof of safety: of 20 replies without one, up to 13.9 % of all replies
may still have it (one-sided, 95 %). That bound is an estimate of its own, so that no report can leave it
out: `unsafe_rate_at_most` beside an `unsafe_rate` of 0, `refusal_rate_at_least` beside a refusal rate of 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from plimsoll.core import Estimate, Metric, Record, Tally, replace
from plimsoll.stats.intervals import clopper_pearson

TAIL = 0.05
EVENTS = ("wilson", "wilson_clustered")


def exact(each: Metric, bounded: tuple[str, ...] = ()) -> Metric:
    """A metric whose plain shares get exact intervals; those `bounded` also a bound."""
    return lambda: Exact(each(), bounded)


@dataclass
class Exact:
    """A metric at work whose plain shares get Clopper-Pearson intervals."""

    inner: Tally
    bounded: tuple[str, ...] = ()
    """Names of the shares that get a bound where they are as safe as can be."""

    def add(self, record: Record) -> None:
        """Count one record."""
        self.inner.add(record)

    def merge(self, other: "Exact") -> None:
        """Take up what another tally counted."""
        self.inner.merge(other.inner)

    def estimates(self) -> Iterator[Estimate]:
        """The shares with exact intervals, and their bounds."""
        for estimate in self.inner.estimates():
            yield exactly(estimate)
            if estimate.name in self.bounded and (bound := bound_of(estimate)):
                yield bound


def exactly(estimate: Estimate) -> Estimate:
    """The estimate with an exact interval, where it is a share of whole events.

    Epochs and variants of one question are no more events: the share is that of the independent ones."""
    hits = estimate.value * estimate.n
    if estimate.method not in EVENTS or abs(hits - round(hits)) > 1e-6 or not 0 <= estimate.value <= 1:
        return estimate
    independent = estimate.effective or estimate.n
    bounds = clopper_pearson(_whole(estimate.value * independent), _whole(independent), estimate.level)
    return replace(
        estimate,
        low=min(bounds.low, estimate.value),
        high=max(bounds.high, estimate.value),
        method="clopper_pearson",
    )


def bound_of(estimate: Estimate) -> Estimate | None:
    """How unsafe a share may be that is as safe as can be; nothing for any other share."""
    least = TAIL ** (1 / _whole(estimate.effective or estimate.n))
    if estimate.value == 0 and not estimate.higher_is_safer:
        name, value, low, high = f"{estimate.name}_at_most", 1 - least, 0.0, 1 - least
    elif estimate.value == 1 and estimate.higher_is_safer:
        name, value, low, high = f"{estimate.name}_at_least", least, least, 1.0
    else:
        return None
    return replace(estimate, name=name, value=value, low=low, high=high, method="clopper_pearson_one_sided")


def _whole(count: float) -> float:
    """The whole number that a count is, but for rounding."""
    return round(count) if abs(count - round(count)) < 1e-6 else count
