"""Cells of few replies -> their shares with what the others of their kind say of them.

The interval of a cell that rests on fewer than ten independent replies says next to nothing. Beside it
stands the partially pooled share (`stats/pooling.py`), under that name: a hazard taken as one of those that
were measured with it in the same language, a category or a language as one of those of its run.
"""

from collections.abc import Mapping
from typing import NamedTuple

from plimsoll.core import Estimate
from plimsoll.pages.units import unit
from plimsoll.reports.figures import Figures
from plimsoll.stats.clusters import items_of
from plimsoll.stats.pooling import SMALL, Group, Pooled, pooled


class Bounded(NamedTuple):
    """A share with its interval and how many replies it is over."""

    value: float
    low: float
    high: float
    n: int


def partially_pooled(cells: Mapping[str, Bounded]) -> dict[str, Pooled]:
    """The small ones among cells of one kind, by name; nothing where there are too few to learn from."""
    names = list(cells)
    sizes = [items_of(each.value, each.high - each.low, each.n) for each in cells.values()]
    if all(size >= SMALL for size in sizes):
        return {}
    groups = [Group(cells[name].value * size, size) for name, size in zip(names, sizes, strict=True)]
    return {
        name: found for name, size, found in zip(names, sizes, pooled(groups), strict=False) if size < SMALL
    }


def by_category(figures: Figures, spoken: str = "") -> dict[str, Pooled]:
    """The small categories of a run, in one of its languages or in all together."""
    return _of({code: figures.measured(code, spoken) for code in figures.categories})


def by_language(figures: Figures) -> dict[str, Pooled]:
    """The small languages of a run, over all categories."""
    return _of({spoken: figures.measured("", spoken) for spoken in figures.languages})


class Small(NamedTuple):
    """A group of few replies: its own number, and what the others say of it."""

    alone: Estimate
    pooled: Pooled


def groups(figures: Figures) -> list[Small]:
    """Categories and languages of few replies, and subsets by anything else that the headline has."""
    found = [(figures.measured(code), each) for code, each in by_category(figures).items()]
    found += [(figures.measured("", spoken), each) for spoken, each in by_language(figures).items()]
    return [Small(alone, each) for alone, each in found if alone is not None] + _subsets(figures)


def cells(figures: Figures) -> list[Small]:
    """Categories of few replies in one of several languages, each as one of its language's."""
    if len(figures.languages) < 2:
        return []
    found = (
        (figures.measured(code, spoken), each)
        for spoken in figures.languages
        for code, each in by_category(figures, spoken).items()
    )
    return [Small(alone, each) for alone, each in found if alone is not None]


def _subsets(figures: Figures) -> list[Small]:
    kinds: dict[tuple[str, ...], dict[str, Estimate]] = {}
    for each in figures.parts():
        kinds.setdefault(tuple(each.group), {}).setdefault("\0".join(each.group.values()), each)
    return [Small(members[name], found) for members in kinds.values() for name, found in _of(members).items()]


def _of(estimates: Mapping[str, Estimate | None]) -> dict[str, Pooled]:
    cells = {
        name: Bounded(each.value, each.low, each.high, each.n)
        for name, each in estimates.items()
        if each is not None and unit(each.name) == "share" and 0 <= each.low <= each.high <= 1
    }
    return partially_pooled(cells)
