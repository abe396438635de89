"""A judge's numbers and its known errors -> corrected numbers, or why a number is withheld."""

from math import sqrt
from typing import NamedTuple

from plimsoll.calibration.errors import Known, Unknown, errors_on
from plimsoll.calibration.nouns import Calibration
from plimsoll.calibration.readings import Part, Reading
from plimsoll.core import Estimate, replace
from plimsoll.stats.correction import Corrected, Counts, bayesian, rogan_gladen
from plimsoll.stats.intervals import z_value

CORRECTED = "_corrected"
UNCERTAIN_GAIN = 0.05
"""Squared error of the judge's gain, in units of its square, from which on the delta method is."""
UNLIKELY = 2.6
"""Standard errors by which a judged rate may lie beyond what the judge's errors explain."""
WIDEST = 0.9
"""Width from which on an interval says so little that the number is withheld."""


class Correction(NamedTuple):
    """What came of one number."""

    estimates: tuple[Estimate, ...]
    note: str


def corrected(reading: Reading, calibration: Calibration, model: str) -> Correction:
    """The number and its groups by the judge's known errors, with what a reader must know of it."""
    who = f"{reading.judge} (revision {calibration.revision})"
    if calibration.reading:
        who = f"{who}, {calibration.reading},"
    if reading.instrument.graded:
        return _withheld(reading, f"{who} grades: how often it errs does not tell how to correct a mean")
    known = errors_on(calibration, model)
    told = _told(reading, calibration)
    if isinstance(known, Unknown):
        return _withheld(reading, f"{who} {told}: {known.reason}" if told else f"{who}: {known.reason}")
    chosen = [raw for raw in reading.estimates if not (known.few and raw.group)]
    made = [each for raw in chosen if (each := _estimate(raw, reading, known, calibration))]
    whole = next((each for each in made if not each.group), None)
    if whole is None:
        return _withheld(reading, f"{who} {told}; {_contradiction(reading)}")
    if whole.high - whole.low > WIDEST:
        return _withheld(
            reading,
            f"{who} {told} ({calibration.whole.n:,} labels): by that the true rate lies anywhere from "
            f"{whole.low:.0%} to {whole.high:.0%}",
        )
    kept = tuple(each for each in made if each.high - each.low <= WIDEST)
    lost = len(reading.estimates) - len(kept)
    return Correction(kept, f"{who} {told} ({calibration.whole.n:,} labels){_carried(known, lost)}")


def as_estimate(raw: Estimate, made: Corrected, method: str, labels: int) -> Estimate:
    """The corrected number beside its raw one."""
    value = round(made.value, 12)
    return replace(
        raw,
        name=raw.name + CORRECTED,
        value=value,
        low=min(value, made.low),
        high=max(value, made.high),
        method=method,
        labels=labels,
    )


def _estimate(raw: Estimate, reading: Reading, known: Known, calibration: Calibration) -> Estimate | None:
    part = reading.part(raw)
    if not part.n:
        return None
    judged = _effective(raw, part)
    if not _explained(judged, known):
        return None
    way = rogan_gladen if _delta_holds(known) else bayesian
    made = way(judged, known.found, known.left, level=raw.level)
    if made is None:
        return None
    if reading.turned:
        made = made._replace(value=1 - made.value, low=1 - made.high, high=1 - made.low)
    share = part.n / (part.n + part.mute)
    made = made._replace(value=share * made.value, low=share * made.low, high=share * made.high)
    return as_estimate(raw, made, "bayesian" if known.few else "rogan_gladen", calibration.whole.n)


def _delta_holds(known: Known) -> bool:
    """Whether the errors are known so well that the formula's own interval keeps its promise."""
    if known.spread or known.few:
        return False
    gain = known.found.share + known.left.share - 1
    spread = sum(each.share * (1 - each.share) / each.n for each in (known.found, known.left))
    return gain > 0 and z_value() ** 2 * spread < UNCERTAIN_GAIN * gain**2


def _explained(judged: Counts, known: Known) -> bool:
    """Whether false alarms and misses can make up what the judge says."""
    alarms = 1 - known.left.share
    below = (alarms - judged.share) / sqrt(_variance(judged) + _variance(known.left))
    above = (judged.share - known.found.share) / sqrt(_variance(judged) + _variance(known.found))
    return max(below, above) < UNLIKELY


def _variance(counts: Counts) -> float:
    """Of a share, never nothing."""
    share = (counts.hits + 1) / (counts.n + 2)
    return share * (1 - share) / (counts.n + 2)


def _effective(raw: Estimate, part: Part) -> Counts:
    """As many independent items as would know the judged rate as well: fewer where they hang together."""
    half = (raw.high - raw.low) / 2 / z_value(raw.level)
    plain = raw.value * (1 - raw.value) / raw.n
    if plain:
        worth = min(1.0, plain / half**2) if half else 1.0
    else:
        # At 0 or 1 the width of Wilson's interval, z² / (n + z²), tells how many items it rests on.
        z2, width = z_value(raw.level) ** 2, raw.high - raw.low
        worth = min(1.0, z2 * (1 - width) / width / raw.n) if width else 1.0
    return Counts(part.event * worth, part.n * worth)


def _told(reading: Reading, calibration: Calibration) -> str:
    whole, event = calibration.whole, reading.instrument.event
    if whole.sensitivity is None or whole.specificity is None:
        return f"was measured on {calibration.pack}"
    found, left = whole.sensitivity, whole.specificity
    found, left = (left, found) if calibration.turned else (found, left)
    return f"finds {found:.0%} of {event} and {left:.0%} of its absence on {calibration.pack}"


def _carried(known: Known, lost: int) -> str:
    whose = f" on {known.whose}" if known.whose else ""
    parts = f"; {lost:,} of its parts are withheld, where the interval would say nothing" if lost else ""
    parts = "; its parts are not corrected: too few errors were seen" if known.few else parts
    return (
        f"; corrected by these rates{whose}, which may not carry over to this model and benchmark: "
        f"label a draw of this run to be sure (plimsoll label){parts}"
    )


def _contradiction(reading: Reading) -> str:
    raw = reading.estimates[0]
    return (
        f"here {reading.name} is {raw.value:.1%}, which those errors cannot explain: they do not carry over "
        "to this run"
    )


def _withheld(reading: Reading, why: str) -> Correction:
    return Correction(
        (), f"{reading.name} is not corrected: {why}. Label a draw of this run (plimsoll label)"
    )
