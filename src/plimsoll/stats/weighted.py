"""Labels drawn with known chances -> a rate corrected by them: prediction-powered inference, weighed.

Each labelled item counts 1 over the chance that it had (Hajek 1971). So labels may be drawn where a judge
is least sure, and the rate stays right for any judge (active statistical inference: Zrnic and Candes
2024). As with plain draws, one miss and one false alarm more than were seen are kept in mind: they would
have come from anywhere, so they weigh as much as an average label.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.stats.correction import Corrected, best_weight, share_interval


class Labelled(NamedTuple):
    """One labelled item."""

    people: float
    judge: float
    chance: float
    """With which it was drawn."""
    cluster: str


class Weighed(NamedTuple):
    """Labels of a draw, and what the judge said of all items, the labelled ones too."""

    labelled: Sequence[Labelled]
    judge: Sequence[float]
    others: int = 0
    """Of these, the ones without a label."""


def weighed_ppi(drawn: Weighed, *, level: float = 0.95) -> Corrected | None:
    """The rate with an interval that keeps its promise with few labels; `None` without any."""
    if not drawn.labelled or not drawn.judge:
        return None
    weights = [1 / each.chance for each in drawn.labelled]
    table: dict[tuple[float, float], float] = {}
    for each, weight in zip(drawn.labelled, weights, strict=True):
        table[each.people, each.judge] = table.get((each.people, each.judge), 0.0) + weight
    trust = best_weight(table) / (1 + len(weights) / len(drawn.judge)) if drawn.others else 0.0
    rest = [each.people - trust * each.judge for each in drawn.labelled]
    mean = sum(drawn.judge) / len(drawn.judge)
    value = trust * mean + _mean(rest, weights)
    spread = sum((each - mean) ** 2 for each in drawn.judge) / len(drawn.judge)
    average = sum(weights) / len(weights)
    plain = _variance(rest, weights)
    guarded = _variance([*rest, 1.0, -trust], [*weights, average, average])
    clustered = _variance(rest, weights, [each.cluster for each in drawn.labelled])
    variance = trust**2 * spread / len(drawn.judge) + clustered + max(0.0, guarded - plain)
    value = min(1.0, max(0.0, value))
    bounds = share_interval(value, variance, [each.people for each in drawn.labelled], level)
    return Corrected(value, bounds.low, bounds.high, variance, trust)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def _variance(values: Sequence[float], weights: Sequence[float], clusters: Sequence[str] = ()) -> float:
    """Of the weighed mean; items of a cluster hang together."""
    mean, total = _mean(values, weights), sum(weights)
    parts = [weight * (value - mean) / total for value, weight in zip(values, weights, strict=True)]
    if not clusters:
        return sum(part**2 for part in parts)
    sums: dict[str, float] = {}
    for cluster, part in zip(clusters, parts, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + part
    return sum(each**2 for each in sums.values())
