"""Records of many tasks -> averages in which every task counts the same, however many questions it has.

The interval is a normal one: the variances of the tasks' means, added up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.core import Estimate, Record
from plimsoll.metrics.overlap import Sums
from plimsoll.metrics.rates import Value
from plimsoll.stats.intervals import normal_mean


@dataclass(frozen=True)
class Macro:
    """The mean over categories of the mean of a value."""

    name: str
    value: Value
    judge: str = ""

    def tally(self) -> "MacroTally":
        """Begin to count."""
        return MacroTally(self)


@dataclass
class MacroTally:
    """Sums by category."""

    of: Macro
    sums: dict[str, Sums] = field(default_factory=dict[str, Sums])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record in its category."""
        value = self.of.value(record)
        if value is None:
            self.unscored += 1
            return
        self.sums.setdefault(record.sample.category, Sums()).add(value)

    def estimates(self) -> Iterator[Estimate]:
        """The average, where anything could be scored."""
        if not self.sums:
            return
        parts = [self.sums[name] for name in sorted(self.sums)]
        mean = sum(part.mean for part in parts) / len(parts)
        bounds = normal_mean(mean, sum(part.variance for part in parts) / len(parts) ** 2)
        yield Estimate(
            name=self.of.name,
            value=mean,
            low=min(mean, max(0.0, bounds.low)),
            high=max(mean, min(1.0, bounds.high)),
            n=sum(part.n for part in parts),
            unscored=self.unscored,
            judge=self.of.judge,
            method="normal_macro",
        )
