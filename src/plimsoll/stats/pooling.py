"""Shares of many small groups -> each with what the others say of it: partial pooling.

A group of three items says little of itself, but the groups beside it say in which range such shares lie.
The shares are taken to be draws from one beta distribution, whose mean and spread are weighed by how well
they explain all groups (a hierarchical beta-binomial model on a grid; Gelman and others, Bayesian Data
Analysis, chapter 5). A group with many items keeps its own share; a small one is drawn to the others, the
more the alike they are. A pooled number is about a group *as one of these*, and is named as pooled.
"""

from collections.abc import Sequence
from math import exp, lgamma, log
from typing import NamedTuple

from plimsoll.stats.beta import beta_quantile

LEAST_GROUPS = 4
"""Groups below which nothing is known of how groups spread."""
MEANS = 40
SPREADS = tuple(0.5 * 1.6**step for step in range(18))
"""Items' worth of what the others say: from next to nothing to a thousand and more."""


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
    logs = [sum(_log_likelihood(group, *prior) for group in groups) - _doubt(*prior) for prior in priors]
    highest = max(logs)
    weights = [exp(each - highest) for each in logs]
    kept = [(prior, weight) for prior, weight in zip(priors, weights, strict=True) if weight > 1e-6]
    return [_posterior(group, kept, level) for group in groups]


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
