"""Counts of two things side by side -> whether they go together, and how unalike two lists of counts are.

Small counts are the rule here, so chances are exact (Fisher) or drawn by dealing the units out again; the
normal and the chi-square law are not leaned on.
"""

from collections.abc import Callable, Mapping, Sequence
from math import exp, fsum, lgamma, log
from random import Random
from typing import NamedTuple

DEALT = 1999
"""Deals behind a chance."""
TIE = 1e-12

Counts = Mapping[str, float]


class Table(NamedTuple):
    """Units with both, with either alone, and with neither."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def lift(self) -> float | None:
        """How many times likelier the second is where the first is; nothing where one is never there."""
        first, second = self.both + self.only_first, self.both + self.only_second
        return self.both * sum(self) / (first * second) if first and second else None

    @property
    def told(self) -> bool:
        """Whether both vary: what stands in every unit, or in none, goes with everything and nothing."""
        first, second, whole = self.both + self.only_first, self.both + self.only_second, sum(self)
        return 0 < first < whole and 0 < second < whole


def fisher(table: Table) -> float:
    """Fisher's exact chance of so many with both, or more, where neither knows of the other."""
    first, second, whole = table.both + table.only_first, table.both + table.only_second, sum(table)
    most = min(first, second)
    terms = (_ways(first, k) + _ways(whole - first, second - k) for k in range(table.both, most + 1))
    return min(1.0, fsum(exp(each - _ways(whole, second)) for each in terms))


def chi_square(first: Counts, second: Counts) -> float:
    """Pearson's statistic of two lists of counts; 0 where one of them is empty."""
    n, m = fsum(first.values()), fsum(second.values())
    if not n or not m:
        return 0.0
    total = 0.0
    for key in first.keys() | second.keys():
        one, other = first.get(key, 0.0), second.get(key, 0.0)
        for found, size in ((one, n), (other, m)):
            expected = (one + other) * size / (n + m)
            total += (found - expected) ** 2 / expected if expected else 0.0
    return total


def jensen_shannon(first: Counts, second: Counts) -> float:
    """Jensen and Shannon's divergence of two lists of counts, in bits: 0 alike, 1 without a common kind."""
    n, m = fsum(first.values()), fsum(second.values())
    if not n or not m:
        return 0.0
    shares = [(first.get(key, 0.0) / n, second.get(key, 0.0) / m) for key in first.keys() | second.keys()]
    return max(0.0, fsum(_half(one, one + other) + _half(other, one + other) for one, other in shares))


Unlike = Callable[[Counts, Counts], float]


def chance_unlike(
    first: Sequence[Counts], second: Sequence[Counts], unlike: Unlike, *, paired: bool, seed: str = ""
) -> float:
    """How often units dealt to either side by chance are as unlike as these.

    Args:
        paired: Whether units in the same place belong together (one scenario, two agents): the two then
            change sides together or not at all. Otherwise all are dealt out anew.
    """
    random, found = Random(seed), unlike(summed(first), summed(second))
    deal = _swapped if paired else _dealt
    hits = sum(unlike(*deal(random, first, second)) >= found - TIE for _ in range(DEALT))
    return (hits + 1) / (DEALT + 1)


def summed(units: Sequence[Counts]) -> dict[str, float]:
    """The counts of all units together."""
    total: dict[str, float] = {}
    for unit in units:
        for key, count in unit.items():
            total[key] = total.get(key, 0.0) + count
    return total


def _swapped(random: Random, first: Sequence[Counts], second: Sequence[Counts]) -> tuple[Counts, Counts]:
    pairs = [(a, b) if random.random() < 0.5 else (b, a) for a, b in zip(first, second, strict=True)]
    return summed([a for a, _ in pairs]), summed([b for _, b in pairs])


def _dealt(random: Random, first: Sequence[Counts], second: Sequence[Counts]) -> tuple[Counts, Counts]:
    units = [*first, *second]
    random.shuffle(units)
    return summed(units[: len(first)]), summed(units[len(first) :])


def _half(part: float, both: float) -> float:
    return part / 2 * log(2 * part / both) / log(2) if part else 0.0


def _ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
