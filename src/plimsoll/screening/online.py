"""What several guards said of conversations, in their order -> an ensemble that learns from label to label.

AEGIS' online adaptation: before a label comes, the mixture decides; after it, the guards' weights move.
Labels may come late, or for some only; missing one kind of harm may cost more than a false alarm.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from msgspec import Struct

from plimsoll.core import UserError
from plimsoll.screening.nouns import Seen
from plimsoll.screening.terms import Terms
from plimsoll.stats.hedge import LOSSES, State, best_rate

POINTS = 200
"""Moments of the way that are kept to be drawn."""


class Point(Struct, frozen=True, kw_only=True):
    """A moment of the way."""

    round: int
    regret: float
    bound: float
    weights: tuple[float, ...]


class Online(Struct, frozen=True, kw_only=True):
    """How the ensemble fared."""

    experts: tuple[str, ...]
    rounds: int
    """Labels that were learned from."""
    decided: int
    errors: int
    """Decisions of the mixture that were wrong."""
    expert_errors: tuple[int, ...]
    mixture: float
    losses: tuple[float, ...]
    regret: float
    bound: float
    weights: tuple[float, ...]
    rate: float
    share: float
    loss: str
    points: tuple[Point, ...]


class Waiting(NamedTuple):
    """A decision whose label has not come yet."""

    due: int
    losses: tuple[float | None, ...]
    chance: float


def begun(experts: Sequence[str], rounds: int, rate: str, share: float) -> State:
    """An ensemble that knows nothing yet. Raises `UserError`."""
    if not 0 <= share < 1:
        raise UserError(f"--share {share:g}: it takes a part of the weight, from 0 to below 1")
    if rate == "best":
        return State(experts=tuple(experts), rate=best_rate(len(experts), rounds), share=share)
    try:
        given = 0.0 if rate == "anytime" else float(rate)
    except ValueError:
        given = -1.0
    if given < 0 or (given == 0 and rate != "anytime"):
        raise UserError(f"--rate {rate}: it takes anytime, best, or a number above 0")
    return State(experts=tuple(experts), rate=given, share=share)


def online(heard: Mapping[str, Sequence[Seen]], state: State, terms: Terms) -> Online:
    """Go through the conversations that all guards were shown, and learn. Changes the state."""
    rows = list(_rows(heard))
    if not rows:
        raise UserError("--online: no conversation has a label and a verdict of any guard")
    random, loss = Random(terms.seed), LOSSES[terms.loss]
    waiting: deque[Waiting] = deque()
    errors, alone = 0, [0] * len(heard)
    points: list[Point] = []
    for number, row in enumerate(rows):
        _learn(state, waiting, number)
        truth, said = float(bool(row[0].unsafe)), [seen.score for seen in row]
        mixed = state.mixed(said)
        flagged = mixed is not None and mixed >= terms.threshold
        errors += flagged != bool(truth)
        alone = [
            count + (each is None or (each >= terms.threshold) != bool(truth))
            for count, each in zip(alone, said, strict=True)
        ]
        chance = 1.0 if terms.flagged and flagged else terms.shown
        if chance >= 1 or random.random() < chance:
            cost = terms.cost(row[0].categories, unsafe=bool(row[0].unsafe))
            lost = tuple(None if each is None else cost * loss(each, truth) for each in said)
            waiting.append(Waiting(number + terms.delay, lost, chance))
        if number % max(1, len(rows) // POINTS) == 0:
            points.append(_point(state, number))
    _learn(state, waiting, len(rows) + terms.delay + 1)
    points.append(_point(state, len(rows)))
    return Online(
        experts=state.experts,
        rounds=state.rounds,
        decided=len(rows),
        errors=errors,
        expert_errors=tuple(alone),
        mixture=state.mixture,
        losses=tuple(state.losses),
        regret=state.regret,
        bound=state.bound,
        weights=tuple(state.weights),
        rate=state.rate,
        share=state.share,
        loss=terms.loss,
        points=tuple(points),
    )


def _learn(state: State, waiting: deque[Waiting], now: int) -> None:
    while waiting and waiting[0].due < now:
        due = waiting.popleft()
        state.learn(due.losses, due.chance)


def _point(state: State, number: int) -> Point:
    return Point(round=number, regret=state.regret, bound=state.bound, weights=tuple(state.weights))


def _rows(heard: Mapping[str, Sequence[Seen]]) -> Iterator[tuple[Seen, ...]]:
    """Each conversation as every guard saw it, in the set's order."""
    first, *others = heard.values()
    found = [{seen.id: seen for seen in each} for each in others]
    for seen in first:
        row = (seen, *(each[seen.id] for each in found if seen.id in each))
        if len(row) == len(heard) and seen.unsafe is not None and any(each.score is not None for each in row):
            yield row
