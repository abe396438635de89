"""Clusters of items -> percentile intervals by drawing the clusters again.

Clusters that hold the same sum over the same number of items are alike, so only how many there are
of each profile is drawn: the work grows with draws x profiles, not with the number of items.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import floor, lgamma, log, log1p, sqrt
from random import Random

from plimsoll.stats.intervals import Interval

Profile = tuple[float, int]
"""Sum of the values in a cluster, and how many there are."""


def cluster_bootstrap(
    profiles: Mapping[Profile, int], *, draws: int = 1000, seed: int = 0, level: float = 0.95
) -> Interval:
    """Percentile interval of the mean over items, from how many clusters show each profile."""
    kinds = sorted(profiles)
    return bootstrap(
        [profiles[kind] for kind in kinds], partial(_mean, kinds), draws=draws, seed=seed, level=level
    )


def bootstrap(
    counts: Sequence[int],
    statistic: Callable[[Sequence[int]], float],
    *,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of a statistic of the counts of each kind."""
    random = Random(seed)
    found = sorted(statistic(multinomial(random, counts)) for _ in range(draws))
    tail = (1 - level) / 2
    return Interval(_quantile(found, tail), _quantile(found, 1 - tail))


def multinomial(random: Random, counts: Sequence[int]) -> list[int]:
    """As many draws as the counts add up to, each kind as likely as its count says."""
    left, weight = sum(counts), sum(counts)
    drawn: list[int] = []
    for count in counts:
        taken = left if count >= weight else binomial(random, left, count / weight)
        drawn.append(taken)
        left, weight = left - taken, weight - count
    return drawn


def binomial(random: Random, n: int, p: float) -> int:
    """An exact draw of the number of successes in `n` trials."""
    if n <= 0 or p <= 0:
        return 0
    if p >= 1:
        return n
    if p > 0.5:
        return n - binomial(random, n, 1 - p)
    return _by_gaps(random, n, p) if n * p < 10 else _by_rejection(random, n, p)


def _by_gaps(random: Random, n: int, p: float) -> int:
    """Leap from success to success: the gaps are geometric."""
    scale, at, hits = log1p(-p), 0, 0
    while True:
        at += floor(log(1.0 - random.random()) / scale) + 1
        if at > n:
            return hits
        hits += 1


def _by_rejection(random: Random, n: int, p: float) -> int:
    """Hörmann's BTRS (1993): a transformed uniform, accepted against the exact probabilities."""
    spread = sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    alpha = (2.83 + 5.1 / b) * spread
    mode = floor((n + 1) * p)
    odds, top = log(p / (1 - p)), lgamma(mode + 1) + lgamma(n - mode + 1)
    while True:
        u, v = random.random() - 0.5, 1.0 - random.random()
        us = 0.5 - abs(u)
        if us == 0.0:
            continue
        k = floor((2 * a / us + b) * u + n * p + 0.5)
        if not 0 <= k <= n:
            continue
        if us >= 0.07 and v <= 0.92 - 4.2 / b:
            return k
        height = log(v * alpha / (a / (us * us) + b))
        if height <= top - lgamma(k + 1) - lgamma(n - k + 1) + (k - mode) * odds:
            return k


def _mean(kinds: Sequence[Profile], drawn: Sequence[int]) -> float:
    total = sum(kind[0] * count for kind, count in zip(kinds, drawn, strict=True))
    return total / sum(kind[1] * count for kind, count in zip(kinds, drawn, strict=True))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
