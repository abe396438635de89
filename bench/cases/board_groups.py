"""Boards of models of known skill: are equal ones told apart, and do all spans hold the true ranks?"""

from functools import partial
from random import Random
from statistics import fmean
from typing import NamedTuple

from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, replicated
from plimsoll.leaderboard.grain import blunted
from plimsoll.leaderboard.ranking import Place, Share, places, unpaired
from plimsoll.leaderboard.rivals import Rival, Rivals

ALL, HELD = 5, 95


class World(NamedTuple):
    """A board of models on the same questions."""

    rows: int
    questions: int
    spread: float
    """Standard deviation of skill, in shares of right answers; 0 for equal models."""
    known: str
    """`answers`, `predictions` (an open round, blunted) or `percentages`."""


WORLDS = tuple(
    World(rows, questions, spread, known)
    for rows, questions in ((3, 50), (20, 300), (40, 300))
    for spread in (0.0, 0.05)
    for known in ("answers", "predictions", "percentages")
)


class Board(NamedTuple):
    """What became of one."""

    groups: int
    held: bool
    """Whether every span holds the true rank."""
    width: float
    """Mean number of places in a span."""


def board(world: World, random: Random) -> Board:
    """Draw models and their answers, rank them, and look."""
    easy = [random.betavariate(4, 2) for _ in range(world.questions)]
    skills = [random.gauss(0, world.spread) if world.spread else 0.0 for _ in range(world.rows)]
    chances = [[min(1.0, max(0.0, each + skill)) for each in easy] for skill in skills]
    given = [bytes(0 if random.random() < p else random.choice((1, 2, 3)) for p in each) for each in chances]
    shares = [_share(each, world, random) for each in given]
    order = sorted(range(world.rows), key=lambda place: -shares[place].value)
    over = "exact" if world.known == "answers" else "1"
    rivals = Rivals([Rival(given[place], over) for place in order], bytes(world.questions))
    pairs = unpaired if world.known == "percentages" else rivals.pair
    found = places([shares[place] for place in order], pairs)
    true = [sum(chances[place]) for place in order]
    return Board(
        groups=found[-1].group,
        held=all(_holds(span, mine, true) for span, mine in zip(found, true, strict=True)),
        width=fmean(span.last - span.first + 1 for span in found),
    )


def _share(given: bytes, world: World, random: Random) -> Share:
    n, hits = world.questions, given.count(0)
    if world.known != "predictions":
        return Share(hits / n, n)
    score = blunted("", hits, n, grain=5, draw=random.random())
    return Share(score.value, n, score.step)


def _holds(span: Place, mine: float, true: list[float]) -> bool:
    """Equal models share their ranks."""
    above, below = sum(each > mine + 1e-9 for each in true), sum(each < mine - 1e-9 for each in true)
    return span.first <= 1 + above and span.last >= len(true) - below


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else REPLICATIONS
    result = Result(case="board_groups", title=f"Places and groups of a board, {count:,} boards of each kind")
    for world in WORLDS:
        found = replicated(partial(board, world), count, str(world))
        several = 100 * fmean(each.groups > 1 for each in found)
        held = 100 * fmean(each.held for each in found)
        result.rows.append(
            {
                "models": world.rows,
                "questions": world.questions,
                "spread of skill": world.spread,
                "known of each": world.known,
                "several groups": f"{several:.1f} %",
                "all spans hold": f"{held:.1f} %",
                "places in a span": f"{fmean(each.width for each in found):.1f}",
            }
        )
        name = f"{world.rows} models, {world.known}"
        if not world.spread:
            result.at_most(f"equal models in several groups, {name}", several, ALL, " %")
        result.at_least(f"all spans hold the true ranks, {name}, spread {world.spread:g}", held, HELD, " %")
    result.print()


if __name__ == "__main__":
    main()
