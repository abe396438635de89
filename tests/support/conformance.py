"""The rules of `plimsoll.testing`, held against every part of the house."""

from collections.abc import Iterator
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.core.extras import installed
from plimsoll.testing import Check, checks
from tests.support.benchmarks import SMALL

NEEDED = {
    **({} if installed("alt-profanity-check") else {"profanity_check": "needs the extra baselines"}),
    "amplified": "needs two models with their weights; tests/defenses/test_amplified.py plants them",
    "somf/compat": "needs the words of the authors' script; tests/benchmarks/test_somf.py writes one",
    "direction": "needs a direction and its model; tests/guards/test_direction.py finds one",
    "beaver_dam": "needs the weights of a classifier; tests/benchmarks/test_antidote.py makes some",
    "classifier": "needs the weights of a classifier; tests/judges/test_measuring.py makes some",
}
ASKS_A_HUB = {"transformers": "a_model_is_named_as_the_user_writes_it_and_closes_twice"}
"""Models whose revision only a hub knows, with the rule that asks for it."""


def parts_of(room: registry.Room) -> list[Any]:
    """Every part of a room, as parameters of a test."""
    return [pytest.param(part, id=part.name) for part in registry.parts(room)]


def checks_of(room: registry.Room) -> list[Any]:
    """Every rule of a room, held against each of its parts, as parameters of a test."""
    return [
        pytest.param(check, id=f"{spec}: {str(check).partition(': ')[2]}", marks=list(_marks(part, check)))
        for part in registry.parts(room)
        for spec in (SMALL.get(part.name, (part.name,)) if room == "benchmarks" else (part.name,))
        for check in checks(f"{room}/{spec}")
    ]


def _marks(part: registry.Part, check: Check) -> Iterator[pytest.MarkDecorator]:
    if part.name in NEEDED:
        yield pytest.mark.skip(NEEDED[part.name])
    if ASKS_A_HUB.get(part.name) == check.rule.__name__:
        yield pytest.mark.skip("its revision is a commit, which only the hub knows")
