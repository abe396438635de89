"""Rows by value -> spans of ranks and groups that the numbers cannot tell apart, all of them at once.

Every two rows are held against each other, and the chance of error (5 %) is shared over all these
comparisons: so with 95 % all spans hold the true ranks together, and equal models stand in more than one
group on at most one board in twenty. (Simultaneous rank sets: Mogstad, Romano, Shaikh and Wilhelm 2024,
Inference for ranks.) Two rows whose answers are known and may be used are compared question by question,
by McNemar's exact test. Where the answers must not be given away, only how often the two *predictions*
differ is used: two rows cannot differ in more questions than that, which bounds the error. Rows of which
only a percentage is known are taken as if they had been asked different questions: cautious for the same
ones. What a shown number may lie off the exact one is taken from the difference first.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import sqrt
from typing import NamedTuple

from plimsoll.stats.intervals import z_value
from plimsoll.stats.paired import mcnemar_exact

ERROR = 0.05
"""Chance that any of a board's statements is wrong."""


class Place(NamedTuple):
    """Where a row may stand."""

    first: int
    last: int
    group: int


class Share(NamedTuple):
    """A value with how many questions it is over."""

    value: float
    n: int
    blunt: float = 0.0
    """How far the exact value may lie from it."""


class Paired(NamedTuple):
    """How two rows' answers to the same questions differ."""

    differing: int
    """Questions with different answers."""
    n: int
    won: int | None = None
    """Of these, the ones that only the first has right; nothing where that must not be used."""
    lost: int = 0


Pairs = Callable[[int, int], Paired | None]
"""Two places -> what is known of their answers."""


def unpaired(one: int, other: int) -> None:
    """Nothing is known of single answers."""


def places(shares: Sequence[Share], pairs: Pairs = unpaired) -> list[Place]:
    """The places of rows that are given best first."""
    rows = len(shares)
    level = 1 - ERROR / max(1, rows * (rows - 1) // 2)
    better, worse = [0] * rows, [0] * rows
    groups, leader = [1] * rows, 0
    apart = _Apart(shares, pairs, level)
    for at in range(rows):
        for below in range(at + 1, rows):
            if apart.certainly(at, below):
                for far in range(below, rows):
                    better[far] += 1
                worse[at] += rows - below
                break
            if apart.told(at, below):
                better[below] += 1
                worse[at] += 1
    for at in range(1, rows):
        new = apart.certainly(leader, at) or apart.told(leader, at)
        groups[at] = groups[at - 1] + new
        leader = at if new else leader
    return [Place(better[at] + 1, rows - worse[at], groups[at]) for at in range(rows)]


def differ(one: Share, other: Share, paired: Paired | None = None, level: float = 0.95) -> bool:
    """Whether two rows are told apart."""
    if paired is not None and paired.won is not None:
        return abs(paired.won - paired.lost) >= _needed(paired.won + paired.lost, 1 - level)
    gap = abs(one.value - other.value) - one.blunt - other.blunt
    if gap <= 0:
        return False
    variance = _variance(one) + _variance(other)
    if paired is not None:
        variance = min(variance, (paired.differing + 1) / paired.n / min(one.n, other.n))
    return gap > z_value(level) * sqrt(variance)


class _Apart:
    """Which rows are told apart, looking at single answers only where the values leave it open."""

    def __init__(self, shares: Sequence[Share], pairs: Pairs, level: float) -> None:
        self.shares, self.pairs, self.level = shares, pairs, level
        # No difference of answers varies more than this; the exact test asks a little more than the normal.
        self.reach = (z_value(level) + 1) / sqrt(min((each.n for each in shares), default=1) or 1)
        self.blunt = 2 * max((each.blunt for each in shares), default=0.0)

    def certainly(self, at: int, below: int) -> bool:
        """Whether the values lie so far apart that all further ones do too."""
        return self.shares[at].value - self.shares[below].value > self.reach + self.blunt

    def told(self, at: int, below: int) -> bool:
        """Whether these two are told apart."""
        one, other = self.shares[at], self.shares[below]
        gap = one.value - other.value
        # Values cannot lie further apart than the answers differ: so close, nothing can be told.
        if gap**2 <= z_value(self.level) ** 2 * gap * (1 - gap) / max(one.n, other.n) / 4:
            return False
        return differ(one, other, self.pairs(at, below), self.level)


@cache
def _needed(discordant: int, level: float) -> int:
    """The least difference of won and lost questions that is told apart, of so many won or lost."""
    low, high = 0, discordant // 2 + 1
    while low < high:
        middle = (low + high) // 2
        if mcnemar_exact(middle, discordant - middle) <= level:
            low = middle + 1
        else:
            high = middle
    return discordant - 2 * (low - 1) if low else discordant + 1


def _variance(share: Share) -> float:
    """Of a value, never nothing: as if two more of each kind had been asked."""
    if not share.n:
        return 1.0
    smoothed = (share.value * share.n + 2) / (share.n + 4)
    return smoothed * (1 - smoothed) / share.n
