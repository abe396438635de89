"""Clusters of paired differences -> thousands of redraws at once, and the percentile interval they give.

One cluster that gained all there is to gain and one that lost it are drawn along: what never happened among
few may still happen.

Clusters of one profile (sum of differences, number of items) are alike, so only how many of each are
drawn matters. The draws of a multinomial are made kind by kind for all redraws together: those with
equally many clusters left share one table of the binomial, from which C code draws them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from plimsoll.stats.intervals import Interval

Profile = tuple[float, int]
"""Sum of the differences in a cluster, and how many there are."""

NEGLIGIBLE = 1e-17
"""Of the likeliest outcome: what is rarer is left out of a table."""


def redrawn_mean(
    profiles: Mapping[Profile, int], *, draws: int = 10_000, seed: int = 0, level: float = 0.95
) -> Interval:
    """Percentile interval of a mean difference between -1 and 1 over items, the clusters drawn again."""
    counts: Counter[tuple[float, float]] = Counter()
    for profile, count in profiles.items():
        counts[profile] += count
    usual = sum(size * count for (_, size), count in profiles.items()) / counts.total()
    counts.update([(usual, usual), (-usual, usual)])
    kinds = sorted(counts, key=lambda kind: (counts[kind], kind))
    columns = multinomials(Random(seed), [counts[kind] for kind in kinds], draws)
    totals, items = [0.0] * draws, [0.0] * draws
    for (value, size), column in zip(kinds, columns, strict=True):
        if value:
            totals = [total + value * count for total, count in zip(totals, column, strict=True)]
        items = [item + size * count for item, count in zip(items, column, strict=True)]
    found = sorted(total / item for total, item in zip(totals, items, strict=True))
    tail = (1 - level) / 2
    return Interval(found[round(tail * (draws - 1))], found[round((1 - tail) * (draws - 1))])


def multinomials(random: Random, counts: Sequence[int], draws: int) -> list[list[int]]:
    """For every kind a column with how often each redraw took it; fast where the commonest comes last."""
    weight = sum(counts)
    left = [weight] * draws
    columns: list[list[int]] = []
    for count in counts:
        column = left if count >= weight else binomials(random, left, count / weight)
        columns.append(column)
        left = [before - taken for before, taken in zip(left, column, strict=True)]
        weight -= count
    return columns


def binomials(random: Random, trials: Sequence[int], p: float) -> list[int]:
    """One exact draw for each number of trials."""
    places: dict[int, list[int]] = {}
    for place, n in enumerate(trials):
        places.setdefault(n, []).append(place)
    drawn = [0] * len(trials)
    for n, found in places.items():
        first, weights = _table(n, p)
        options = range(first, first + len(weights))
        for place, value in zip(found, random.choices(options, weights, k=len(found)), strict=True):
            drawn[place] = value
    return drawn


def _table(n: int, p: float) -> tuple[int, list[float]]:
    """The smallest outcome that matters, and the weights from there on; the likeliest weighs 1."""
    mode, odds = min(n, int((n + 1) * p)), p / (1 - p)
    above, weight = [1.0], 1.0
    for k in range(mode, n):
        weight *= (n - k) / (k + 1) * odds
        if weight < NEGLIGIBLE:
            break
        above.append(weight)
    below, weight = list[float](), 1.0
    for k in range(mode, 0, -1):
        weight *= k / ((n - k + 1) * odds)
        if weight < NEGLIGIBLE:
            break
        below.append(weight)
    return mode - len(below), below[::-1] + above
