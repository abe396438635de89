"""Losses by question -> evidence that more was lost than a margin, which may be added up over many nights.

An e-value is what a stake of 1 becomes in a game that is fair, or worse, as long as no more is lost than
the margin: each question multiplies it by 1 plus a bet times what was lost beyond the margin. So it is
expected to be 1 at most, and is rarely large: above 20 in one case of 20 at most, whatever the number of
questions or how they were answered. Several bets share the stake. A weighted sum of e-values whose weights
add up to 1 is one too, *however the nights hang together* (Vovk and Wang 2021, E-values), so one budget
covers all nights, checks and suites, and may be looked at after each of them.
"""

from collections.abc import Sequence
from math import exp, fsum, inf, log, log1p

from plimsoll.stats.margins import Losses

BETS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
"""Shares of the stake; small ones fit small losses among many changes."""
PACE = 30
"""Nights over which the weights stay about the same."""


def log_evidence(losses: Losses, margin: float) -> float:
    """The logarithm of the e-value."""
    largest = max(size for _, size in losses.profiles)
    terms = [((total - margin * size) / largest, count) for (total, size), count in losses.profiles.items()]
    # No question may lose the whole stake: the worst is a gain.
    return mixed(
        [
            fsum(count * log1p(bet / (1 + margin) * value) for value, count in terms) - log(len(BETS))
            for bet in BETS
        ]
    )


def mixed(logs: Sequence[float]) -> float:
    """The logarithm of a sum."""
    highest = max(logs, default=-inf)
    if highest == -inf:
        return -inf
    return highest + log(fsum(exp(each - highest) for each in logs))


def night_share(night: int) -> float:
    """What part of a budget the night of that number (1, 2 ...) may spend; all nights together spend it."""
    return PACE / ((night + PACE - 1) * (night + PACE))


def suite_share(place: int) -> float:
    """What part of a budget the benchmark that came at that place (1, 2 ...) may spend."""
    return 1 / (place * (place + 1))
