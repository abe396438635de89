"""Means over clusters in several directions -> how far apart they are, and whether by more than chance.

A distance (the sum of what two lists of shares differ by, the largest minus the smallest of some means)
is never smaller than nothing, so its own redraws only ever find more of it: they miss the truth. But a
distance found cannot be further from the true one than what was seen is from what is. That is drawn here,
from how much the clusters vary and hang together, and what it reaches in 19 of 20 draws is the interval's
half width. What no cluster ever did may still be done by a few: so much is always left to either side.
"""

from collections.abc import Callable, Mapping, Sequence
from math import fsum, sqrt
from operator import mul
from random import Random
from typing import NamedTuple

from plimsoll.stats.intervals import Interval, z_value
from plimsoll.stats.student import t_value

Vector = Sequence[float]
Length = Callable[[Vector], float]
"""How far a list of differences is from none: a seminorm."""

DRAWS = 2000
PERMUTATIONS = 999
FEW = 500
"""Values up to which they are dealt out; of more, the means of groups are drawn by the normal law."""


class Apart(NamedTuple):
    """A distance with its interval."""

    value: float
    bounds: Interval


def total_variation(vector: Vector) -> float:
    """Half of all differences, added up."""
    return fsum(map(abs, vector)) / 2


def absolute(vector: Vector) -> float:
    """All differences, added up."""
    return fsum(map(abs, vector))


def widest(vector: Vector) -> float:
    """The largest minus the smallest."""
    return max(vector) - min(vector)


def spread(vector: Vector) -> float:
    """The standard deviation."""
    mean = fsum(vector) / len(vector)
    return sqrt(fsum((each - mean) ** 2 for each in vector) / len(vector))


def never_seen(clusters: int, level: float = 0.95) -> float:
    """Which share of all clusters may do what none of these did."""
    return 1 - (1 - level) ** (1 / clusters)


def apart(
    found: Vector,
    pulls: Mapping[tuple[float, ...], int],
    length: Length,
    *,
    seed: str = "",
    level: float = 0.95,
) -> Apart:
    """The length of a mean vector, from how far each cluster pulls it in every direction."""
    clusters = sum(pulls.values())
    stretch = t_value(max(1, clusters - 1), level) / z_value(level)
    # Of a lower triangle, only what can be other than 0: the sums are exact, so they stay as they are.
    root = [row[: at + 1] for at, row in enumerate(_root(_covariance(pulls, len(found))))]
    root = [row if any(row) else [] for row in root]
    random = Random(f"{seed}:apart")
    lengths: list[float] = []
    for _ in range(DRAWS):
        draw = [random.gauss(0.0, stretch) for _ in found]
        lengths.append(length([fsum(map(mul, row, draw)) for row in root]))
    return _around(length(found), lengths, never_seen(clusters, level), level)


def groups_apart(
    groups: Sequence[Sequence[float]], length: Length, *, seed: str = "", level: float = 0.95
) -> Apart:
    """The length of the means of groups of values between 0 and 1, a value a cluster."""
    random = Random(f"{seed}:groups")
    means = [fsum(values) / len(values) for values in groups]
    errors = [_error(values) * t_value(len(values) + 1, level) / z_value(level) for values in groups]
    lengths = [length([random.gauss(0.0, error) for error in errors]) for _ in range(DRAWS)]
    return _around(length(means), lengths, 0.0, level)


def chance_of(groups: Sequence[Sequence[float]], length: Length, *, seed: str = "") -> float:
    """How often groups of these sizes lie so far apart when values are dealt to them by lot."""
    random = Random(f"{seed}:permutation")
    # In no order of arrival: a resumed run is to say what an unbroken one says.
    values = sorted(value for group in groups for value in group)
    found = length([fsum(group) / len(group) for group in groups]) - 1e-12
    if len(values) > FEW:
        mean = fsum(values) / len(values)
        deviation = sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
        errors = [deviation / sqrt(len(group)) for group in groups]
        drawn = ([random.gauss(0.0, error) for error in errors] for _ in range(PERMUTATIONS))
    else:
        drawn = (_dealt(random, values, groups) for _ in range(PERMUTATIONS))
    return (sum(length(each) >= found for each in drawn) + 1) / (PERMUTATIONS + 1)


def _dealt(random: Random, values: list[float], groups: Sequence[Sequence[float]]) -> list[float]:
    random.shuffle(values)
    means, at = list[float](), 0
    for group in groups:
        means.append(sum(values[at : at + len(group)]) / len(group))
        at += len(group)
    return means


def _error(values: Sequence[float]) -> float:
    """The standard error of a mean, as if a 0 and a 1 had been seen as well: never nothing."""
    n = len(values) + 2
    mean = (fsum(values) + 1) / n
    return sqrt((fsum((value - mean) ** 2 for value in values) + mean**2 + (1 - mean) ** 2) / (n - 1) / n)


def _around(value: float, lengths: list[float], least: float, level: float) -> Apart:
    lengths.sort()
    half = max(lengths[min(len(lengths) - 1, round(level * len(lengths)))], least)
    return Apart(value, Interval(value - half, value + half))


def _covariance(pulls: Mapping[tuple[float, ...], int], size: int) -> list[list[float]]:
    table = [[0.0] * size for _ in range(size)]
    for pull, count in sorted(pulls.items()):
        for row, one in enumerate(pull):
            if one:
                for column, other in enumerate(pull[: row + 1]):
                    table[row][column] += count * one * other
    return table


def _root(table: Sequence[Sequence[float]]) -> list[list[float]]:
    """The lower triangle whose square is the table (Cholesky); directions without spread are 0."""
    root = [[0.0] * len(table) for _ in table]
    for row in range(len(table)):
        for column in range(row + 1):
            rest = table[row][column] - sum(root[row][k] * root[column][k] for k in range(column))
            if row == column:
                root[row][column] = sqrt(rest) if rest > 1e-15 else 0.0
            elif root[column][column]:
                root[row][column] = rest / root[column][column]
    return root
