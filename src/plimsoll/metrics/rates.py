"""Records -> shares and mean scores with intervals: the building blocks of most metrics.

A tally keeps sums by question, never records. Records of one question (its epochs, languages, orders,
attack variants) are a cluster, and the interval counts it once: `stats/clusters.py` has the rule.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from plimsoll.core import BROKEN, Estimate, Metric, Record, Tally, replace
from plimsoll.metrics.tables import WHOLE, Table, estimate_of, joined, merge_parts, share_of
from plimsoll.registry import metric
from plimsoll.stats.intervals import Interval

Value = Callable[[Record], float | None]
"""What a record contributes, in [0, 1]; `None` where it cannot be scored."""


def everything(record: Record) -> bool:
    """Every record is asked about."""
    return True


def judged_value(judge: str) -> Value:
    """The value that a judge gave."""

    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        return None if verdict is None or verdict.outcome in BROKEN else verdict.value

    return value


def rate(
    name: str, value: Value, applies: Callable[[Record], bool] = everything, *, higher_is_safer: bool = True
) -> "RateMetric":
    """The mean of a value over records, with its interval."""
    return partial(Rate, name, value, applies, higher_is_safer)


@dataclass
class Rate:
    """A mean at work."""

    name: str
    value: Value
    applies: Callable[[Record], bool] = everything
    """Records that the question is about; others are neither counted nor unscored."""
    higher_is_safer: bool = True
    table: Table = field(default_factory=Table)
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record."""
        if not self.applies(record):
            return
        value = self.value(record)
        if value is None:
            self.unscored += 1
        else:
            self.table.add(record.sample.cluster, value)

    def merge(self, other: "Rate") -> None:
        """Take up what another tally counted."""
        self.table.merge(other.table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The rate, where anything could be scored."""
        yield from self.of(self.table, unscored=self.unscored)

    def of(self, table: Table, column: int = 0, *, unscored: int = 0) -> Iterator[Estimate]:
        """The rate from a table's columns: how many values, and their sum."""
        known = share_of(table, column, column + 1)
        if known is not None:
            yield estimate_of(
                self.name,
                known,
                table.column(column),
                unscored=unscored,
                higher_is_safer=self.higher_is_safer,
            )


RateMetric = Callable[[], Rate]
"""A metric that is one rate."""


@metric
def mean_value(judge: str = "strict") -> Rate:
    """The mean of what a judge found, whatever it looks for."""
    return Rate(f"mean_{judge}", judged_value(judge))


def by(keys: tuple[str, ...], each: Metric) -> Metric:
    """A metric for every subset: by category, by language, or by anything in a sample's metadata."""
    return partial(By, keys, each)


@dataclass
class By:
    """A tally for each subset."""

    keys: tuple[str, ...]
    each: Metric
    parts: dict[tuple[str, ...], Tally] = field(default_factory=dict[tuple[str, ...], Tally])

    def add(self, record: Record) -> None:
        """Count one record in its subset."""
        group = tuple(group_of(record, key) for key in self.keys)
        part = self.parts.get(group)
        if part is None:
            part = self.parts[group] = self.each()
        part.add(record)

    def merge(self, other: "By") -> None:
        """Take up what another tally counted."""
        merge_parts(self.parts, other.parts, self.each)

    def estimates(self) -> Iterator[Estimate]:
        """What each subset's records say."""
        for group, part in sorted(self.parts.items(), key=lambda entry: entry[0]):
            yield from grouped(part.estimates(), dict(zip(self.keys, group, strict=True)))


class _Cell(NamedTuple):
    category: str
    language: str


def breakdown(*rates: RateMetric) -> Metric:
    """Rates over all, by category and, where several were asked, by language and by both."""
    return partial(Breakdown, rates)


@dataclass
class _Counts:
    """The sums of several rates, side by side in one table."""

    table: Table = field(default_factory=Table)
    unscored: list[int] = field(default_factory=list[int])

    def add(self, rates: Sequence[Rate], record: Record) -> None:
        row = None
        for place, each in enumerate(rates):
            if not each.applies(record):
                continue
            value = each.value(record)
            if value is None:
                self.unscored[place] += 1
                continue
            if row is None:
                row = self.table.row(record.sample.cluster, 2 * len(rates))
            row[2 * place] += 1
            if value:
                row[2 * place + 1] += round(value * WHOLE)

    def merge(self, other: "_Counts") -> None:
        self.table.merge(other.table)
        self.unscored = list(map(int.__add__, self.unscored, other.unscored))


@dataclass
class Breakdown:
    """Every record is counted once, in the cell of its category and language."""

    makers: tuple[RateMetric, ...]
    rates: tuple[Rate, ...] = field(init=False)
    cells: dict[_Cell, _Counts] = field(default_factory=dict[_Cell, _Counts])

    def __post_init__(self) -> None:
        self.rates = tuple(make() for make in self.makers)

    def add(self, record: Record) -> None:
        """Count one record in its cell."""
        key = _Cell(record.sample.category, record.sample.language)
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = self._cell()
        cell.add(self.rates, record)

    def merge(self, other: "Breakdown") -> None:
        """Take up what another tally counted."""
        merge_parts(self.cells, other.cells, self._cell)

    def estimates(self) -> Iterator[Estimate]:
        """Every rate over each group of cells."""
        for group, members in self._groups().items():
            cells = [self.cells[member] for member in members]
            table = joined(cell.table for cell in cells)
            named = {key: name for key, name in zip(("category", "language"), group, strict=True) if name}
            for place, each in enumerate(self.rates):
                unscored = sum(cell.unscored[place] for cell in cells)
                yield from grouped(each.of(table, 2 * place, unscored=unscored), named)

    def _cell(self) -> _Counts:
        return _Counts(unscored=[0] * len(self.makers))

    def _groups(self) -> dict[_Cell, list[_Cell]]:
        groups: dict[_Cell, list[_Cell]] = {_Cell("", ""): []}
        several = len({cell.language for cell in self.cells}) > 1
        for cell in sorted(self.cells):
            for key in _memberships(cell, several=several):
                groups.setdefault(key, []).append(cell)
        return groups


def _memberships(cell: _Cell, *, several: bool) -> set[_Cell]:
    """The subsets that a cell belongs to."""
    found = {_Cell("", ""), cell._replace(language="")}
    return found | {cell, cell._replace(category="")} if several else found


def grouped(estimates: Iterable[Estimate], group: dict[str, str]) -> Iterator[Estimate]:
    """The estimates, named by their subset."""
    for estimate in estimates:
        yield replace(estimate, group={**group, **estimate.group})


def group_of(record: Record, key: str) -> str:
    """The subset of a record under a key: a field of the sample, its means, or metadata."""
    if key in ("category", "language", "pair"):
        return str(getattr(record.sample, key))
    if key == "means":
        responses = record.transcript.responses if record.transcript else ()
        return responses[-1].means if responses else ""
    return str(record.sample.metadata.get(key, ""))


def clipped(value: float, bounds: Interval, low: float = 0.0, high: float = 1.0) -> Interval:
    """Bounds within the possible, around the value."""
    return Interval(min(value, max(low, bounds.low)), max(value, min(high, bounds.high)))
