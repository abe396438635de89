"""A few numbers -> whether they may be draws from a normal distribution: Shapiro and Wilk's W.

Royston's approximation (1995, algorithm AS R94), good for 3 to 5,000 numbers.
"""

from collections.abc import Sequence
from math import asin, exp, fsum, log, pi, sqrt
from statistics import NormalDist
from typing import NamedTuple

MOST = 5_000
_LAST = (0.221157, -0.147981, -2.071190, 4.434685, -2.706056)
_LAST_BUT_ONE = (0.042981, -0.293762, -1.752461, 5.682633, -3.582633)


class Normality(NamedTuple):
    """How straight the numbers lie against normal ones, and how often normal ones lie less straight."""

    w: float
    p: float


def shapiro_wilk(values: Sequence[float]) -> Normality | None:
    """The test; nothing where there are too few or too many numbers, or all are the same."""
    n = len(values)
    if not 3 <= n <= MOST or min(values) == max(values):
        return None
    ordered = sorted(values)
    mean = fsum(ordered) / n
    spread = fsum((value - mean) ** 2 for value in ordered)
    along = fsum(weight * value for weight, value in zip(_weights(n), ordered, strict=True))
    w = min(1.0, along**2 / spread)
    return Normality(w, _p(w, n))


def _weights(n: int) -> list[float]:
    """What the ordered numbers are weighed by: normal scores, the outermost ones corrected."""
    if n == 3:
        return [-sqrt(0.5), 0.0, sqrt(0.5)]
    normal = NormalDist()
    scores = [normal.inv_cdf((place - 0.375) / (n + 0.25)) for place in range(1, n + 1)]
    squares = fsum(score**2 for score in scores)
    last = scores[-1] / sqrt(squares) + _polynomial(_LAST, 1 / sqrt(n))
    outer = [last]
    if n > 5:
        outer.append(scores[-2] / sqrt(squares) + _polynomial(_LAST_BUT_ONE, 1 / sqrt(n)))
    inner = squares - 2 * fsum(score**2 for score in scores[n - len(outer) :])
    scale = sqrt(inner / (1 - 2 * fsum(weight**2 for weight in outer)))
    middle = [score / scale for score in scores[len(outer) : n - len(outer)]]
    return [*(-weight for weight in outer), *middle, *reversed(outer)]


def _polynomial(factors: Sequence[float], x: float) -> float:
    return fsum(factor * x**power for power, factor in enumerate(factors, start=1))


def _p(w: float, n: int) -> float:
    if n == 3:
        return max(0.0, 6 / pi * (asin(sqrt(w)) - asin(sqrt(0.75))))
    left = log(max(1 - w, 1e-300))
    if n <= 11:
        limit = -2.273 + 0.459 * n
        if left >= limit:
            return 0.0
        left = -log(limit - left)
        mean = 0.5440 - 0.39978 * n + 0.025054 * n**2 - 0.0006714 * n**3
        deviation = exp(1.3822 - 0.77857 * n + 0.062767 * n**2 - 0.0020322 * n**3)
    else:
        size = log(n)
        mean = -1.5861 - 0.31082 * size - 0.083751 * size**2 + 0.0038915 * size**3
        deviation = exp(-0.4803 - 0.082676 * size + 0.0030302 * size**2)
    return 1 - NormalDist(mean, deviation).cdf(left)
