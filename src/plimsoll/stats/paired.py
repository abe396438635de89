"""Two readings of the same items -> whether they differ, and by how much."""

from collections import Counter
from collections.abc import Mapping
from math import fsum, sqrt
from typing import NamedTuple

from plimsoll.stats.clusters import Known, Sums
from plimsoll.stats.intervals import Interval, binomial_cdf, wilson
from plimsoll.stats.student import t_value


class Both(NamedTuple):
    """What a cluster holds: the sums of either reading's values, and how many pairs they are of."""

    first: float
    second: float
    size: float = 1


class Paired(NamedTuple):
    """A difference with its interval, and how that was had."""

    known: Known
    method: str


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Exact two-sided p of McNemar's test, from the items that only one reading has right."""
    discordant = only_first + only_second
    if discordant == 0:
        return 1.0
    return min(1.0, 2 * binomial_cdf(min(only_first, only_second), discordant, 0.5))


def newcombe_paired(
    both: int, only_first: int, only_second: int, neither: int, level: float = 0.95
) -> Interval:
    """Interval for the difference of two paired shares: Newcombe 1998, square and add with correlation."""
    n = both + only_first + only_second + neither
    if n == 0:
        return Interval(-1.0, 1.0)
    first, second = (both + only_first) / n, (both + only_second) / n
    one, two = wilson(both + only_first, n, level), wilson(both + only_second, n, level)
    phi = _phi(both, only_first, only_second, neither)
    down, up = first - one.low, two.high - second
    rise, fall = one.high - first, second - two.low
    difference = first - second
    return Interval(
        difference - sqrt(max(down**2 - 2 * phi * down * up + up**2, 0.0)),
        difference + sqrt(max(rise**2 - 2 * phi * rise * fall + fall**2, 0.0)),
    )


def mean_difference(
    differences: Mapping[Sums, int], *, span: float = 1.0, level: float = 0.95
) -> Known | None:
    """The mean of differences from -span to span, from how many clusters hold which sums; nothing of nothing.

    As if two more clusters had been seen, one that gained all there is to gain and one that lost it (Bonett
    and Price 2012): few pairs that never differ do not show that there is no difference."""
    clusters, size = sum(differences.values()), fsum(s.size * count for s, count in differences.items())
    if not size:
        return None
    total = fsum(s.total * count for s, count in differences.items())
    usual = size / clusters
    whole = size + 2 * usual
    mean = total / whole
    squares = fsum((s.total - mean * s.size) ** 2 * count for s, count in differences.items())
    squares += usual**2 * ((span - mean) ** 2 + (span + mean) ** 2)
    half = t_value(clusters + 1, level) * sqrt(squares) / whole
    value = total / size
    low, high = max(-span, mean - half), min(span, mean + half)
    return Known(value, min(value, low), max(value, high), clusters, clusters)


def paired(clusters: Mapping[Both, int], level: float = 0.95) -> Paired | None:
    """The first reading minus the second, both shares, from how many clusters hold which sums of them."""
    sizes = {both.size for both in clusters}
    if not any(sizes):
        return None
    if len(sizes) == 1 and all(
        both.first in (0, both.size) and both.second in (0, both.size) for both in clusters
    ):
        table: Counter[tuple[bool, bool]] = Counter()
        for both, count in clusters.items():
            table[both.first > 0, both.second > 0] += count
        n = table.total()
        value = (table[True, False] - table[False, True]) / n
        low, high = newcombe_paired(
            table[True, True], table[True, False], table[False, True], table[False, False], level
        )
        return Paired(Known(value, min(value, low), max(value, high), n, n), "newcombe_paired")
    sums: Counter[Sums] = Counter()
    for both, count in clusters.items():
        sums[Sums(both.first - both.second, both.size)] += count
    found = mean_difference(sums, level=level)
    return None if found is None else Paired(found, "clustered_difference")


def _phi(both: int, only_first: int, only_second: int, neither: int) -> float:
    """Correlation of the two readings, with Newcombe's correction for continuity."""
    n = both + only_first + only_second + neither
    margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    if margins == 0:
        return 0.0
    cross = both * neither - only_first * only_second
    if cross > 0:
        cross = max(cross - n / 2, 0)
    return cross / sqrt(margins)
