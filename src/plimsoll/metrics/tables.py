"""Records -> sums by question: a row for each cluster, a column for each number.

Whole numbers are kept, so that sums are the same in any order and parts of a run add up exactly. A row
takes some 200 bytes, however often its question is asked: memory grows with questions, not with records.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Protocol, Self, TypeVar

from plimsoll.core import Estimate
from plimsoll.stats.clusters import Known, Sums, share

WHOLE = 720_720_000_000
"""A value of 1 in whole numbers: thirds and sevenths of it are whole as well."""

K = TypeVar("K")


@dataclass
class Table:
    """Sums by cluster. Column 0 of a rate is how many values, column 1 their sum."""

    rows: dict[str, "array[int]"] = field(default_factory=dict[str, "array[int]"])

    def row(self, cluster: str, width: int = 2) -> "array[int]":
        """The row of a cluster, at least that wide."""
        found = self.rows.get(cluster)
        if found is None:
            found = self.rows[cluster] = array("q", bytes(8 * width))
        elif len(found) < width:
            found.frombytes(bytes(8 * (width - len(found))))
        return found

    def add(self, cluster: str, value: float) -> None:
        """Count one value of a cluster."""
        row = self.row(cluster)
        row[0] += 1
        row[1] += round(value * WHOLE)

    def merge(self, other: "Table") -> None:
        """Take up another's sums."""
        for cluster, theirs in other.rows.items():
            mine = self.row(cluster, len(theirs))
            for column, number in enumerate(theirs):
                mine[column] += number

    def sums(self, size: int = 0, total: int = 1, *, unit: int = WHOLE) -> dict[str, Sums]:
        """What each cluster holds in two columns, where it holds anything."""
        return {
            cluster: Sums(row[total], row[size] * unit)
            for cluster, row in self.rows.items()
            if len(row) > size and row[size]
        }

    def counted(self, size: int = 0, total: int = 1, *, unit: int = WHOLE) -> Counter[Sums]:
        """How many clusters hold which sums."""
        pairs = Counter(
            (row[total], row[size]) for row in self.rows.values() if len(row) > size and row[size]
        )
        return Counter({Sums(added, held * unit): count for (added, held), count in pairs.items()})

    def column(self, number: int) -> int:
        """A column's sum."""
        return sum(row[number] for row in self.rows.values() if len(row) > number)


def joined(tables: Iterable[Table]) -> Table:
    """The tables' sums together; rows of one table alone are shared with it, not copied."""
    whole: dict[str, array[int]] = {}
    for table in tables:
        for cluster, row in table.rows.items():
            known = whole.get(cluster)
            whole[cluster] = row if known is None else array("q", map(int.__add__, known, row))
    return Table(whole)


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
