"""A judge's hits by prompt and model -> counts that know its error rate as well as these do.

Labels on replies to one prompt hang together: they are worth fewer independent ones. And a judge errs
differently on every model: for a model that was never labelled its error rate is a draw from those of the
labelled ones. Its variance is that between the models (by the method of moments, with half a standard
error more, since few models may look alike by chance) and that of their mean, stretched as Student's t is
for as many models (Higgins, Thompson and Spiegelhalter 2009, a prediction interval of random effects).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import NamedTuple

from plimsoll.stats.correction import Counts
from plimsoll.stats.intervals import z_value
from plimsoll.stats.student import t_value

LEAST_FOR_VARIANCE = 10
"""Hits, and misses, below which the variance between prompts cannot be seen: then each prompt counts once."""

SKEWED = 1.35
"""By how much more one model may lie off the others than a normal law says: rates near 1 have a long tail."""


class Hit(NamedTuple):
    """One labelled reply of a kind, and whether the judge saw it as people do."""

    cluster: str
    seen: bool


def independent(hits: Iterable[Hit]) -> Counts:
    """As many independent labels as would know the share as well."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for cluster, seen in hits:
        sums[cluster][0] += seen
        sums[cluster][1] += 1
    total, n = sum(each[0] for each in sums.values()), sum(each[1] for each in sums.values())
    if len(sums) == n:
        return Counts(total, n)
    share = total / n
    if min(total, n - total) < LEAST_FOR_VARIANCE:
        return Counts(share * len(sums), len(sums))
    spread = sum((found - share * size) ** 2 for found, size in sums.values())
    variance = spread / n**2 * len(sums) / (len(sums) - 1)
    worth = min(float(n), share * (1 - share) / variance) if variance else float(n)
    return Counts(share * worth, worth)


def predicted(models: Sequence[Counts], level: float = 0.95) -> Counts | None:
    """Counts as good as these for the share of one more model; `None` with fewer than two."""
    known = [each for each in models if each.n]
    if len(known) < 2:
        return None
    n, k = sum(each.n for each in known), len(known)
    pooled = (sum(each.hits for each in known) + 1) / (n + 2)
    mean = sum(each.share for each in known) / k
    within = sum(pooled * (1 - pooled) / each.n for each in known) / k
    observed = sum((each.share - mean) ** 2 for each in known) / (k - 1)
    between = max(0.0, observed - within) + within * sqrt(2 / (k - 1)) / 2
    stretch = SKEWED * (t_value(k - 1, level) / z_value(level)) ** 2
    variance = between * (1 + 1 / k) * stretch + within / k
    share = (mean * k + pooled) / (k + 1)
    worth = min(n, share * (1 - share) / variance)
    return Counts(share * worth, worth)
