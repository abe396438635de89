"""Labels of several raters on one draw -> how far they agree, and where they must meet."""

from itertools import combinations
from typing import NamedTuple

from plimsoll.core import UserError
from plimsoll.labelling.sheet import Line, comparable, progress, raters
from plimsoll.metrics.tables import Table, share_of
from plimsoll.stats.agreement import ac1_of, kappa_of
from plimsoll.stats.intervals import Interval, wilson
from plimsoll.stats.redrawing import kinds, redraw


class Between(NamedTuple):
    """Two raters held against each other, where both said something; not sure is a word of its own."""

    first: str
    second: str
    n: int
    same: int
    share: Interval
    """Wilson's interval of the share on which they say the same."""
    kappa: float | None
    """Cohen's; not defined where both always say one word."""
    bounds: Interval | None
    """Percentile interval of kappa, prompts drawn again; none where they are too few."""
    ac1: float | None
    """Gwet's AC1: steady where nearly everything is of one kind."""


class Agreement(NamedTuple):
    """What came of all raters."""

    pairs: tuple[Between, ...]
    disputed: tuple[int, ...]
    """Places on which they differ, or on which nobody is sure."""
    settled: int
    """How many of these are settled."""


def agreement(lines: list[Line]) -> Agreement:
    """Hold the raters against each other. Raises `UserError` while one is not through."""
    if not comparable(lines):
        far = ", ".join(f"{rater} {count} of {len(lines)}" for rater, count in progress(lines).items())
        raise UserError(
            f"agreement is shown when at least two raters are through, so that nobody is swayed "
            f"(so far: {far or 'nobody has begun'}); --drop-rater takes one out who gave up"
        )
    found = tuple(place for place, line in enumerate(lines) if disputed(line))
    settled = sum(lines[place].settled is not None for place in found)
    pairs = tuple(_between(lines, one, other) for one, other in combinations(raters(lines), 2))
    return Agreement(pairs, found, settled)


def disputed(line: Line) -> bool:
    """Whether the raters must meet: they differ, or none of those who said something is sure."""
    said = {value for value in line.labels.values() if value is not None}
    return len(said) > 1 or said == {0.5}


def _between(lines: list[Line], first: str, second: str) -> Between:
    said = [(line, line.labels.get(first), line.labels.get(second)) for line in lines]
    both = [(line, (one, other)) for line, one, other in said if one is not None and other is not None]
    same = sum(one == other for _, (one, other) in both)
    clusters = kinds((line.pair or line.id, pair) for line, pair in both)
    drawn = redraw(clusters, kappa_of)
    table = {pair: 0.0 for _, pair in both}
    agreed = Table()
    for line, pair in both:
        table[pair] += 1
        agreed.add(line.pair or line.id, float(pair[0] == pair[1]))
    known = share_of(agreed)
    return Between(
        first,
        second,
        n=len(both),
        same=same,
        share=wilson(known.value * known.effective, known.effective) if known else Interval(0.0, 1.0),
        kappa=drawn.value,
        bounds=drawn.percentile,
        ac1=ac1_of(table),
    )
