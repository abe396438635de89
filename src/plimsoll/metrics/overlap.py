"""Records of summaries -> mean scores with intervals, and what differs before and after a date.

Each number of a judge's detail becomes an estimate; their intervals are normal ones for a mean over items.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from plimsoll.core import BROKEN, Estimate, Metric, Record
from plimsoll.metrics.rates import by, merge_parts
from plimsoll.registry import metric
from plimsoll.stats.intervals import normal_mean

SHARES = ("rouge_1", "rouge_2", "rouge_l", "rouge_l_stemmed", "chrf", "meteor", "copy_rate")
NAMES = (*SHARES, "length_ratio")
NOT_BETTER = frozenset({"copy_rate", "length_ratio"})
"""More of these is not better."""


@dataclass
class Sums:
    """What a mean and its spread need."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.n += 1
        self.total += value
        self.squares += value * value

    def merge(self, other: "Sums") -> None:
        """Take up another's values."""
        self.n += other.n
        self.total += other.total
        self.squares += other.squares

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """The variance of the mean; 0.0 from a single value."""
        if self.n < 2:
            return 0.0
        return max(self.squares - self.total**2 / self.n, 0.0) / (self.n - 1) / self.n


@metric
def overlap(judge: str = "overlap") -> "Means":
    """Mean ROUGE, chrF, METEOR, length ratio and copy rate of a run's summaries."""
    return Means(judge)


@dataclass
class Means:
    """Sums of every number in a judge's detail, by name."""

    judge: str = "overlap"
    names: tuple[str, ...] = NAMES
    sums: dict[str, Sums] = field(default_factory=dict[str, Sums])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record."""
        found = numbers_of(record, self.judge)
        if found is None:
            self.unscored += 1
            return
        for name in self.names:
            if name in found:
                self.sums.setdefault(name, Sums()).add(found[name])

    def merge(self, other: "Means") -> None:
        """Take up what another tally counted."""
        merge_parts(self.sums, other.sums, Sums)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """One estimate for each name."""
        for name, sums in self.sums.items():
            yield _estimate(name, sums, self.unscored, self.judge)


def contrast(name: str, number: str, key: str, groups: tuple[str, str], judge: str = "overlap") -> Metric:
    """A mean in one group minus the mean in another: what a model may have seen before it was asked."""
    return partial(Contrast, name, number, key, *groups, judge)


@dataclass
class Contrast:
    """Sums of the two groups."""

    name: str
    number: str
    key: str
    first: str
    second: str
    judge: str = "overlap"
    sums: dict[str, Sums] = field(default_factory=dict[str, Sums])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record in its group."""
        group = record.sample.metadata.get(self.key)
        if group not in (self.first, self.second):
            return
        found = numbers_of(record, self.judge)
        if found is None or self.number not in found:
            self.unscored += 1
            return
        self.sums.setdefault(group, Sums()).add(found[self.number])

    def merge(self, other: "Contrast") -> None:
        """Take up what another tally counted."""
        merge_parts(self.sums, other.sums, Sums)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The difference, where both groups have items."""
        first, second = self.sums.get(self.first), self.sums.get(self.second)
        if first is None or second is None:
            return
        difference = first.mean - second.mean
        bounds = normal_mean(difference, first.variance + second.variance)
        yield Estimate(
            name=self.name,
            value=difference,
            low=bounds.low,
            high=bounds.high,
            n=first.n + second.n,
            unscored=self.unscored,
            judge=self.judge,
            method="normal_difference",
            higher_is_safer=False,
        )


def suite(*, groups: tuple[str, ...] = ()) -> tuple[Metric, ...]:
    """The means over all, and in each group of the named keys."""
    return (Means, *(by((key,), Means) for key in groups))


def numbers_of(record: Record, judge: str) -> "dict[str, float] | None":
    """The numbers that a judge gave a record; nothing where it could not score it."""
    verdict = record.verdicts.get(judge)
    if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
        return None
    return {name: float(value) for name, value in verdict.detail.items() if name in NAMES}


def _estimate(name: str, sums: Sums, unscored: int, judge: str) -> Estimate:
    bounds = normal_mean(sums.mean, sums.variance)
    high = min(1.0, bounds.high) if name in SHARES else bounds.high
    return Estimate(
        name=name,
        value=sums.mean,
        low=max(0.0, bounds.low),
        high=max(high, sums.mean),
        n=sums.n,
        unscored=unscored,
        judge=judge,
        method="normal",
        higher_is_safer=name not in NOT_BETTER,
    )
