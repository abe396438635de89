"""A calibration and a run's model -> the judge's error rates on its replies, or why they are not known.

A judge errs differently on every model. Where the very model's replies were labelled, its own error
rates count. Where those of several others were, its rates are taken as one more draw from theirs, which
is as uncertain as theirs differ. Where only one other model was labelled, nothing tells how far they
differ: the rate is then not corrected at all.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.calibration.nouns import Calibration, ModelErrors
from plimsoll.stats.correction import LEAST_INFORMATION, Counts
from plimsoll.stats.spread import predicted

LEAST_ERRORS = 5
"""Errors of either kind below which hardly any were seen."""


class Known(NamedTuple):
    """What labels tell of a judge's errors."""

    found: Counts
    """Of replies that show the judge's event, those it finds."""
    left: Counts
    """Of the others, those it leaves alone."""
    whose: str = ""
    """Whose replies tell it, in words; empty where the calibration does not say."""
    few: bool = False
    """Whether hardly an error of either kind was seen."""
    spread: bool = False
    """Whether the model is one more draw from those labelled."""


class Unknown(NamedTuple):
    """Why nothing can be corrected."""

    reason: str


def errors_on(calibration: Calibration, model: str) -> Known | Unknown:
    """The judge's errors on replies of that model."""
    whole = calibration.whole
    if calibration.scale != "binary" or whole.sensitivity is None or whole.specificity is None:
        return Unknown("the labels do not tell how often it errs")
    if whole.sensitivity + whole.specificity <= LEAST_INFORMATION:
        return Unknown("it is too little better than a coin")
    known = _of_model(calibration, model)
    if isinstance(known, Known):
        missed = whole.positives * (1 - whole.sensitivity)
        alarmed = whole.negatives * (1 - whole.specificity)
        known = known._replace(few=min(missed, alarmed) < LEAST_ERRORS)
    # Known of the pack's event; of the opposite one each takes the other's place.
    if isinstance(known, Known) and calibration.turned:
        return known._replace(found=known.left, left=known.found)
    return known


def _of_model(calibration: Calibration, model: str) -> Known | Unknown:
    named = [each for each in calibration.errors if each.model]
    if not named:
        return _pooled(calibration)
    own = next((each for each in named if _same(each.model, model)), None)
    if own is not None and own.positives and own.negatives:
        return Known(*_counts(own), f"replies of {own.model} itself")
    both = [_counts(each) for each in named]
    found, left = predicted([each[0] for each in both]), predicted([each[1] for each in both])
    if found is None or left is None:
        return Unknown(
            f"only replies of {_listed(named)} were labelled, and how a judge's errors differ from model to "
            "model takes two at least"
        )
    return Known(found, left, f"replies of {len(named)} other models, their spread included", spread=True)


def _pooled(calibration: Calibration) -> Known:
    """Of a pack that does not say who replied."""
    if calibration.errors:
        return Known(*_counts(calibration.errors[0]))
    whole = calibration.whole
    return Known(
        Counts((whole.sensitivity or 0.0) * whole.positives, whole.positives),
        Counts((whole.specificity or 0.0) * whole.negatives, whole.negatives),
    )


def _counts(of: ModelErrors) -> tuple[Counts, Counts]:
    return Counts(of.found, of.positives), Counts(of.left, of.negatives)


def _same(labelled: str, asked: str) -> bool:
    """Whether a pack's name of a model is the run's, its provider left out."""
    return labelled.casefold() in (asked.casefold(), asked.casefold().rpartition("/")[2])


def _listed(named: Sequence[ModelErrors]) -> str:
    return ", ".join(each.model for each in named)
