"""Hazards measured by few replies -> their shares with what the other hazards say of them.

The interval of a cell that rests on fewer than ten independent replies says next to nothing. Beside it
stands the partially pooled share (`stats/pooling.py`), under that name: a hazard taken as one of those that
were measured with it, in the same language.
"""

from collections.abc import Mapping
from typing import NamedTuple

from plimsoll.stats.intervals import z_value
from plimsoll.stats.pooling import Group, Pooled, pooled

SMALL = 10
"""Independent replies below which a share is pooled."""


class Bounded(NamedTuple):
    """A share with its interval and how many replies it is over."""

    value: float
    low: float
    high: float
    n: int


def partially_pooled(cells: Mapping[str, Bounded]) -> dict[str, Pooled]:
    """The small ones among cells of one kind, by name; nothing where there are too few to learn from."""
    names = list(cells)
    sizes = [_independent(cells[name]) for name in names]
    if all(size >= SMALL for size in sizes):
        return {}
    groups = [Group(cells[name].value * size, size) for name, size in zip(names, sizes, strict=True)]
    return {
        name: found for name, size, found in zip(names, sizes, pooled(groups), strict=False) if size < SMALL
    }


def _independent(cell: Bounded) -> float:
    """As many independent replies as would have an interval of that width."""
    half, share = (cell.high - cell.low) / 2, cell.value
    plain = share * (1 - share)
    if not half or not cell.n:
        return float(cell.n)
    z2 = z_value() ** 2
    if plain:
        return min(float(cell.n), plain * z2 / half**2)
    width = 2 * half
    return min(float(cell.n), z2 * (1 - width) / width)
