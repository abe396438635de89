"""Shares and differences of many small groups -> each with what the others say of it: partial pooling.

A group of three items says little of itself, but the groups beside it say in which range such shares lie.
The shares are taken to be draws from one beta distribution, whose mean and spread are weighed by how well
they explain all groups (a hierarchical beta-binomial model on a grid; Gelman and others, Bayesian Data
Analysis, chapter 5). A group with many items keeps its own share; a small one is drawn to the others, the
more the alike they are. A pooled number is about a group *as one of these*, and is named as pooled.

Differences have a normal model instead (the same chapter's eight schools): each is known as far as
chance lets it, and how far they spread is weighed over a grid.
"""

from collections import Counter
from collections.abc import Sequence
from math import erfc, exp, fsum, lgamma, log, sqrt
from typing import NamedTuple

from plimsoll.stats.beta import beta_quantile

SMALL = 10
"""Independent questions below which a group is pooled."""
LEAST_GROUPS = 4
"""Groups below which nothing is known of how groups spread."""
MEANS = 40
SPREADS = tuple(0.5 * 1.6**step for step in range(18))
"""Items' worth of what the others say: from next to nothing to a thousand and more."""


DIFFER_BY = tuple(0.6 * (step / 40) ** 2 for step in range(41))
"""Standard deviations of true differences between groups: from none to more than there can be."""
LEAST_SD = 1e-6


class Group(NamedTuple):
    """Successes out of trials; parts of trials are welcome."""

    hits: float
    n: float


class Pooled(NamedTuple):
    """A group's share, the others minded."""

    value: float
    low: float
    high: float


def pooled(groups: Sequence[Group], level: float = 0.95) -> list[Pooled]:
    """Every group's share with its interval; nothing where there are too few groups."""
    if len(groups) < LEAST_GROUPS:
        return []
    priors = [(mean * spread, (1 - mean) * spread) for mean in _means() for spread in SPREADS]
    alike = Counter(groups).items()  # small groups are few numbers of hits out of few
    logs = [
        fsum(count * _log_likelihood(group, *prior) for group, count in alike) - _doubt(*prior)
        for prior in priors
    ]
    highest = max(logs)
    weights = [exp(each - highest) for each in logs]
    kept = [(prior, weight) for prior, weight in zip(priors, weights, strict=True) if weight > 1e-6]
    found = {group: _posterior(group, kept, level) for group, _ in alike}
    return [found[group] for group in groups]


class Measured(NamedTuple):
    """A group's difference, and how far chance alone moves it."""

    value: float
    sd: float

    @property
    def variance(self) -> float:
        """The square of that."""
        return max(self.sd, LEAST_SD) ** 2


class _Normal(NamedTuple):
    weight: float
    mean: float
    sd: float


def drawn_together(groups: Sequence[Measured], level: float = 0.95) -> list[Pooled]:
    """Every group's difference, in [-1, 1], with its interval; nothing where there are too few groups."""
    if len(groups) < LEAST_GROUPS:
        return []
    fits = [_fit(groups, spread) for spread in DIFFER_BY]
    # Beforehand every variance is as likely, and the grid is denser near nothing: its points stand for less.
    highest = max(log_weight for log_weight, *_ in fits)
    priors = [
        ((step + 0.5) ** 3 * exp(weight - highest), mean, variance)
        for step, (weight, mean, variance) in enumerate(fits)
    ]
    total = fsum(weight for weight, *_ in priors)
    made: list[Pooled] = []
    for one in groups:
        parts = [
            _Normal(weight / total, *_drawn(one, mean, variance, spread))
            for (weight, mean, variance), spread in zip(priors, DIFFER_BY, strict=True)
        ]
        value = fsum(part.weight * part.mean for part in parts)
        low, high = (_quantile(parts, share) for share in ((1 - level) / 2, (1 + level) / 2))
        made.append(Pooled(value, max(-1.0, min(low, value)), min(1.0, max(high, value))))
    return made


def _fit(known: Sequence[Measured], spread: float) -> tuple[float, float, float]:
    """How well groups that spread so far explain what was measured; their mean, and its variance."""
    variances = [each.variance + spread * spread for each in known]
    precision = fsum(1 / each for each in variances)
    mean = fsum(one.value / each for one, each in zip(known, variances, strict=True)) / precision
    misfit = fsum((one.value - mean) ** 2 / each for one, each in zip(known, variances, strict=True))
    return -0.5 * (log(precision) + fsum(map(log, variances)) + misfit), mean, 1 / precision


def _drawn(one: Measured, mean: float, variance: float, spread: float) -> tuple[float, float]:
    """A group's difference where the groups have that mean and spread, and how well it is known."""
    own = spread * spread / (spread * spread + one.variance)
    return own * one.value + (1 - own) * mean, sqrt(own * one.variance + (1 - own) ** 2 * variance)


def _quantile(parts: Sequence[_Normal], share: float) -> float:
    low, high = (min(p.mean - 9 * p.sd for p in parts), max(p.mean + 9 * p.sd for p in parts))
    kept = [part for part in parts if part.weight > 1e-6]
    for _ in range(40):
        middle = (low + high) / 2
        below = fsum(part.weight * erfc((part.mean - middle) / part.sd / sqrt(2)) / 2 for part in kept)
        low, high = (middle, high) if below < share else (low, middle)
    return (low + high) / 2


def _means() -> Sequence[float]:
    """Denser near 0 and 1, where shares of safe replies lie."""
    steps = ((place + 0.5) / MEANS for place in range(MEANS))
    return [step * step * (3 - 2 * step) for step in steps]


def _doubt(a: float, b: float) -> float:
    """How unlikely that much likeness is beforehand: 1 over the spread and a little more, squared."""
    mean = a / (a + b)
    # The grid of means is denser near the ends: its points stand for less there.
    return log(a + b + 1) - 0.5 * log(mean * (1 - mean))


def _log_likelihood(group: Group, a: float, b: float) -> float:
    hits, missed = group.hits, group.n - group.hits
    return _log_beta(a + hits, b + missed) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _posterior(group: Group, priors: Sequence[tuple[tuple[float, float], float]], level: float) -> Pooled:
    """The mixture over all priors, as the beta distribution of its mean and spread."""
    total = sum(weight for _, weight in priors)
    mean = square = 0.0
    for (a, b), weight in priors:
        one, other = a + group.hits, b + group.n - group.hits
        size = one + other
        share = one / size
        mean += weight * share
        square += weight * (share * (1 - share) / (size + 1) + share * share)
    mean, square = mean / total, square / total
    size = mean * (1 - mean) / max(square - mean * mean, 1e-12) - 1
    tail = (1 - level) / 2
    low, high = (beta_quantile(share, mean * size, (1 - mean) * size) for share in (tail, 1 - tail))
    return Pooled(mean, min(low, mean), max(high, mean))
