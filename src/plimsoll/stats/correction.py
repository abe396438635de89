"""A judge's rate and some human labels -> the rate corrected for the judge's errors, with its interval.

Rogan and Gladen 1978 turn a rate by known sensitivity and specificity, which must carry over to the
replies judged now. Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023;
PPI++, Angelopoulos, Duchi and Zrnic 2023) needs labels on a random draw of these very replies, and then
holds for any judge. With few labels the Bayesian form carries the whole uncertainty of both error rates.
"""

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from random import Random
from typing import NamedTuple

from plimsoll.stats.intervals import Interval, normal_mean, wilson, z_value

LEAST_INFORMATION = 1.05
"""Sensitivity plus specificity at or below which a judge says next to nothing: 1 is a coin."""
LEAST_OF_A_KIND = 5
"""Labels of yes, or of no, below which an interval is not normal."""
DRAWS = 4_000
MOST_DRAWS = 64_000
LEAST_POSSIBLE = 0.005
"""Share of draws in which the judged rate lies between false alarms and sensitivity, below which the
calibration contradicts the run."""


class Corrected(NamedTuple):
    """A corrected rate."""

    value: float
    low: float
    high: float
    variance: float
    weight: float = 1.0
    """How far the judge was trusted: lambda of prediction-powered inference."""


class Counts(NamedTuple):
    """Successes out of trials."""

    hits: float
    n: float

    @property
    def share(self) -> float:
        """The plain rate."""
        return self.hits / self.n


class Drawn(NamedTuple):
    """Values of people and of the judge on a random draw of items, and of the judge on all the others."""

    people: Sequence[float]
    judge: Sequence[float]
    """On the same items, in the same order."""
    others: Sequence[float]
    clusters: Sequence[str] = ()
    """What each labelled item hangs together with, and then each other one; empty where none do."""


def rogan_gladen(
    judged: Counts,
    sensitivity: Counts,
    specificity: Counts,
    *,
    rate_variance: float | None = None,
    level: float = 0.95,
) -> Corrected | None:
    """The true rate behind a judged one, clipped to [0, 1], with the delta-method interval.

    `None` where the judge says too little. `rate_variance` stands for that of the judged rate where its
    items are not independent.
    """
    if not (judged.n and sensitivity.n and specificity.n):
        return None
    found, left, rate = sensitivity.share, specificity.share, judged.share
    if found + left <= LEAST_INFORMATION:
        return None
    gain = found + left - 1
    value = min(1.0, max(0.0, (rate + left - 1) / gain))
    own = rate * (1 - rate) / judged.n if rate_variance is None else rate_variance
    missed = value**2 * found * (1 - found) / sensitivity.n
    alarmed = (1 - value) ** 2 * left * (1 - left) / specificity.n
    return _bounded(value, (own + missed + alarmed) / gain**2, level)


def ppi(drawn: Drawn, *, weight: float = 1.0, level: float = 0.95, bounded: bool = False) -> Corrected | None:
    """The mean of people's values, by the judge's on all items and people's on some; `weight` is lambda.

    With lambda 0 the judge is left out: the classical mean of the labels. `bounded` clips to [0, 1].
    """
    n, others = len(drawn.people), len(drawn.others)
    if not n:
        return None
    weight = weight if others else 0.0
    rest = [y - weight * f for y, f in zip(drawn.people, drawn.judge, strict=True)]
    value = sum(rest) / n + (weight * sum(drawn.others) / others if others else 0.0)
    variance = _variance(rest) / n + (weight**2 * _variance(drawn.others) / others if others else 0.0)
    if bounded:
        return _bounded(min(1.0, max(0.0, value)), variance, level, weight)
    low, high = normal_mean(value, variance, level)
    return Corrected(value, low, high, variance, weight)


def ppi_weight(drawn: Drawn) -> float:
    """Lambda of PPI++: how far the judge is worth trusting, in [0, 1]."""
    n, others = len(drawn.people), len(drawn.others)
    if not n or not others:
        return 0.0
    # The official package divides by the number of items less one here, and by the number elsewhere.
    spread = _variance([*drawn.judge, *drawn.others]) * (n + others) / (n + others - 1)
    if not spread:
        return 0.0
    one, other = sum(drawn.people) / n, sum(drawn.judge) / n
    shared = sum((y - one) * (f - other) for y, f in zip(drawn.people, drawn.judge, strict=True)) / n
    return min(1.0, max(0.0, shared / ((1 + n / others) * spread)))


def ppi_plus(drawn: Drawn, *, level: float = 0.95, bounded: bool = False) -> Corrected | None:
    """PPI++: prediction-powered inference with the weight that makes the interval narrowest."""
    return ppi(drawn, weight=ppi_weight(drawn), level=level, bounded=bounded)


def ppi_guarded(drawn: Drawn, *, level: float = 0.95) -> Corrected | None:
    """PPI++ for values in [0, 1] that keeps its promise with few labels and rare events.

    Where the labels happen to hold no error of the judge, the plain interval is far too short. So its
    variance is taken as if one false alarm and one miss more had been seen.
    """
    weight = ppi_weight(drawn)
    found = ppi(drawn, weight=weight)
    if found is None:
        return None
    n = len(drawn.people)
    rest = [y - weight * f for y, f in zip(drawn.people, drawn.judge, strict=True)]
    guard = (_variance([*rest, 1.0, -weight]) * (n + 2) / (n + 1) - _variance(rest)) / n
    variance = found.variance if not drawn.clusters else _clustered(drawn, rest, weight)
    variance += max(0.0, guard)
    value = min(1.0, max(0.0, found.value))
    bounds = share_interval(value, variance, drawn.people, level)
    return Corrected(value, bounds.low, bounds.high, variance, weight)


def share_interval(value: float, variance: float, people: Sequence[float], level: float = 0.95) -> Interval:
    """The interval of a share estimated with that variance from labels of people.

    A normal one, but with few labels of a kind too short near 0 and 1: then Wilson's, at as many plain
    labels as would know the share as well, and half a label further out.
    """
    n, yes = len(people), sum(people)
    if min(yes, n - yes) >= LEAST_OF_A_KIND or not variance:
        half = z_value(level) * sqrt(variance)
        return Interval(max(0.0, value - half), min(1.0, value + half))
    smoothed = (value * n + 1) / (n + 2)
    worth = smoothed * (1 - smoothed) / variance
    low = wilson(max(0.0, value * worth - 0.5), worth, level).low
    high = wilson(min(worth, value * worth + 0.5), worth, level).high
    return Interval(min(low, value), max(high, value))


def ppi_stratified(
    strata: Sequence[Drawn], *, level: float = 0.95, bounded: bool = False
) -> Corrected | None:
    """PPI++ where labels were drawn stratum by stratum; each counts by its share of all items."""
    sizes = [len(each.people) + len(each.others) for each in strata]
    found = [ppi_plus(each) for each in strata]
    total = sum(sizes)
    parts = [(size / total, each) for size, each in zip(sizes, found, strict=True) if each is not None]
    if not parts or len(parts) < len(strata):
        return None
    value = sum(share * each.value for share, each in parts)
    variance = sum(share**2 * each.variance for share, each in parts)
    weight = sum(share * each.weight for share, each in parts)
    if bounded:
        return _bounded(min(1.0, max(0.0, value)), variance, level, weight)
    low, high = normal_mean(value, variance, level)
    return Corrected(value, low, high, variance, weight)


def ppi_difference(first: Drawn, second: Drawn, *, level: float = 0.95) -> Corrected | None:
    """The difference of two models' rates on the same items: PPI++ of the differences, item by item."""
    return ppi_plus(
        Drawn(
            [a - b for a, b in zip(first.people, second.people, strict=True)],
            [a - b for a, b in zip(first.judge, second.judge, strict=True)],
            [a - b for a, b in zip(first.others, second.others, strict=True)],
        ),
        level=level,
    )


def bayesian(
    judged: Counts, sensitivity: Counts, specificity: Counts, *, seed: int = 0, level: float = 0.95
) -> Corrected | None:
    """The true rate with its posterior interval under flat priors on it and on both error rates.

    The judged rate and both error rates are drawn from posteriors of their own; a draw then weighs as the
    change of variables asks (1 over the judge's gain). So the draws lie where the posterior is, however
    rare the event. Where the labels cannot tell the rate from 0, or from 1, the interval reaches there: a
    posterior alone never holds its own edge. `None` where the judge says the event so rarely, or so often,
    that its errors elsewhere cannot explain it.
    """
    drawn = _drawn_rates(Random(seed), judged, sensitivity, specificity)
    possible = [each for each in drawn if each.alarmed <= each.rate <= each.found]
    if len(possible) < LEAST_POSSIBLE * len(drawn):
        return None
    places = sorted((each.truth, 1 / (each.found - each.alarmed)) for each in possible)
    tail = (1 - level) / 2
    low, high = _weighed_quantile(places, tail), _weighed_quantile(places, 1 - tail)
    least = _least(seed, judged.hits, judged.n, len(drawn))
    if sum(rate <= each.alarmed for rate, each in zip(least, drawn, strict=True)) >= tail * len(drawn):
        alarms = _least(seed, specificity.n - specificity.hits, specificity.n, len(drawn))
        low, high = 0.0, max(high, _edge(drawn, alarms, 1 - tail))
    least = _least(seed, judged.n - judged.hits, judged.n, len(drawn))
    if sum(1 - rate >= each.found for rate, each in zip(least, drawn, strict=True)) >= tail * len(drawn):
        mirrored = [_Rates(1 - each.rate, 1 - each.alarmed, 1 - each.found) for each in drawn]
        misses = _least(seed, sensitivity.n - sensitivity.hits, sensitivity.n, len(drawn))
        low, high = min(low, 1 - _edge(mirrored, misses, 1 - tail)), 1.0
    total = sum(weight for _, weight in places)
    mean = sum(truth * weight for truth, weight in places) / total
    spread = sum((truth - mean) ** 2 * weight for truth, weight in places) / total
    middle = _Rates(_flat_mean(judged), _flat_mean(sensitivity), 1 - _flat_mean(specificity))
    value = min(high, max(low, middle.truth if middle.found > middle.alarmed else mean))
    return Corrected(value, low, high, spread)


def labels_needed(
    half_width: float,
    *,
    residual: float,
    judged: float = 0.0,
    items: int | None = None,
    weight: float = 1.0,
    level: float = 0.95,
) -> int | None:
    """How many random labels give an interval of that half width by prediction-powered inference.

    `residual` is the variance of people's value less lambda times the judge's, `judged` that of the
    judge's value over `items` unlabelled ones (`None`: so many that they cost nothing). `None` where the
    judged items alone are too few.
    """
    wanted = (half_width / z_value(level)) ** 2
    left = wanted - (weight**2 * judged / items if items else 0.0)
    return None if left <= 0 else max(1, ceil(residual / left))


def residual_variance(table: Mapping[tuple[float, float], float], weight: float) -> float:
    """Variance of people's value less lambda times the judge's, from a table of both."""
    n = sum(table.values())
    mean = sum(count * (y - weight * f) for (y, f), count in table.items()) / n
    return sum(count * (y - weight * f - mean) ** 2 for (y, f), count in table.items()) / n


def best_weight(table: Mapping[tuple[float, float], float]) -> float:
    """Lambda of PPI++ for unlimited unlabelled items, from a table of both values."""
    n = sum(table.values())
    people = sum(count * y for (y, _), count in table.items()) / n
    judge = sum(count * f for (_, f), count in table.items()) / n
    spread = sum(count * (f - judge) ** 2 for (_, f), count in table.items())
    shared = sum(count * (y - people) * (f - judge) for (y, f), count in table.items())
    return min(1.0, max(0.0, shared / spread)) if spread else 0.0


def _clustered(drawn: Drawn, rest: Sequence[float], weight: float) -> float:
    """Variance of the estimate where items of a cluster hang together; the plain one where none do."""
    n, others = len(rest), len(drawn.others)
    mean, said = sum(rest) / n, sum(drawn.others) / others if others else 0.0
    parts = [(value - mean) / n for value in rest]
    parts += [weight * (value - said) / others for value in drawn.others]
    sums: dict[str, float] = {}
    for cluster, part in zip(drawn.clusters, parts, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + part
    return sum(total**2 for total in sums.values())


class _Rates(NamedTuple):
    """One draw: how often the judge says the event, how often it finds it, how often it is a false alarm."""

    rate: float
    found: float
    alarmed: float

    @property
    def truth(self) -> float:
        return (self.rate - self.alarmed) / (self.found - self.alarmed)


def _drawn_rates(
    random: Random, judged: Counts, sensitivity: Counts, specificity: Counts
) -> Sequence[_Rates]:
    """Draws of all three, more of them where few are possible together."""
    beta, drawn, possible = random.betavariate, list[_Rates](), 0
    shapes = [(1 + each.hits, 1 + each.n - each.hits) for each in (judged, sensitivity, specificity)]
    rate, found, left = shapes
    while len(drawn) < MOST_DRAWS and (len(drawn) < DRAWS or possible < DRAWS // 8):
        for _ in range(DRAWS):
            one = _Rates(beta(*rate), beta(*found), 1 - beta(*left))
            possible += one.alarmed <= one.rate <= one.found
            drawn.append(one)
    return drawn


def _least(seed: int, hits: float, n: float, draws: int) -> Sequence[float]:
    """A share as small as the counts allow: none at all where nothing was seen."""
    if hits <= 0:
        return [0.0] * draws
    beta = Random(f"{seed}:edge").betavariate
    return [beta(hits, n - hits + 1) for _ in range(draws)]


def _edge(drawn: Sequence[_Rates], alarms: Sequence[float], share: float) -> float:
    """That quantile of the true rate, had the judge raised as few false alarms as that."""
    found = sorted(
        min(1.0, max(0.0, each._replace(alarmed=alarmed).truth)) if each.found > alarmed else 1.0
        for each, alarmed in zip(drawn, alarms, strict=True)
    )
    return found[min(len(found) - 1, int(share * len(found)))]


def _weighed_quantile(places: Sequence[tuple[float, float]], share: float) -> float:
    """Where the summed weight reaches that share of it all."""
    wanted, seen = share * sum(weight for _, weight in places), 0.0
    for place, weight in places:
        seen += weight
        if seen >= wanted:
            return place
    return places[-1][0]


def _flat_mean(counts: Counts) -> float:
    return (counts.hits + 1) / (counts.n + 2)


def _bounded(value: float, variance: float, level: float, weight: float = 1.0) -> Corrected:
    half = z_value(level) * sqrt(max(variance, 0.0))
    return Corrected(value, max(0.0, value - half), min(1.0, value + half), variance, weight)


def _variance(values: Sequence[float]) -> float:
    if not values:
        return 0.0
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / len(values)
