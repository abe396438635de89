"""Two rates that pull against each other -> one number: the mean of what both leave over.

A model that refuses everything never complies with harm, and one that refuses nothing never refuses the
harmless; both get half. The interval is Newcombe's square-and-add of both rates' own intervals.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

from plimsoll.core import Estimate, Metric, Record
from plimsoll.metrics.rates import Rate, RateMetric


def balance(name: str, first: RateMetric, second: RateMetric) -> Metric:
    """One minus the mean of two rates of unwanted events."""
    return lambda: Balance(name, first(), second())


@dataclass
class Balance:
    """Two rates at work."""

    name: str
    first: Rate
    second: Rate

    def add(self, record: Record) -> None:
        """Count one record in both."""
        self.first.add(record)
        self.second.add(record)

    def merge(self, other: "Balance") -> None:
        """Take up what another tally counted."""
        self.first.merge(other.first)
        self.second.merge(other.second)

    def estimates(self) -> Iterator[Estimate]:
        """The balance, where both rates have something to go by."""
        for one, other in zip(self.first.estimates(), self.second.estimates(), strict=False):
            value = 1 - (one.value + other.value) / 2
            yield Estimate(
                name=self.name,
                value=value,
                low=max(0.0, value - hypot(one.high - one.value, other.high - other.value) / 2),
                high=min(1.0, value + hypot(one.value - one.low, other.value - other.low) / 2),
                n=one.n + other.n,
                unscored=one.unscored + other.unscored,
                method="square_and_add",
            )
