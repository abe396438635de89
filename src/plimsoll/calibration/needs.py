"""A calibration and a wished width -> how many labels a rate takes, with the judge and without it.

Labels that all say the same, or that a judge never missed, show no spread; so much as they may have left
out is counted all the same. Where people said one thing throughout, nothing can be estimated.
"""

from plimsoll.calibration.nouns import Calibration
from plimsoll.stats.correction import labels_needed
from plimsoll.stats.distances import never_seen


def left_to_correct(found: Calibration) -> float | None:
    """Variance of people's value less the judge's; `None` where it cannot be estimated."""
    return _guarded(found, found.residual)


def with_judge(found: Calibration, half_width: float) -> int | None:
    """Labels that correct the judge's rate to within that; `None` where it cannot be estimated."""
    return _needed(found, found.residual, half_width)


def without_judge(found: Calibration, half_width: float) -> int | None:
    """Labels that know the rate to within that by themselves; `None` where it cannot be estimated."""
    return _needed(found, found.spread, half_width)


def _needed(found: Calibration, variance: float | None, half_width: float) -> int | None:
    guarded = _guarded(found, variance)
    return None if guarded is None else labels_needed(half_width, residual=guarded)


def _guarded(found: Calibration, variance: float | None) -> float | None:
    if variance is None or not found.spread or not found.whole.n:
        return None
    missed = never_seen(found.whole.n)
    return max(variance, missed * (1 - missed))
