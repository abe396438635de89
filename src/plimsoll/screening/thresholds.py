"""Scores on a development split -> the threshold for an aim, and how far scores are probabilities."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from plimsoll.core import UserError
from plimsoll.screening.measure import Mark
from plimsoll.screening.nouns import Calibrated, Seen
from plimsoll.stats.calibrating import isotonic, temperature
from plimsoll.stats.scored import brier, ece

AIMS = ("f1", "false_alarms", "recall")
LEAST = 20
"""Conversations of a development split below which nothing is learned of it."""
FINE = 1 << 32


class Aim(NamedTuple):
    """What a threshold is chosen for."""

    name: str
    bound: float = 0.0


def aim_of(text: str) -> Aim:
    """Read an aim. Raises `UserError`."""
    name, equals, value = text.replace("-", "_").partition("=")
    wrong = UserError(f"--aim {text}: it takes f1, false_alarms=0.05 (at most), or recall=0.9 (at least)")
    if name not in AIMS or bool(equals) == (name == "f1"):
        raise wrong
    try:
        bound = float(value) if equals else 0.0
    except ValueError:
        raise wrong from None
    if not 0 <= bound <= 1:
        raise wrong
    return Aim(name, bound)


def share_of(text: str) -> float | None:
    """A development split that is a share of the set; nothing where it names a set."""
    try:
        share = float(text)
    except ValueError:
        return None
    if not 0 < share < 1:
        raise UserError(f"--development {text}: a share lies between 0 and 1; else name a set")
    return share


def parted(every: Sequence[Seen], share: float, seed: int) -> tuple[list[Seen], list[Seen]]:
    """The development split and the rest; prompts are never parted, and each stays where it is."""
    parts: tuple[list[Seen], list[Seen]] = ([], [])
    for seen in every:
        drawn = blake2b(f"{seed}:{seen.cluster}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
        parts[int.from_bytes(drawn, "big") >= share * FINE].append(seen)
    return parts


def chosen(marks: Sequence[Mark], aim: Aim) -> float:
    """The threshold that serves the aim best. Raises `UserError` where none can be chosen."""
    positives = sum(mark.unsafe for mark in marks)
    negatives = len(marks) - positives
    if len(marks) < LEAST or not positives or not negatives:
        raise UserError(
            f"the development split holds {positives:,} unsafe and {negatives:,} safe conversations: a "
            f"threshold needs both, and {LEAST} together"
        )
    best: tuple[float, float] | None = None
    hits = alarms = 0
    ordered = sorted(marks, key=lambda mark: -mark.score)
    for place, mark in enumerate(ordered):
        hits, alarms = hits + mark.unsafe, alarms + (not mark.unsafe)
        if place + 1 < len(ordered) and ordered[place + 1].score == mark.score:
            continue
        worth = _worth(aim, hits / positives, alarms / negatives, 2 * hits / (hits + alarms + positives))
        if worth is not None and (best is None or worth > best[0]):
            best = (worth, mark.score)
    if best is None:
        return max(ordered[0].score, 1.0)
    return best[1]


def _worth(aim: Aim, recall: float, alarms: float, f1: float) -> float | None:
    if aim.name == "f1":
        return f1
    if aim.name == "false_alarms":
        return recall if alarms <= aim.bound else None
    return -alarms if recall >= aim.bound else None


def calibrated(found: Sequence[Mark], development: Sequence[Mark]) -> Calibrated:
    """How far scores are probabilities, as they are and as mended."""
    truth, scores = [mark.unsafe for mark in found], [mark.score for mark in found]
    plain = Calibrated(ece=ece(truth, scores), brier=brier(truth, scores))
    learned = [mark.unsafe for mark in development], [mark.score for mark in development]
    if len(development) < LEAST or len(set(learned[0])) < 2 or not found:
        return plain
    heat, steps = temperature(*learned), isotonic(*learned)
    return Calibrated(
        ece=plain.ece,
        brier=plain.brier,
        temperature=heat.value,
        ece_temperature=ece(truth, [heat(score) for score in scores]),
        ece_isotonic=ece(truth, [steps(score) for score in scores]),
        development=len(development),
    )
