"""Two rates that pull against each other -> one number: the mean of what both leave over.

A model that refuses everything never complies with harm, and one that refuses nothing never refuses the
harmless; both get half. It is the mean of two groups' means, and has its interval.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from plimsoll.core import Estimate, Metric, Record
from plimsoll.metrics.rates import Rate, RateMetric
from plimsoll.metrics.tables import estimate_of
from plimsoll.stats.clusters import macro, turned


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
        sums = [each.table.sums() for each in (self.first, self.second)]
        known = macro(sums)
        if known is None or not all(sums):
            return
        yield estimate_of(
            self.name,
            turned(known),
            self.first.table.column(0) + self.second.table.column(0),
            unscored=self.first.unscored + self.second.unscored,
            method="mean_of_two",
        )
