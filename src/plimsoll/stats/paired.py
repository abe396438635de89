"""Two readings of the same items -> whether they differ, and by how much."""

from math import sqrt

from plimsoll.stats.intervals import Interval, binomial_cdf, normal_mean, wilson


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


def mean_difference(total: float, squares: float, n: int, level: float = 0.95) -> Interval:
    """Normal interval for a mean of paired differences, from their sum and their sum of squares."""
    if n < 2:
        return Interval(-1.0, 1.0)
    mean = total / n
    variance = max(squares - n * mean * mean, 0.0) / (n - 1) / n
    return normal_mean(mean, variance, level)


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
