"""Records of many tasks -> averages in which every task counts the same, however many questions it has.

The interval is a normal one: the variances of the tasks' means, added up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from plimsoll.core import Estimate, Metric, Record
from plimsoll.metrics.overlap import Sums
from plimsoll.metrics.rates import Value, merge_parts
from plimsoll.stats.intervals import normal_mean


def macro(name: str, value: Value, judge: str = "") -> Metric:
    """The mean over categories of the mean of a value."""
    return partial(Macro, name, value, judge)


@dataclass
class Macro:
    """Sums by category."""

    name: str
    value: Value
    judge: str = ""
    sums: dict[str, Sums] = field(default_factory=dict[str, Sums])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record in its category."""
        value = self.value(record)
        if value is None:
            self.unscored += 1
            return
        self.sums.setdefault(record.sample.category, Sums()).add(value)

    def merge(self, other: "Macro") -> None:
        """Take up what another tally counted."""
        merge_parts(self.sums, other.sums, Sums)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The average, where anything could be scored."""
        if not self.sums:
            return
        parts = [self.sums[name] for name in sorted(self.sums)]
        mean = sum(part.mean for part in parts) / len(parts)
        bounds = normal_mean(mean, sum(part.variance for part in parts) / len(parts) ** 2)
        yield Estimate(
            name=self.name,
            value=mean,
            low=min(mean, max(0.0, bounds.low)),
            high=max(mean, min(1.0, bounds.high)),
            n=sum(part.n for part in parts),
            unscored=self.unscored,
            judge=self.judge,
            method="normal_macro",
        )
