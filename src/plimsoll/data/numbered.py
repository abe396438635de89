"""A transcript whose turns bear numbers -> those numbers, by which reports and judges name a turn."""

from collections.abc import Sequence
from typing import Any, cast

from plimsoll.core import Transcript

TURNS = "turns"
"""The entry of a transcript's state that holds the number of each of its messages."""


def numbers_of(transcript: Transcript) -> Sequence[int]:
    """The number of each message; nothing where they bear none."""
    found: Any = transcript.state.get(TURNS)
    if not isinstance(found, (list, tuple)):
        return ()
    listed = cast("Sequence[Any]", found)
    fits = len(listed) == len(transcript.messages) and all(isinstance(each, int) for each in listed)
    return tuple(listed) if fits else ()
