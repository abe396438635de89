"""Planned runs, carried out: three made-up models whose spread is known reach the wished width."""

from collections import Counter
from random import Random
from statistics import fmean
from typing import NamedTuple

import pytest

from plimsoll.comparison.planning import Precision, outlook
from plimsoll.stats.clusters import Known, Sums, share
from plimsoll.stats.components import Answer, components


class World(NamedTuple):
    """A rate, and how much alike the answers to one question and to one of its languages are."""

    mean: float
    question: float
    language: float
    languages: int
    width: float


STEADY = World(0.8, 0.95, 0.0, 1, 0.08)
WAVERING = World(0.5, 0.1, 0.0, 1, 0.06)
SPOKEN = World(0.7, 0.3, 0.4, 3, 0.06)


def near(mean: float, together: float, random: Random) -> float:
    spread = (1 - together) / together if together else 0.0
    return random.betavariate(mean * spread, (1 - mean) * spread) if 0 < mean < 1 and spread else mean


def asked(world: World, questions: int, epochs: int, random: Random) -> list[Answer]:
    found: list[Answer] = []
    for question in range(questions):
        ability = near(world.mean, world.question, random)
        for language in range(world.languages):
            own = near(ability, world.language, random)
            found += [
                Answer(float(random.random() < own), str(question), str(language), epoch=epoch)
                for epoch in range(epochs)
            ]
    return found


def known_of(answers: list[Answer]) -> Known:
    """The rate with the interval that a report gives it."""
    held: dict[str, list[float]] = {}
    for each in answers:
        held.setdefault(each.question, []).append(each.value)
    known = share(Counter(Sums(sum(values), len(values)) for values in held.values()))
    assert known is not None
    return known


@pytest.mark.parametrize("world", [STEADY, WAVERING, SPOKEN])
@pytest.mark.parametrize("choice", [0, 2])
def test_a_planned_run_reaches_the_wished_width_and_holds_the_truth(world: World, choice: int) -> None:
    random = Random(f"{world}{choice}")
    found: list[Known] = []
    for _ in range(60):
        pilot = components(asked(world, 60, 3, random))
        assert pilot is not None
        chosen = outlook(pilot, Precision(world.width)).choices[choice]
        found.append(known_of(asked(world, chosen.questions, chosen.epochs, random)))
    halves = [(each.high - each.low) / 2 for each in found]
    assert 0.9 < fmean(halves) / world.width < 1.15
    assert sum(abs(each.value - world.mean) <= world.width for each in found) >= 53
    assert sum(each.low <= world.mean <= each.high for each in found) >= 53


def test_a_plan_knows_which_model_epochs_help() -> None:
    few = {
        world: [each.questions for each in outlook(pilot, Precision(world.width)).choices]
        for world in (STEADY, WAVERING)
        if (pilot := components(asked(world, 200, 3, Random(1)))) is not None
    }
    assert few[STEADY][-1] > 0.8 * few[STEADY][0]
    assert few[WAVERING][-1] < 0.4 * few[WAVERING][0]
