"""A record's verdicts -> how unsure the run's judges are of it, and by how much likelier it is drawn.

Labels tell most where a judge may be wrong: where several judges of the event disagree, where one says
that it is not sure, or gives a value in between. Such replies are drawn up to five times as often as the
others. Each still has a chance that is known, and counts 1 over it afterwards.
"""

from collections.abc import Collection, Sequence
from random import Random
from statistics import fmean
from typing import TypeVar

from plimsoll.core import BROKEN, Record

LEAST = 0.2
"""Of the most unsure one's: how often the surest is drawn. A correction never hangs on one label alone."""

P = TypeVar("P")


def doubt(record: Record, judges: Collection[str]) -> float | None:
    """From 0 (sure) to 1 (a coin); `None` where no judge's verdict tells."""
    given = [record.verdicts[name] for name in judges if name in record.verdicts]
    scored = [verdict for verdict in given if verdict.value is not None and verdict.outcome not in BROKEN]
    values = [verdict.value for verdict in scored if verdict.value is not None]
    sure = [verdict.confidence for verdict in scored if verdict.confidence is not None]
    told = [_between(each) for each in sure]
    if len(values) > 1 or any(0 < value < 1 for value in values):
        told.append(_between(fmean(values)))
    return max(told, default=None)


def drawn(doubts: Sequence[tuple[P, float]], size: int, random: Random) -> list[tuple[P, float]]:
    """`size` of them in their order, by systematic draw, each with the chance that it had."""
    chances = _chances([LEAST + (1 - LEAST) * each for _, each in doubts], min(size, len(doubts)))
    start, seen, found = random.random(), 0.0, list[tuple[P, float]]()
    for (place, _), chance in zip(doubts, chances, strict=True):
        before, seen = seen, seen + chance
        if chance >= 1 or int(seen + start) > int(before + start):
            found.append((place, chance))
    return found


def _between(value: float) -> float:
    """1 in the middle, 0 at both ends."""
    return max(0.0, min(1.0, 4 * value * (1 - value)))


def _chances(sizes: Sequence[float], wanted: int) -> list[float]:
    """In proportion to the sizes, none above 1, `wanted` in all."""
    sure = [False] * len(sizes)
    while True:
        left = wanted - sum(sure)
        total = sum(size for size, taken in zip(sizes, sure, strict=True) if not taken)
        found = [1.0 if taken else left * size / total for size, taken in zip(sizes, sure, strict=True)]
        beyond = [chance > 1 for chance in found]
        if not any(beyond):
            return found
        sure = [taken or over for taken, over in zip(sure, beyond, strict=True)]
