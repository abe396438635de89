"""A text -> how profane alt-profanity-check finds it: a named weak baseline.

A linear model over English words. It knows swearing, not harm: a question about building a bomb gets .07, a
Chinese insult .04. It stands here to show what a guard must be better than.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

from plimsoll.core import Instrument, Message, MissingExtra, Verdict
from plimsoll.guards._verdicts import EMPTY, decided, instrument
from plimsoll.guards.asking import is_blank
from plimsoll.registry import guard


@dataclass(frozen=True)
class ProfanityCheck:
    """The library's chance of profanity as a chance of unsafe."""

    revision: str
    name = "profanity_check"

    @property
    def instrument(self) -> Instrument:
        """What it finds, by which release."""
        return instrument(self.revision)

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Weigh the words of the last message."""
        if is_blank(messages):
            return EMPTY
        score = await asyncio.to_thread(_chance, messages[-1].text)
        return decided(unsafe=score >= 0.5, chance=score, detail={"score": score})


def _chance(text: str) -> float:
    return float(_library()([text.encode("utf-8", "replace").decode()])[0])


@cache
def _library() -> "Callable[[list[str]], Any]":
    try:
        return import_module("profanity_check").predict_prob
    except ImportError:
        raise MissingExtra("the guard profanity_check", "baselines") from None


@guard
def profanity_check() -> ProfanityCheck:
    """alt-profanity-check, a weak baseline: it knows English swearing, not harm."""
    _library()
    return ProfanityCheck(f"alt-profanity-check {version('alt-profanity-check')}")
