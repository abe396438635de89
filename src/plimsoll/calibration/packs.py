"""A judge and a label pack -> how the judge's event fits what the labels are about."""

from typing import NamedTuple

from plimsoll.core import Instrument, LabelPack, UserError

STORED = "stored:"
"""Begins the name of a judge whose verdicts lie in the pack."""
OPPOSITES = {
    "refusal": "compliance",
    "compliance": "refusal",
    "unsafe": "safe",
    "safe": "unsafe",
}
"""Events of which one says what the other denies."""


class Fit(NamedTuple):
    """How a judge's values are read for a pack's event."""

    turned: bool
    threshold: float | None
    said: str
    """In words; empty where the judge measures just what the pack is about."""


def fit(
    judge: str, instrument: Instrument, pack: LabelPack, *, same: bool = False, threshold: float | None = None
) -> Fit:
    """How the judge fits the pack. Raises `UserError` where it measures something else.

    `same` says that the judge's event is the pack's under another name.
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise UserError(f"--threshold is {threshold:g}: it takes a number above 0, up to 1")
    event = instrument.event
    turned = not same and OPPOSITES.get(event) == pack.event
    if event != pack.event and not turned and not same:
        raise UserError(
            f"{judge} measures {event}, the labels are about {pack.event}: choose another pack "
            f"(plimsoll list labels), or say --same-event if these are one thing"
        )
    if threshold is None and instrument.graded and pack.scale == "binary":
        threshold = 0.5
    words = [f"{event} read as the opposite of {pack.event}"] if turned else []
    words += [f"{event} taken for {pack.event}"] if same and event != pack.event else []
    words += [f"values from {threshold:g} count as {event}"] if threshold is not None else []
    return Fit(turned, threshold, "; ".join(words))


def value_of(found: float, how: Fit) -> float:
    """A judge's value as the pack reads it."""
    value = found if how.threshold is None else float(found >= how.threshold)
    return 1 - value if how.turned else value
