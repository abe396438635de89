"""Counts -> intervals for shares and their differences."""

from functools import cache
from math import exp, lgamma, log, log1p, sqrt
from typing import NamedTuple

from plimsoll.stats.beta import beta_quantile


class Interval(NamedTuple):
    """The bounds between which the true value lies, at some level of confidence."""

    low: float
    high: float


@cache
def z_value(level: float = 0.95) -> float:
    """How many standard errors an interval of that level reaches to either side."""
    if level == 0.95:
        return 1.959963984540054
    from statistics import NormalDist

    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(hits: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's score interval for `hits` out of `n`; fractional credit and effective sizes are welcome."""
    if n <= 0:
        return Interval(0.0, 1.0)
    z2 = z_value(level) ** 2
    share, spread = min(max(hits / n, 0.0), 1.0), z2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(z2 * (share * (1 - share) + spread / 4) / n) / (1 + spread)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    # Rounding must not push the share itself out of its interval at 0 and 1.
    return Interval(min(low, share), max(high, share))


def clopper_pearson(hits: float, n: float, level: float = 0.95) -> Interval:
    """The exact interval: wide, but never covers less often than it says.

    Counts that stand for fewer independent ones may be fractions (Korn and Graubard 1998)."""
    if n <= 0:
        return Interval(0.0, 1.0)
    tail = (1 - level) / 2
    low = 0.0 if hits <= 0 else beta_quantile(tail, hits, n - hits + 1)
    high = 1.0 if hits >= n else beta_quantile(1 - tail, hits + 1, n - hits)
    return Interval(low, high)


def normal_mean(mean: float, variance: float, level: float = 0.95) -> Interval:
    """The normal interval around an estimate of that variance."""
    half = z_value(level) * sqrt(max(variance, 0.0))
    return Interval(mean - half, mean + half)


def newcombe_difference(
    hits: int, n: int, other_hits: int, other_n: int, level: float = 0.95
) -> Interval | None:
    """Newcombe's interval for the difference of two independent shares (his method 10); none of nothing."""
    if n <= 0 or other_n <= 0:
        return None
    first, second = hits / n, other_hits / other_n
    one, two = wilson(hits, n, level), wilson(other_hits, other_n, level)
    difference = first - second
    return Interval(
        difference - sqrt((first - one.low) ** 2 + (two.high - second) ** 2),
        difference + sqrt((one.high - first) ** 2 + (second - two.low) ** 2),
    )


def binomial_cdf(k: int, n: int, p: float) -> float:
    """The probability of at most `k` successes."""
    if k < 0:
        return 0.0
    if k >= n or p <= 0:
        return 1.0
    if p >= 1:
        return 0.0
    if k > n * p:
        return 1.0 - binomial_cdf(n - k - 1, n, 1 - p)
    # Below the mean the terms fall off downwards, so summing from the top may stop early.
    odds = (1 - p) / p
    term = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p))
    total = term
    for j in range(k, 0, -1):
        term *= j / (n - j + 1) * odds
        total += term
        if term < total * 1e-17:
            break
    return min(total, 1.0)
