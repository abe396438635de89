"""Losses by question -> how likely so large, or so small, a loss is where the true one equals a margin.

For questions that are lost, kept or gained, one each, the test is exact but for the share of questions
that change at all, which is taken at its likeliest under the margin (Nam 1997; Tango 1998; the exact tail
in place of the normal one: Lloyd 2008, estimated and maximised p-values). Where questions come in clusters
or answers are graded, it is Student's test of the clusters' sums, with a part of a cluster more that
speaks against what is to be shown: no spread seen is not no spread.
"""

from collections.abc import Mapping
from math import ceil, exp, fsum, lgamma, log, log1p, sqrt
from typing import NamedTuple

from plimsoll.stats.intervals import binomial_cdf
from plimsoll.stats.resampling import Profile
from plimsoll.stats.student import t_cdf

NEGLIGIBLE = 25.0
"""Nats below which a number of changed questions does not matter."""
TOLERANCE = 1e-9


class Losses(NamedTuple):
    """Sums of losses by cluster: (sum, items) and how many clusters there are of it."""

    profiles: Mapping[Profile, int]

    @property
    def n(self) -> int:
        """Items."""
        return sum(size * count for (_, size), count in self.profiles.items())

    @property
    def clusters(self) -> int:
        """Independent questions."""
        return sum(self.profiles.values())

    @property
    def loss(self) -> float:
        """The mean over items."""
        return fsum(total * count for (total, _), count in self.profiles.items()) / self.n

    @property
    def single(self) -> bool:
        """Whether every cluster is one question, lost, kept or gained."""
        return all(size == 1 and total in (-1, 0, 1) for total, size in self.profiles)


def exceeding(losses: Losses, margin: float) -> float:
    """The chance of so large a loss where the true one is the margin: small where more was lost."""
    if losses.single:
        lost, gained, n = _counts(losses)
        return _tail(lost - gained, n, _changes(lost, gained, n, margin), margin)
    return _student(losses, margin, lost=False)


def within(losses: Losses, margin: float) -> float:
    """The chance of so small a loss where the true one is the margin: small where less was lost."""
    if losses.single:
        lost, gained, n = _counts(losses)
        return 1 - _tail(lost - gained + 1, n, _changes(lost, gained, n, margin), margin)
    return _student(losses, margin, lost=True)


def _counts(losses: Losses) -> tuple[int, int, int]:
    return losses.profiles.get((1.0, 1), 0), losses.profiles.get((-1.0, 1), 0), losses.n


def _changes(lost: int, gained: int, n: int, margin: float) -> float:
    """The likeliest share of questions gained, where that many more are lost."""
    linear = lost + gained - margin * (2 * n - lost + gained)
    return (linear + sqrt(linear**2 + 8 * n * gained * margin * (1 - margin))) / (4 * n)


def _tail(least: int, n: int, gained: float, margin: float) -> float:
    """The chance that at least so many more are lost than gained."""
    changed = min(1.0, 2 * max(gained, 0.0) + margin)
    if not changed:
        return float(least <= 0)
    share = (max(gained, 0.0) + margin) / changed
    top = int(min(n, (n + 1) * changed))
    total = fsum(_both(number, least, n, changed, share) for number in _around(top, n, changed))
    return min(1.0, max(0.0, total))


def _around(top: int, n: int, changed: float) -> range:
    """The numbers of changed questions that matter."""
    reach = int(sqrt(2 * NEGLIGIBLE * n * changed * (1 - changed))) + int(NEGLIGIBLE)
    return range(max(0, top - reach), min(n, top + reach) + 1)


def _both(number: int, least: int, n: int, changed: float, share: float) -> float:
    needed = ceil((number + least) / 2)
    if needed > number:
        return 0.0
    beyond = 1.0 - binomial_cdf(needed - 1, number, share) if needed > 0 else 1.0
    return beyond * exp(_log_binomial(number, n, changed))


def _log_binomial(k: int, n: int, p: float) -> float:
    if p >= 1:
        return 0.0 if k == n else -NEGLIGIBLE * 10
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return ways + k * log(p) + (n - k) * log1p(-p)


def _student(losses: Losses, margin: float, *, lost: bool) -> float:
    """Student's test with a doubt: a part of a cluster more, `lost` or gained, that speaks against it."""
    terms = [(total - margin * size, count) for (total, size), count in losses.profiles.items()]
    largest = max(abs(value) for value, _ in terms)
    # Losses are rare, so that too few were seen is likelier than that too many were.
    doubt, total_share, square_share = (
        (max(largest, (1 - margin) * losses.n / losses.clusters), 0.5, 1.0)
        if lost
        else (-largest, 0.25, 0.25)
    )
    total = fsum(value * count for value, count in terms) + total_share * doubt
    squares = fsum(value * value * count for value, count in terms) + square_share * doubt * doubt
    if squares <= TOLERANCE:
        return 1.0
    clusters = losses.clusters + square_share
    score = total / sqrt(squares)
    t = score * sqrt((clusters - 1) / max(clusters - score * score, TOLERANCE)) if clusters > 1 else 0.0
    below = t_cdf(t, max(1, round(clusters - 1)))
    # Each of so many clusters could as well have gone the other way: few of them never tell much.
    return below if lost else max(1 - below, 0.5 ** sum(count for value, count in terms if value > 0))
