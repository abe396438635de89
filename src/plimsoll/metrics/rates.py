"""Records -> shares with intervals: the building blocks of most metrics.

A tally keeps counters, never records: memory does not grow with the run. Records of one question
(its epochs, languages, orders) are a cluster. Where there are such, the interval is Wilson's at the
effective number of items, from the variance between clusters; clusters are kept in a fixed number of
buckets, chosen by the key's checksum, which leaves that estimate unbiased.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol, Self, TypeVar
from zlib import crc32

from plimsoll.core import BROKEN, Estimate, Metric, Record, Tally, replace
from plimsoll.registry import metric
from plimsoll.stats.intervals import Interval, wilson

Value = Callable[[Record], float | None]
"""What a record contributes, in [0, 1]; `None` where it cannot be scored."""

Layer = tuple[int, str, tuple[str, ...], str]
"""Epoch, language, trail and turn of the options (what follows `@` in a sample's id)."""

BUCKETS = 2048
_WHOLE = 720_720_000_000
"""Credit of 1 in whole numbers: sums of thirds and sevenths stay exact in any order."""


def everything(record: Record) -> bool:
    """Every record is asked about."""
    return True


def judged_value(judge: str) -> Value:
    """The value that a judge gave."""

    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        return None if verdict is None or verdict.outcome in BROKEN else verdict.value

    return value


class Place(NamedTuple):
    """Where a record stands among the clusters."""

    layer: Layer
    bucket: int


def place_of(record: Record) -> Place:
    """The record's layer, and the bucket of its question."""
    sample = record.sample
    key = sample.pair or sample.id
    return Place(
        (record.epoch, sample.language, sample.trail, sample.id.partition("@")[2]),
        crc32(key.encode("utf-8", "surrogatepass")) % BUCKETS,
    )


@dataclass
class Clusters:
    """Sums by cluster, in a fixed number of buckets."""

    layers: set[Layer] = field(default_factory=set[Layer])
    """More than one means that a question may come again."""
    totals: "array[int]" = field(default_factory=lambda: array("q", bytes(8 * BUCKETS)))
    counts: "array[int]" = field(default_factory=lambda: array("i", bytes(4 * BUCKETS)))

    def add(self, place: Place, credit: int) -> None:
        """Put a record's credit to its cluster."""
        self.layers.add(place.layer)
        self.counts[place.bucket] += 1
        if credit:
            self.totals[place.bucket] += credit

    def merge(self, other: "Clusters") -> None:
        """Take up another's sums."""
        self.layers |= other.layers
        for bucket, count in enumerate(other.counts):
            if count:
                self.counts[bucket] += count
                self.totals[bucket] += other.totals[bucket]

    def effective(self, n: int, total: int) -> float:
        """How many independent items these are worth: never more than there are."""
        if len(self.layers) < 2:
            return n
        share = total / (n * _WHOLE)
        used = [bucket for bucket, count in enumerate(self.counts) if count]
        least = n / len(self.layers)
        if not 0 < share < 1 or len(used) < 2:
            return max(1.0, least)
        spread = sum((self.totals[b] / _WHOLE - share * self.counts[b]) ** 2 for b in used)
        variance = spread / n**2 * len(used) / (len(used) - 1)
        return max(1.0, min(float(n), share * (1 - share) / variance)) if variance else float(n)


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
    n: int = 0
    total: int = 0
    unscored: int = 0
    clusters: Clusters = field(default_factory=Clusters)

    def add(self, record: Record) -> None:
        """Count one record."""
        self.add_at(place_of(record), record)

    def add_at(self, place: Place, record: Record) -> None:
        """Count one record whose place is known."""
        if not self.applies(record):
            return
        value = self.value(record)
        if value is None:
            self.unscored += 1
            return
        credit = round(value * _WHOLE)
        self.n += 1
        self.total += credit
        self.clusters.add(place, credit)

    def merge(self, other: "Rate") -> None:
        """Take up another tally's counts."""
        self.n += other.n
        self.total += other.total
        self.unscored += other.unscored
        self.clusters.merge(other.clusters)

    def estimates(self) -> Iterator[Estimate]:
        """The rate, where anything could be scored."""
        if not self.n:
            return
        share = self.total / (self.n * _WHOLE)
        effective = self.clusters.effective(self.n, self.total)
        bounds = wilson(share * effective, effective)
        yield Estimate(
            name=self.name,
            value=share,
            low=min(bounds.low, share),
            high=max(bounds.high, share),
            n=self.n,
            unscored=self.unscored,
            method="wilson" if effective == self.n else "wilson_clustered",
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
class Breakdown:
    """Every record is counted once, in the cell of its category and language."""

    rates: tuple[RateMetric, ...]
    cells: dict[_Cell, list[Rate]] = field(default_factory=dict[_Cell, list[Rate]])

    def add(self, record: Record) -> None:
        """Count one record in its cell."""
        key = _Cell(record.sample.category, record.sample.language)
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = [rate() for rate in self.rates]
        place = place_of(record)
        for tally in cell:
            tally.add_at(place, record)

    def merge(self, other: "Breakdown") -> None:
        """Take up what another tally counted."""
        for key, theirs in other.cells.items():
            cell = self.cells.setdefault(key, [rate() for rate in self.rates])
            for mine, its in zip(cell, theirs, strict=True):
                mine.merge(its)

    def estimates(self) -> Iterator[Estimate]:
        """Every rate over each group of cells."""
        for number, rate in enumerate(self.rates):
            for group, members in self._groups().items():
                merged = rate()
                for member in members:
                    merged.merge(self.cells[member][number])
                named = zip(("category", "language"), group, strict=True)
                yield from grouped(merged.estimates(), {key: value for key, value in named if value})

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


class _Mergeable(Protocol):
    def merge(self, other: Self) -> None: ...


K = TypeVar("K")
M = TypeVar("M", bound=_Mergeable)


def merge_parts(mine: dict[K, M], theirs: Mapping[K, M], fresh: Callable[[], M]) -> None:
    """Merge what is counted under the same key; what is new here begins from nothing."""
    for key, part in theirs.items():
        held = mine.get(key)
        if held is None:
            held = mine[key] = fresh()
        held.merge(part)


def clipped(value: float, bounds: Interval, low: float = 0.0, high: float = 1.0) -> Interval:
    """Bounds within the possible, around the value."""
    return Interval(min(value, max(low, bounds.low)), max(value, min(high, bounds.high)))
