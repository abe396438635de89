"""Degrees of freedom -> quantiles of Student's t: widths of intervals whose spread is known from few."""

from collections.abc import Sequence
from functools import cache
from math import atan, cos, pi, sin, sqrt

from plimsoll.stats.beta import beta_cdf
from plimsoll.stats.intervals import Interval, z_value

MANY = 400
"""Degrees of freedom from which on the normal quantile is close enough."""


def t_cdf(t: float, degrees: int) -> float:
    """The chance of a value up to `t`; exact, by the finite series for whole degrees of freedom."""
    angle = atan(t / sqrt(degrees))
    square, odd = cos(angle) ** 2, degrees % 2
    term = total = (cos(angle) if degrees > 1 else 0.0) if odd else 1.0
    for k in range(2 if odd else 1, degrees - 1, 2):
        term *= square * k / (k + 1)
        total += term
    share = (angle + sin(angle) * total) * 2 / pi if odd else sin(angle) * total
    return (1 + share) / 2


def t_chance(t: float, degrees: int) -> float:
    """How often a value this far from zero arises, to either side; small chances are not rounded away."""
    return beta_cdf(degrees / (degrees + t * t), degrees / 2, 0.5) if t else 1.0


@cache
def t_value(degrees: int, level: float = 0.95) -> float:
    """How many standard errors an interval of that level reaches to either side."""
    if degrees > MANY:
        return z_value(level)
    low, high = 0.0, 1.0
    while t_cdf(high, degrees) < (1 + level) / 2:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, degrees) < (1 + level) / 2 else (low, middle)
    return (low + high) / 2


def around_mean(values: Sequence[float], level: float = 0.95) -> Interval | None:
    """Where the mean lies that independent values are drawn around.

    Nothing where fewer than two, or none that differs, say how far they scatter: no scatter seen is not none.
    """
    n = len(values)
    if n < 2 or min(values) == max(values):
        return None
    middle = sum(values) / n
    half = t_value(n - 1, level) * sqrt(sum((each - middle) ** 2 for each in values) / (n - 1) / n)
    return Interval(middle - half, middle + half)
