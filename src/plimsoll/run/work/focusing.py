"""What a panel found in each cell -> which cell gets the next prompt: more where more is found, by chance.

Thompson's rule: the rate of risky prompts in a cell has a Beta posterior that begins even; a rate is drawn
from each cell's, and the highest one wins. So cells of which little is known still get their turn. Draws
hang on the seed and their number alone, and are the same in a generation that was cut off.
"""

from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from plimsoll.run.work.decisions import Decision, Draw

AT_ONCE = 8
"""Draws from what is known at one moment: their prompts may be written at the same time."""


class Known(NamedTuple):
    """What a cell's prompts were found to be."""

    risky: int
    rated: int


def known_of(decided: Iterable[Decision], *, before: int, least: int) -> Known:
    """Of the prompts that came before a draw; risky is one that so many of the panel find so."""
    rated = [
        sum(map(bool, each.rated.values())) >= least
        for each in decided
        if any(verdict is not None for verdict in each.rated.values())
        and (each.drawn is None or each.drawn.number < before)
    ]
    return Known(sum(rated), len(rated))


def drawn(known: Sequence[Known], number: int, seed: int) -> tuple[int, Draw]:
    """The place of the cell that wins, and its draw."""
    chance = Random(f"{seed}:focus:{number}")
    rates = [chance.betavariate(1 + each.risky, 1 + each.rated - each.risky) for each in known]
    place = max(range(len(rates)), key=rates.__getitem__)
    won = known[place]
    return place, Draw(number=number, rate=round(rates[place], 6), risky=won.risky, rated=won.rated)
