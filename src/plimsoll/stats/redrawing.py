"""Clusters of labelled items -> the interval of any statistic, the clusters weighed anew, never split.

Redraws of what was seen never show what was not: a judge that agreed on forty of forty would agree for
ever. So clusters get random weights, as Bayes' posterior gives them (Rubin 1981), and so do a few that
nobody saw: one of each combination of labels. How much they weigh beforehand matters where there are few,
so a light and a heavy weight are tried (Perks 1947) and both are believed. The statistic may be undefined
on a redraw; where it is so on too many, there is no interval.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any, NamedTuple, cast

from plimsoll.stats.intervals import Interval

Table = Mapping[Any, float]
Statistic = Callable[[Table], float | None]
"""A table of how many items show which labels -> a number, or nothing where it is not defined."""
Kind = tuple[tuple[Any, int], ...]
"""What a cluster holds: labels with their number."""

DRAWS = 1000
UNSEEN = (0.5, 2.0)
"""Clusters that what was never seen is worth beforehand, all combinations together."""
LEAST_DEFINED = 0.9
LEAST_CLUSTERS = 10
"""Below this many nothing is said: whatever is weighed, it is the same few clusters."""
MOST_COMBINATIONS = 256


class Redrawn(NamedTuple):
    """A statistic with what its redraws say."""

    value: float | None
    percentile: Interval | None
    below: float
    """Share of redraws at or below 0; ties count half."""


def kinds(items: Iterable[tuple[str, Any]]) -> Counter[Kind]:
    """Items by cluster and labels -> how many clusters show which labels."""
    held: dict[str, Counter[Any]] = {}
    for cluster, label in items:
        held.setdefault(cluster, Counter())[label] += 1
    return Counter(tuple(sorted(each.items(), key=repr)) for each in held.values())


def redraw(
    clusters: Mapping[Kind, int],
    statistic: Statistic,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.95,
) -> Redrawn:
    """Weigh the clusters again and again; the interval holds the value, and is never of no width."""
    found = sorted(clusters, key=repr)
    counts = [float(clusters[kind]) for kind in found]
    value = statistic(_table(found, counts))
    if value is None or sum(counts) < LEAST_CLUSTERS:
        return Redrawn(value, None, 0.5)
    random = Random(seed)
    ends: list[float] = [value]
    every: list[float] = []
    for worth in UNSEEN:
        made = (_weighed(random, found, counts, worth) for _ in range(draws // len(UNSEEN)))
        drawn = sorted(each for each in map(statistic, made) if each is not None)
        if len(drawn) < LEAST_DEFINED * (draws // len(UNSEEN)):
            return Redrawn(value, None, 0.5)
        tail = (1 - level) / 2
        ends += [_quantile(drawn, tail), _quantile(drawn, 1 - tail)]
        every += drawn
    below = sum((each < 0) + (each == 0) / 2 for each in every) / len(every)
    return Redrawn(value, Interval(min(ends), max(ends)), below)


def _weighed(
    random: Random, found: Sequence[Kind], counts: Sequence[float], worth: float
) -> dict[Any, float]:
    usual = sum(n * count for kind, count in zip(found, counts, strict=True) for _, n in kind) / sum(counts)
    unseen = _combinations(frozenset(label for kind in found for label, _ in kind))
    table = _table(found, [random.gammavariate(count, 1.0) for count in counts])
    for label in unseen:
        weight = usual * random.gammavariate(worth / len(unseen), 1.0)
        table[label] = table.get(label, 0.0) + weight
    return table


@lru_cache(maxsize=64)
def _combinations(labels: frozenset[Any]) -> list[Any]:
    """Every combination of the classes that occur, where labels are tuples of classes."""
    if not all(isinstance(label, tuple) for label in labels):
        return sorted(labels, key=repr)
    tuples = cast("frozenset[tuple[Any, ...]]", labels)
    classes = sorted({part for label in tuples for part in label}, key=repr)
    (width, *others) = {len(label) for label in tuples}
    if others or len(classes) ** width > MOST_COMBINATIONS:
        return sorted(labels, key=repr)
    return list(product(classes, repeat=width))


def _table(found: Sequence[Kind], counts: Sequence[float]) -> dict[Any, float]:
    table: dict[Any, float] = {}
    for kind, count in zip(found, counts, strict=True):
        if count:
            for label, n in kind:
                table[label] = table.get(label, 0.0) + n * count
    return table


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
