"""Rows by value -> spans of ranks and groups that the numbers cannot tell apart.

Two rows are told apart where the difference of their shares is more than 1.96 standard errors, taken
as if they had been asked different questions: cautious for the same ones, and equal for rows of which
only the published percentage is known.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from plimsoll.stats.intervals import z_value


class Place(NamedTuple):
    """Where a row may stand."""

    first: int
    last: int
    group: int


class Share(NamedTuple):
    """A value with how many questions it is over."""

    value: float
    n: int


def places(shares: Sequence[Share]) -> list[Place]:
    """The places of rows that are given best first."""
    groups = _groups(shares)
    return [
        Place(_reach(shares, at, -1) + 1, _reach(shares, at, 1) + 1, groups[at]) for at in range(len(shares))
    ]


def differ(one: Share, other: Share) -> bool:
    """Whether two rows are told apart."""
    spread = _variance(one) + _variance(other)
    return abs(one.value - other.value) > z_value() * sqrt(spread)


def _reach(shares: Sequence[Share], at: int, step: int) -> int:
    """The furthest row in one direction before the first that is told apart."""
    end = at
    while 0 <= end + step < len(shares) and not differ(shares[at], shares[end + step]):
        end += step
    return end


def _groups(shares: Sequence[Share]) -> list[int]:
    groups: list[int] = []
    leader = 0
    for at, share in enumerate(shares):
        if not at:
            groups.append(1)
        elif differ(shares[leader], share):
            leader = at
            groups.append(groups[-1] + 1)
        else:
            groups.append(groups[-1])
    return groups


def _variance(share: Share) -> float:
    return share.value * (1 - share.value) / share.n if share.n else 0.0
