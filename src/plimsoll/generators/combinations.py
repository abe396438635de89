"""Axes of categories -> the combinations that cover them: all, few that hold every pair, or fewest of all."""

from collections.abc import Sequence
from itertools import combinations, product
from typing import Literal

Strength = Literal["full", "pairwise", "each"]
"""All combinations; those that hold every pair of categories; or every category by itself."""
Row = tuple[str, ...]


def planned(axes: Sequence[Sequence[str]], strength: Strength) -> list[Row]:
    """The combinations in the order of the axes."""
    rows = list(product(*axes))
    if strength == "full":
        return rows
    kept = _covering(axes) if strength == "pairwise" else _once(axes)
    return [row for row in rows if row in kept]


def _once(axes: Sequence[Sequence[str]]) -> set[Row]:
    """As many rows as the longest axis has categories."""
    return {tuple(axis[at % len(axis)] for axis in axes) for at in range(max(map(len, axes)))}


def pairs_of(row: Row) -> set[tuple[int, int, str, str]]:
    """The pairs of categories, each with its axes, that a combination holds."""
    places = combinations(range(len(row)), 2)
    return {(one, other, row[one], row[other]) for one, other in places}


def _covering(axes: Sequence[Sequence[str]]) -> set[Row]:
    """Rows that hold every pair: diagonals over the two longest axes, then what these leave out."""
    if len(axes) < 3:
        return set(product(*axes))
    longest = sorted(range(len(axes)), key=lambda at: (-len(axes[at]), at))[:2]
    rows: set[Row] = set()
    for first, second in product(*(range(len(axes[at])) for at in longest)):
        by_axis = {longest[0]: first, longest[1]: second}
        rows.add(
            tuple(
                axis[by_axis.get(at, (first + second) % len(axis)) % len(axis)]
                for at, axis in enumerate(axes)
            )
        )
    left = {pair for row in product(*axes) for pair in pairs_of(row)}
    for row in rows:
        left -= pairs_of(row)
    for row in product(*axes):
        if pairs_of(row) & left:
            rows.add(row)
            left -= pairs_of(row)
    return rows
