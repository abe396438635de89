"""Records of summaries -> mean scores with intervals, and what differs before and after a date.

Each number of a judge's detail becomes an estimate, with an interval for a mean over items.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from plimsoll.core import BROKEN, Estimate, Metric, Record
from plimsoll.metrics.rates import by
from plimsoll.metrics.tables import Table, estimate_of, merge_parts
from plimsoll.registry import metric
from plimsoll.stats.clusters import amount, difference, share

SHARES = ("rouge_1", "rouge_2", "rouge_l", "rouge_l_stemmed", "chrf", "meteor", "copy_rate")
NAMES = (*SHARES, "length_ratio")
NOT_BETTER = frozenset({"copy_rate", "length_ratio"})
"""More of these is not better."""


@metric
def overlap(judge: str = "overlap") -> "Means":
    """Mean ROUGE, chrF, METEOR, length ratio and copy rate of a run's summaries."""
    return Means(judge)


@dataclass
class Means:
    """Sums of every number in a judge's detail, by name."""

    judge: str = "overlap"
    names: tuple[str, ...] = NAMES
    sums: dict[str, Table] = field(default_factory=dict[str, Table])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record."""
        found = numbers_of(record, self.judge)
        if found is None:
            self.unscored += 1
            return
        for name in self.names:
            if name in found:
                self.sums.setdefault(name, Table()).add(record.sample.cluster, found[name])

    def merge(self, other: "Means") -> None:
        """Take up what another tally counted."""
        merge_parts(self.sums, other.sums, Table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """One estimate for each name."""
        for name, table in self.sums.items():
            counted = table.counted()
            known = share(counted) if name in SHARES else amount(counted)
            if known is not None:
                yield estimate_of(
                    name,
                    known,
                    table.column(0),
                    unscored=self.unscored,
                    judge=self.judge,
                    higher_is_safer=name not in NOT_BETTER,
                )


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
    sums: dict[str, Table] = field(default_factory=dict[str, Table])
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
        self.sums.setdefault(group, Table()).add(record.sample.cluster, found[self.number])

    def merge(self, other: "Contrast") -> None:
        """Take up what another tally counted."""
        merge_parts(self.sums, other.sums, Table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The difference, where both groups have items."""
        first, second = self.sums.get(self.first, Table()), self.sums.get(self.second, Table())
        known = difference(first.sums(), second.sums())
        if known is not None:
            yield estimate_of(
                self.name,
                known,
                first.column(0) + second.column(0),
                unscored=self.unscored,
                judge=self.judge,
                method="square_and_add",
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
