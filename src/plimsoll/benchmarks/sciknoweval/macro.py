"""Records of many tasks -> averages in which every task counts the same, however many questions it has.

A task with a single question counts as one that varies as the whole does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from plimsoll.core import Estimate, Metric, Record
from plimsoll.metrics.rates import Value
from plimsoll.metrics.tables import Table, estimate_of, merge_parts
from plimsoll.stats.clusters import macro as mean_of


def macro(name: str, value: Value, judge: str = "") -> Metric:
    """The mean over categories of the mean of a value."""
    return partial(Macro, name, value, judge)


@dataclass
class Macro:
    """Sums by category."""

    name: str
    value: Value
    judge: str = ""
    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record in its category."""
        value = self.value(record)
        if value is None:
            self.unscored += 1
            return
        self.tables.setdefault(record.sample.category, Table()).add(record.sample.cluster, value)

    def merge(self, other: "Macro") -> None:
        """Take up what another tally counted."""
        merge_parts(self.tables, other.tables, Table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The average, where anything could be scored."""
        known = mean_of([table.sums() for table in self.tables.values()])
        if known is not None:
            n = sum(table.column(0) for table in self.tables.values())
            yield estimate_of(
                self.name, known, n, unscored=self.unscored, judge=self.judge, method="mean_of_categories"
            )
