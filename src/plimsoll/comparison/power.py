"""How often two runs disagree -> the smallest difference they could show, and how many questions one needs.

Connor (1987), Sample size for testing differences in proportions for the paired-sample design: with
discordance `d` (the share of questions that only one run has right), a difference `x` is found with
the wished power by `((z_a sqrt(d) + z_b sqrt(d - x^2)) / x)^2` questions. Where questions come in
clusters, their number is multiplied by the design effect seen.
"""

from math import ceil, inf, sqrt

from plimsoll.stats.intervals import z_value

POWER = 0.8
LEVEL = 0.95


def needed(difference: float, discordance: float, design: float = 1.0, power: float = POWER) -> int | None:
    """How many questions a difference needs; `None` where nothing can be said of it."""
    size = abs(difference)
    if size <= 0 or discordance <= 0:
        return None
    # A difference cannot be larger than the share of questions that differ at all.
    spread = max(discordance, size)
    return max(2, ceil(design * _count(size, spread, power)))


def detectable(n: int, discordance: float, design: float = 1.0, power: float = POWER) -> float | None:
    """The smallest difference that `n` questions show with the wished power."""
    if n <= 0 or discordance <= 0:
        return None
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        enough = design * _count(middle, max(discordance, middle), power) <= n if middle else False
        low, high = (low, middle) if enough else (middle, high)
    return high


def _count(size: float, spread: float, power: float) -> float:
    if not size:
        return inf
    chance, beta = z_value(LEVEL), z_value(2 * power - 1)
    return ((chance * sqrt(spread) + beta * sqrt(max(spread - size * size, 0.0))) / size) ** 2
