import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from plimsoll.core import Instrument, Message, Outcome, Request, Response, Verdict, user
from plimsoll.defenses.filters.guarded import Guarded, Place, Undecided
from plimsoll.models.scripted import Scripted


@dataclass
class Spotting:
    """A guard that knows one bad word, and cannot decide on another."""

    name: str = "spotting"
    instrument: Instrument = field(default=Instrument(event="unsafe", higher_is_safer=False))

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        text = messages[-1].text
        if "unclear" in text:
            return Verdict(label="unparsed", value=None, outcome=Outcome.JUDGE_UNPARSED)
        return Verdict(label="unsafe" if "bad" in text else "safe", value=float("bad" in text))


def answered(prompt: str, reply: str, place: Place = "both", undecided: Undecided = "block") -> Response:
    defended = Guarded(Scripted(lambda _: reply), Spotting(), place, undecided)
    return asyncio.run(defended.generate(Request(messages=(user(prompt),))))


@pytest.mark.parametrize(
    ("prompt", "reply", "place", "blocked"),
    [
        ("bad", "fine", "both", True),
        ("fine", "bad", "both", True),
        ("bad", "fine", "after", False),
        ("fine", "bad", "before", False),
        ("fine", "fine", "both", False),
    ],
)
def test_a_guard_holds_back_what_it_finds_unsafe(
    prompt: str, reply: str, place: Place, blocked: bool
) -> None:
    response = answered(prompt, reply, place)
    assert (response.finish == "blocked") is blocked
    assert (response.text == "") is blocked
    assert bool(response.notes) is blocked


def test_the_note_says_which_guard_held_what_back() -> None:
    assert answered("bad", "fine").notes == ("spotting held the request back: unsafe",)
    assert answered("fine", "bad").notes == ("spotting held the reply back: unsafe",)


def test_a_guard_that_cannot_decide_blocks_unless_told_otherwise_and_says_so_either_way() -> None:
    assert answered("unclear", "fine").finish == "blocked"
    passed = answered("unclear", "fine", undecided="pass")
    assert (passed.text, passed.finish) == ("fine", "stop")
    assert passed.notes == ("spotting could not decide on the request: let through",)
