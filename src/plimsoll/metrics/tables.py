"""Records -> sums by question: a row for each cluster, a column for each number.

Whole numbers are kept, so that sums are the same in any order and parts of a run add up exactly. Most
questions come to one of a few rows (asked once, right; asked once, wrong), so each different row is kept
once, with how many clusters have it: a cluster takes some ten bytes, and sums over clusters are quick.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isclose
from typing import Protocol, Self, TypeVar

from plimsoll.core import Estimate
from plimsoll.metrics.clusters import NARROW, Clusters, tag_of
from plimsoll.stats.clusters import Known, Sums, share

WHOLE = 720_720_000_000
"""A value of 1 in whole numbers: thirds and sevenths of it are whole as well."""
SHARED = 4096
"""Different rows that clusters share; where there are more, each cluster has a row of its own."""

K = TypeVar("K")

Changes = tuple[tuple[int, int], ...]
"""Columns, and what is added to each."""


class Row(dict[int, int]):
    """Numbers by column; those that were never added to are 0."""

    def __missing__(self, column: int) -> int:
        return 0


class Table:
    """Sums by cluster. Column 0 of a rate is how many values, column 1 their sum."""

    def __init__(self) -> None:
        self._clusters = Clusters()
        self._rows: list[bytes] = [b""]
        """The different rows, packed; number 0 is the empty one."""
        self._held: list[int] = [0]
        """How many clusters have each."""
        self._numbers: dict[bytes, int] = {b"": 0}
        self._next: dict[tuple[int, Changes], int] = {}
        """The row that a shared row becomes by changes, once it was found."""
        self._free: list[int] = []
        """Numbers of rows that no cluster has any more."""

    def __len__(self) -> int:
        return len(self._clusters)

    def add(self, cluster: str, value: float) -> None:
        """Count one value of a cluster."""
        self.change(cluster, ((0, 1), (1, round(value * WHOLE))))

    def change(self, cluster: str, changes: Changes) -> None:
        """Add to columns of a cluster."""
        self._change(tag_of(cluster), changes)

    def merge(self, other: "Table", moved: Callable[[int], int] | None = None) -> None:
        """Take up another's sums; `moved` says which column here is meant by one of theirs."""
        changes: dict[int, Changes] = {}
        for tag, number in other._clusters:
            if number not in changes:
                row = _unpacked(other._rows[number])
                changes[number] = tuple((moved(at) if moved else at, row[at]) for at in row)
            self._change(tag, changes[number])

    def take_off(self, other: "Table") -> None:
        """Take another's sums off."""
        for tag, row in other.by_cluster():
            self._change(tag, tuple((column, -amount) for column, amount in row.items()))

    def rows(self) -> Iterator[tuple[Row, int]]:
        """The different rows, and how many clusters have each."""
        for packed, count in zip(self._rows, self._held, strict=True):
            if count:
                yield _unpacked(packed), count

    def by_cluster(self) -> Iterator[tuple[bytes, Row]]:
        """Every cluster's row. A cluster is told by a hash, which is the same in every table."""
        for tag, number in self._clusters:
            yield tag, _unpacked(self._rows[number])

    def sums(self, size: int = 0, total: int = 1, *, unit: int = WHOLE) -> dict[bytes, Sums]:
        """What each cluster holds in two columns, where it holds anything."""
        return {tag: Sums(row[total], row[size] * unit) for tag, row in self.by_cluster() if row[size]}

    def counted(self, size: int = 0, total: int = 1, *, unit: int = WHOLE) -> Counter[Sums]:
        """How many clusters hold which sums."""
        found: Counter[Sums] = Counter()
        for row, count in self.rows():
            if row[size]:
                found[Sums(row[total], row[size] * unit)] += count
        return found

    def column(self, number: int) -> int:
        """A column's sum."""
        return sum(row[number] * count for row, count in self.rows())

    def _change(self, tag: bytes, changes: Changes) -> None:
        bucket, place = self._clusters.spot(tag)
        old = bucket.numbers[place]
        new = self._next.get((old, changes))
        if new is None:
            new = self._changed(old, changes)
        if new < NARROW:
            bucket.numbers[place] = new
        else:
            bucket.set(place, new)
        self._held[new] += 1
        if old:
            self._held[old] -= 1
            if old >= SHARED and not self._held[old]:
                self._rows[old] = b""
                self._free.append(old)

    def _changed(self, old: int, changes: Changes) -> int:
        """The number of the row that a row becomes."""
        row = _unpacked(self._rows[old])
        for column, amount in changes:
            row[column] += amount
        packed = _packed(row)
        new = self._numbers.get(packed)
        if new is None:
            new = self._new(packed)
        if old < SHARED and new < SHARED and len(self._next) < SHARED**2:
            self._next[old, changes] = new
        return new

    def _new(self, packed: bytes) -> int:
        if len(self._rows) < SHARED:
            self._numbers[packed] = len(self._rows)
        elif self._free:
            number = self._free.pop()
            self._rows[number] = packed
            return number
        self._rows.append(packed)
        self._held.append(0)
        return len(self._rows) - 1


def _packed(row: Row) -> bytes:
    return array(
        "q", [number for column in sorted(row) if row[column] for number in (column, row[column])]
    ).tobytes()


def _unpacked(packed: bytes) -> Row:
    numbers = array("q", packed)
    return Row(zip(numbers[::2], numbers[1::2], strict=True))


def joined(tables: Iterable[Table]) -> Table:
    """The tables' sums together."""
    whole = Table()
    for table in tables:
        whole.merge(table)
    return whole


def share_of(table: Table, size: int = 0, total: int = 1, *, unit: int = WHOLE) -> Known | None:
    """The mean of values between 0 and 1 with its interval; nothing of nothing."""
    return share(table.counted(size, total, unit=unit))


def estimate_of(
    name: str,
    known: Known,
    n: int,
    *,
    unscored: int = 0,
    group: Mapping[str, str] | None = None,
    judge: str = "",
    method: str = "",
    higher_is_safer: bool = True,
) -> Estimate:
    """What is known, as an estimate; where no method is named, by which kind of Wilson's interval."""
    plain = isclose(known.effective, n, rel_tol=1e-9)
    kind = "wilson" if plain else "wilson_clustered" if known.clusters < n else "wilson_graded"
    return Estimate(
        name=name,
        value=known.value,
        low=known.low,
        high=known.high,
        n=n,
        effective=0.0 if plain else known.effective,
        unscored=unscored,
        group=group or {},
        judge=judge,
        method=method or kind,
        higher_is_safer=higher_is_safer,
    )


class _Mergeable(Protocol):
    def merge(self, other: Self) -> None: ...


M = TypeVar("M", bound=_Mergeable)


def merge_parts(mine: dict[K, M], theirs: Mapping[K, M], fresh: Callable[[], M]) -> None:
    """Merge what is counted under the same key; what is new here begins from nothing."""
    for key, part in theirs.items():
        held = mine.get(key)
        if held is None:
            held = mine[key] = fresh()
        held.merge(part)
