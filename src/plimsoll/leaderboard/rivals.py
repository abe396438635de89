"""Rows' predictions and the right answers -> how two rows differ, as far as that may be used.

Rows whose exact numbers may be shown are compared answer by answer. Of the others only how often their
predictions differ is used, which hangs on no right answer, and only within one round, where both numbers
are over the same questions.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.leaderboard.ranking import Paired

_SAME = bytes([1]) + bytes(255)
"""Turns a difference into 1 where there is none."""


class Rival(NamedTuple):
    """A row's predictions, and what its number is over."""

    predicted: bytes | None
    """`None` for rows that were published elsewhere."""
    over: str
    """`exact`, or the open round: numbers of one kind are over the same questions."""


class Rivals:
    """The rows of a board, best first."""

    def __init__(self, rivals: Sequence[Rival], right: bytes) -> None:
        self.rivals, self.right = rivals, right
        self._hits: dict[int, int] = {}

    def pair(self, one: int, other: int) -> Paired | None:
        """How two rows differ; nothing where that is not known or must not be used."""
        first, second = self.rivals[one], self.rivals[other]
        if first.predicted is None or second.predicted is None or first.over != second.over:
            return None
        n = len(self.right)
        if first.over != "exact":
            return Paired(n - _agreeing(first.predicted, second.predicted).bit_count(), n)
        mine, theirs = self._right(one, first.predicted), self._right(other, second.predicted)
        won, lost = (mine & ~theirs).bit_count(), (theirs & ~mine).bit_count()
        return Paired(won + lost, n, won, lost)

    def _right(self, place: int, predicted: bytes) -> int:
        """The right predictions of a row, a bit each."""
        if place not in self._hits:
            self._hits[place] = _agreeing(predicted, self.right)
        return self._hits[place]


def _agreeing(one: bytes, other: bytes) -> int:
    """The places at which two byte strings agree, a bit each."""
    differing = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return int.from_bytes(differing.to_bytes(len(one), "big").translate(_SAME), "big")
