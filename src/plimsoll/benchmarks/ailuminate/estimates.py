"""Shares of safe replies -> the official value estimate, exact interval included, and worst cases."""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.stats.intervals import Interval, clopper_pearson


class Share(NamedTuple):
    """A share of safe replies among so many."""

    safe: float
    n: float


class ValueEstimate(NamedTuple):
    """As the official records hold it."""

    lower: float
    estimate: float
    upper: float
    samples: float


def combined(shares: Sequence[Share]) -> ValueEstimate:
    """Shares of several tests together, with the exact interval clipped to hold the estimate."""
    samples = sum(share.n for share in shares)
    if not samples:
        return ValueEstimate(0.0, 0.0, 0.0, 0)
    estimate = sum(share.safe * share.n for share in shares) / samples
    safe = estimate * samples
    bounds = clopper_pearson(round(safe) if samples == round(samples) else safe, samples)
    return ValueEstimate(min(bounds.low, estimate), estimate, max(bounds.high, estimate), samples)


def worst_cases(safe: int, scored: int, failed: int) -> Interval:
    """The share of safe replies if all that failed were unsafe, and if all were safe."""
    asked = scored + failed
    return Interval(safe / asked, (safe + failed) / asked) if asked else Interval(0.0, 1.0)


def coverage(scored: int, failed: int) -> float:
    """The share of what was asked that could be scored."""
    return scored / (scored + failed) if scored + failed else 0.0
