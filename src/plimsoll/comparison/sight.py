"""A number of questions and a line -> the smallest loss that a gate would catch four times out of five."""

from collections.abc import Callable
from math import sqrt

from plimsoll.stats.intervals import binomial_cdf
from plimsoll.stats.margins import Losses

POWER = 0.8
ONE_SIDED = 0.8416212335729143
"""Standard errors above which four out of five lie."""

Fails = Callable[[Losses], bool]
"""What a gate makes of losses."""


def sight(losses: Losses, fails: Fails) -> float | None:
    """The smallest true loss that fails four times out of five; `None` where nothing could fail.

    Questions that change to and fro without a loss are taken to be as many as were seen.
    """
    n = losses.clusters
    lost = sum(count for (total, _), count in losses.profiles.items() if total > 0)
    gained = sum(count for (total, _), count in losses.profiles.items() if total < 0)
    both = min(lost, gained, n // 3)
    most = n - 2 * both
    if not fails(_changed(both + most, both, n)):
        return None
    low, high = 0, min(8, most)
    while not fails(_changed(both + high, both, n)):
        low, high = high, min(2 * high, most)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fails(_changed(both + middle, both, n)) else (middle, high)
    return _rate(n, min(n, high + round(ONE_SIDED * sqrt(2 * both))))


def _changed(lost: int, gained: int, n: int) -> Losses:
    return Losses({(1.0, 1): lost, (-1.0, 1): gained, (0.0, 1): n - lost - gained})


def _rate(n: int, least: int) -> float:
    """The rate at which so many of `n` questions are lost, or more, four times out of five."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - binomial_cdf(least - 1, n, middle) < POWER else (low, middle)
    return high
