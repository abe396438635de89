"""A transcript whose turns bear numbers -> those numbers, by which reports and judges name a turn."""

from collections.abc import Sequence
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct

from plimsoll.core import Message, Transcript, decoding

TURNS = "turns"
"""The entry of a transcript's state that holds the number of each of its messages."""
BRANCHES = "branches"
"""The entry that holds what was taken back: from which turn on, and the turns themselves."""


class Left(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A turn that was taken back."""

    turn: int
    role: Literal["system", "user", "assistant", "tool"] = "user"
    text: str = ""
    """As judges read it, its number and speaker before it."""
    message: Message | None = None


class Branch(Struct, frozen=True, kw_only=True):
    """Turns that were taken back together."""

    after: int
    """The last turn that stayed."""
    turns: tuple[Left, ...]


def numbers_of(transcript: Transcript) -> Sequence[int]:
    """The number of each message; nothing where they bear none."""
    found: Any = transcript.state.get(TURNS)
    if not isinstance(found, (list, tuple)):
        return ()
    listed = cast("Sequence[Any]", found)
    fits = len(listed) == len(transcript.messages) and all(isinstance(each, int) for each in listed)
    return tuple(listed) if fits else ()


def branches_of(transcript: Transcript) -> tuple[Branch, ...]:
    """What was taken back; nothing where turns bear no numbers, or what stands there is something else."""
    try:
        found = decoding.converted(transcript.state.get(BRANCHES, ()), tuple[Branch, ...])
    except msgspec.ValidationError:
        return ()
    return found if numbers_of(transcript) else ()


def left_of(transcript: Transcript) -> dict[int, Message]:
    """The turns that were taken back, by number."""
    return {
        left.turn: left.message or Message(role=left.role, text=left.text)
        for branch in branches_of(transcript)
        for left in branch.turns
    }
