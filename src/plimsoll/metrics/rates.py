"""Records -> shares and mean scores with intervals: the building blocks of most metrics.

A tally keeps sums by question, never records. Records of one question (its epochs, languages, orders,
attack variants) are a cluster, and the interval counts it once: `stats/clusters.py` has the rule.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from plimsoll.core import BROKEN, Estimate, Metric, Record, Tally, replace
from plimsoll.metrics.tables import SHARED, WHOLE, Changes, Table, estimate_of, merge_parts
from plimsoll.registry import metric
from plimsoll.stats.clusters import Sums, share
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


def official_value(judge: str) -> Value:
    """The value that an official judge gave; a reply that failed is wrong: the script scores all rows."""
    judged = judged_value(judge)

    def value(record: Record) -> float | None:
        return 0.0 if record.transcript is None and record.failures else judged(record)

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
        yield from self.of(self.table.counted(), self.table.column(0), unscored=self.unscored)

    def of(self, counted: Mapping[Sums, int], n: int, *, unscored: int = 0) -> Iterator[Estimate]:
        """The rate from how many clusters hold which sums, and how many values these are."""
        known = share(counted)
        if known is not None:
            yield estimate_of(self.name, known, n, unscored=unscored, higher_is_safer=self.higher_is_safer)


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

    def __post_init__(self) -> None:
        self._named = [group_of(key) for key in self.keys]

    def add(self, record: Record) -> None:
        """Count one record in its subset."""
        group = tuple([named(record) for named in self._named])
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


_Values = tuple[str, str, tuple[tuple[int, float | None], ...]]
"""Category, language, and the values of rates by their places."""


def breakdown(*rates: RateMetric) -> Metric:
    """Rates over all, by category and, where several were asked, by language and by both."""
    return partial(Breakdown, rates)


@dataclass
class Breakdown:
    """Every record is counted once, in the columns of its category and language."""

    makers: tuple[RateMetric, ...]
    rates: tuple[Rate, ...] = field(init=False)
    table: Table = field(default_factory=Table)
    cells: dict[_Cell, int] = field(default_factory=dict[_Cell, int])
    """The first column of each."""
    unscored: dict[_Cell, list[int]] = field(default_factory=dict[_Cell, list[int]])

    def __post_init__(self) -> None:
        self.rates = tuple(make() for make in self.makers)
        self._questions = [(place, each.applies, each.value) for place, each in enumerate(self.rates)]
        self._met: dict[_Values, tuple[Changes, tuple[int, ...]]] = {}
        """What was worked out before: most records are of one of a few kinds."""

    def add(self, record: Record) -> None:
        """Count one record in its cell."""
        sample = record.sample
        values = [
            (place, value(record))
            for place, applies, value in self._questions
            if applies is everything or applies(record)
        ]
        self.put(sample.category, sample.language, sample.cluster, values)

    def put(
        self, category: str, language: str, cluster: str, values: Iterable[tuple[int, float | None]]
    ) -> None:
        """Count values of rates, by their places; none where one could not be scored."""
        key = (category, language, tuple(values))
        found = self._met.get(key)
        if found is None:
            found = self._changes(_Cell(category, language), key[2])
            if len(self._met) < SHARED:
                self._met[key] = found
        changes, unscored = found
        for place in unscored:
            self.unscored[_Cell(category, language)][place] += 1
        if changes:
            self.table.change(cluster, changes)

    def _changes(
        self, cell: _Cell, values: tuple[tuple[int, float | None], ...]
    ) -> tuple[Changes, tuple[int, ...]]:
        """What such values add to the columns of a cell, and which rates they leave unscored."""
        column = self._begin(cell)
        changes: list[tuple[int, int]] = []
        for place, value in values:
            if value is not None:
                changes.append((column + 2 * place, 1))
            if value:
                changes.append((column + 2 * place + 1, round(value * WHOLE)))
        return tuple(changes), tuple(place for place, value in values if value is None)

    def merge(self, other: "Breakdown") -> None:
        """Take up what another tally counted."""
        moves = {theirs: self._begin(cell) for cell, theirs in other.cells.items()}
        width = 2 * len(self.rates)
        self.table.merge(other.table, lambda at: moves[at - at % width] + at % width)
        for cell, counts in other.unscored.items():
            self.unscored[cell] = list(map(int.__add__, self.unscored[cell], counts))

    def estimates(self) -> Iterator[Estimate]:
        """Every rate over each group of cells."""
        groups = self._groups()
        counted = self._counted(groups)
        for group, members in groups.items():
            named = {key: name for key, name in zip(("category", "language"), group, strict=True) if name}
            for place, each in enumerate(self.rates):
                unscored = sum(self.unscored[cell][place] for cell in members)
                found = counted[group][place]
                n = sum(round(sums.size) * count for sums, count in found.items()) // WHOLE
                yield from grouped(each.of(found, n, unscored=unscored), named)

    def _begin(self, cell: _Cell) -> int:
        """The first column of a cell, made where it is new."""
        column = self.cells.get(cell)
        if column is None:
            column = self.cells[cell] = 2 * len(self.rates) * len(self.cells)
            self.unscored[cell] = [0] * len(self.rates)
        return column

    def _counted(self, groups: Mapping[_Cell, Sequence[_Cell]]) -> dict[_Cell, list[Counter[Sums]]]:
        """Of every group and rate, how many clusters hold which sums."""
        width = 2 * len(self.rates)
        found = {group: [Counter[Sums]() for _ in self.rates] for group in groups}
        within: dict[int, list[_Cell]] = {}
        for group, members in groups.items():
            for cell in members:
                within.setdefault(self.cells[cell], []).append(group)
        for row, clusters in self.table.rows():
            held: dict[_Cell, list[int]] = {}
            for column, amount in row.items():
                for group in within[column - column % width]:
                    held.setdefault(group, [0] * width)[column % width] += amount
            for group, sums in held.items():
                for place, counts in enumerate(found[group]):
                    if sums[2 * place]:
                        counts[Sums(sums[2 * place + 1], sums[2 * place] * WHOLE)] += clusters
        return found

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


def group_of(key: str) -> Callable[[Record], str]:
    """What tells a record's subset under a key: a field of the sample, its means, or metadata."""
    return _FIELDS.get(key) or (lambda record: str(record.sample.metadata.get(key, "")))


def _means(record: Record) -> str:
    responses = record.transcript.responses if record.transcript else ()
    return responses[-1].means if responses else ""


_FIELDS: Mapping[str, Callable[[Record], str]] = {
    "category": lambda record: record.sample.category,
    "language": lambda record: record.sample.language,
    "pair": lambda record: str(record.sample.pair),
    "means": _means,
}


def clipped(value: float, bounds: Interval, low: float = 0.0, high: float = 1.0) -> Interval:
    """Bounds within the possible, around the value."""
    return Interval(min(value, max(low, bounds.low)), max(value, min(high, bounds.high)))
