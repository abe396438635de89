"""Planned runs, carried out: three made-up models whose spread is known reach the wished width."""

from collections import Counter
from random import Random
from statistics import fmean
from typing import NamedTuple

import pytest

from plimsoll.comparison.planning import Precision, assumed, outlook
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


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.05])
@pytest.mark.parametrize("epochs", [1, 3])
def test_a_pilot_that_saw_one_thing_is_not_taken_for_certain(rate: float, epochs: int) -> None:
    random = Random(f"{rate}{epochs}")
    pilot = components(Answer(0.0, str(n), epoch=epoch) for n in range(40) for epoch in range(epochs))
    assert pilot is not None
    made = outlook(pilot, Precision(0.03))
    assert made.missed == pytest.approx(0.0722, abs=1e-4)  # 1 - .05 ** (1 / 40)
    assert 0.04 < made.half_width < 0.05  # Wilson's, of 0 out of 40: up to 8.8 %
    held = [
        known_of(asked(World(rate, 0.99, 0, 1, 0.03), made.choices[0].questions, 1, random))
        for _ in range(40)
    ]
    assert fmean((each.high - each.low) / 2 for each in held) <= 0.03


@pytest.mark.parametrize("width", [0.001, 0.01, 0.03, 0.2, 0.5])
def test_no_plan_is_shorter_than_an_interval_takes_where_all_questions_say_the_same(width: float) -> None:
    rare = outlook(assumed(1e-7, 1.0), Precision(width)).choices[0].questions

    def half(questions: int) -> float:
        known = share({Sums(1.0, 1.0): questions})
        assert known is not None
        return (known.high - known.low) / 2

    assert half(rare) <= width
    if width == 0.03:
        assert rare == 61  # as docs/how-to/plan-a-run.md says
    assert rare == 2 or half(rare - 1) > width
