"""Sums of differences, cluster by cluster -> how likely so large a total is by chance.

If the runs were equally good, each cluster's sum could as well have come with the other sign. For
sums of 1 that is McNemar's exact test. Other sums are flipped exactly where there are few, whole ones
also where there are many, and by the normal approximation otherwise (Obuchowski 1998, On the comparison
of correlated proportions for clustered data: total squared over the sum of squares).
"""

from collections import defaultdict
from collections.abc import Mapping
from math import erfc, exp, fsum, lgamma, log, sqrt
from typing import NamedTuple

from plimsoll.stats.paired import mcnemar_exact

LARGEST = 200_000
"""Steps that an exact test may take."""
TOLERANCE = 1e-9
FEW = 16
"""Clusters up to which any sums are flipped exactly: the normal approximation finds too much in few."""


class Test(NamedTuple):
    """A two-sided p-value and how it was had."""

    __test__ = False
    p: float
    name: str


def sign_flip(sums: Mapping[float, int], *, single: bool) -> Test:
    """Test that the sums are as likely positive as negative; `single` where each is one pair's."""
    moved = {value: count for value, count in sums.items() if abs(value) > TOLERANCE and count}
    if all(abs(value) == 1.0 for value in moved):
        p = mcnemar_exact(moved.get(-1.0, 0), moved.get(1.0, 0))
        return Test(p, "mcnemar_exact" if single else "sign_flip_exact")
    total = fsum(value * count for value, count in moved.items())
    sizes: dict[float, int] = defaultdict(int)
    for value, count in moved.items():
        sizes[abs(value)] += count
    if sum(sizes.values()) <= FEW:
        return Test(_exact(total, sizes), "sign_flip_exact")
    if not all(float(size).is_integer() for size in sizes):
        return _normal(total, moved)
    steps, reach = 0, 1
    for size, count in sizes.items():
        steps += reach * (count + 1)
        reach += 2 * int(size) * count
    return Test(_exact(total, sizes), "sign_flip_exact") if steps <= LARGEST else _normal(total, moved)


def _exact(total: float, sizes: Mapping[float, int]) -> float:
    chances: dict[float, float] = {0.0: 1.0}
    for size, count in sizes.items():
        halves = [exp(_choose(count, k) - count * log(2)) for k in range(count + 1)]
        spread: dict[float, float] = defaultdict(float)
        for at, chance in chances.items():
            for k, half in enumerate(halves):
                spread[round(at + size * (2 * k - count), 9)] += chance * half
        chances = spread
    return min(1.0, fsum(chance for at, chance in chances.items() if abs(at) >= abs(total) - TOLERANCE))


def _normal(total: float, moved: Mapping[float, int]) -> Test:
    squares = fsum(value * value * count for value, count in moved.items())
    return Test(erfc(abs(total) / sqrt(2 * squares)), "sign_flip_normal")


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
