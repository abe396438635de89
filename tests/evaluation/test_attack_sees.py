"""What an attack may ask, said from Python: the defended target, or the bare one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.core import Attack, Model, Request, Response, Sample, UserError, Wrapped, replace, user

STARTER = "safetybench:split=starter,language=en"


def says_b(prompt: str) -> str:
    """A function as a model."""
    return "(B)"


@dataclass(frozen=True)
class Peeking(Attack):
    """Asks the target once, and puts what it said into the prompt."""

    name: str = "peeking"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the one variant."""
        seen = await target.generate(Request(messages=sample.messages))
        yield replace(sample, messages=(*sample.messages[:-1], user(f"seen: {seen.text}")))


@dataclass(frozen=True)
class Muted(Wrapped):
    """Says nothing to anybody."""

    async def generate(self, request: Request) -> Response:
        """Answer."""
        return Response(text="(muted)")


@pytest.mark.parametrize(("sees", "seen"), [("defended", "seen: (muted)"), ("bare", "seen: (B)")])
def test_an_attack_sees_the_target_that_it_is_given(sees: Any, seen: str, tmp_path: Path) -> None:
    run = plimsoll.evaluate(
        STARTER,
        says_b,
        attack=Peeking(),
        defense=Muted,
        attack_sees=sees,
        limit=2,
        progress=False,
        cache=False,
    )
    assert {record.sample.messages[-1].text for record in run.records} == {seen}
    assert {record.sample.attempt.saw for record in run.records if record.sample.attempt} == {sees}


def test_a_target_that_no_attack_can_see_is_refused() -> None:
    with pytest.raises(UserError, match="attack_sees='both'"):
        plimsoll.evaluate(STARTER, says_b, attack_sees="both", limit=1)  # type: ignore[typeddict-item]
