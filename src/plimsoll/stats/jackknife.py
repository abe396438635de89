"""Values of two kinds by cluster -> their correlation, with an interval that counts clusters.

Each cluster is left out once; how far the correlation then moves, on Fisher's scale, says how well it is
known (Tukey 1958), and Student's factor that few clusters say little of that.
"""

from collections.abc import Sequence
from itertools import chain
from math import atanh, sqrt, tanh

from plimsoll.stats.intervals import Interval
from plimsoll.stats.scored import pearson
from plimsoll.stats.student import t_value

LEAST = 4
"""Clusters below which nothing is said."""
END = 1 - 1e-12


def correlated(
    first: Sequence[Sequence[float]], second: Sequence[Sequence[float]], level: float = 0.95
) -> tuple[float, Interval | None]:
    """Pearson's correlation over all values, cluster by cluster; 0 where either does not vary.

    No interval where there are fewer than four clusters, or leaving some out moves nothing."""
    value = _of(first, second)
    k = len(first)
    if value is None or k < LEAST:
        return value or 0.0, None
    left = [_of([*first[:at], *first[at + 1 :]], [*second[:at], *second[at + 1 :]]) for at in range(k)]
    return value, around(value, [left], level)


def around(value: float, left: Sequence[Sequence[float | None]], level: float = 0.95) -> Interval | None:
    """Where a correlation or a cosine lies, from what it is without each cluster, sample by sample.

    Samples are independent of each other; those that hang together are one sample, left out together."""
    error = 0.0
    for each in left:
        scaled = [atanh(max(-END, min(END, one))) for one in each if one is not None]
        k = len(scaled)
        if k < max(LEAST, len(each)):
            return None
        middle = sum(scaled) / k
        error += (k - 1) / k * sum((one - middle) ** 2 for one in scaled)
    if not error:
        return None
    half = t_value(min(map(len, left)) - 1, level) * sqrt(error)
    at = atanh(max(-END, min(END, value)))
    return Interval(tanh(at - half), tanh(at + half))


def _of(first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> float | None:
    return pearson([*chain.from_iterable(first)], [*chain.from_iterable(second)])
