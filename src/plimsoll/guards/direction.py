"""A conversation -> unsafe where a model's own states lie far along the direction in which it tells harm.

The cheapest guard there is where the weights are at hand: one pass, which the reply needs anyway, and one
product. `plimsoll analyse directions:save=FILE` finds the direction and a threshold that 1 % of harmless
requests exceed. It sees what the model sees: what stands before the reply, never the reply.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from math import exp
from pathlib import Path

from plimsoll.core import Instrument, Message, Model, UserError, Verdict, files, whitebox
from plimsoll.guards._verdicts import EMPTY, decided, instrument
from plimsoll.guards.asking import is_blank
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.monitor import Monitor, read
from plimsoll.registry import guard


@dataclass(frozen=True)
class Direction:
    """Reads a model's states along a direction that was found in them."""

    model: Model
    monitor: Monitor
    threshold: float
    revision: str
    name = "direction"

    @property
    def instrument(self) -> Instrument:
        """What it finds, by which direction."""
        return instrument(
            f"{self.revision} >= {self.threshold!r}",
            f"{self.model.name}|{self.model.revision}",
            inputs=("request",),
        )

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Score the conversation up to the last turn that is not the model's."""
        asked = list(messages)
        while asked and asked[-1].role == "assistant":
            asked.pop()
        if is_blank(asked):
            return EMPTY
        turns = [{"role": each.role, "content": each.text} for each in asked]
        score = await asyncio.to_thread(self._score, turns)
        # Whoever mixes or thresholds guards takes a score for a chance, which half of it decides.
        chance = 1 / (1 + exp(max(-700.0, min(700.0, self.threshold - score))))
        detail = {"score": chance, "log_odds": round(score, 6), "layer": self.monitor.about.layer}
        return decided(unsafe=score >= self.threshold, chance=chance, detail=detail)

    def _score(self, turns: Sequence[dict[str, str]]) -> float:
        return self.monitor.score(self._held, turns)

    @cached_property
    def _held(self) -> Handle:
        found = whitebox(self.model)
        assert found is not None
        return handle(found)


@guard
def direction(model: Model, file: str, *, threshold: float | None = None) -> Direction:
    """A direction in the states of a model whose weights are at hand, found by `plimsoll analyse directions`.

    Args:
        model: Whose states are read: the very weights that the direction was found in.
        file: What `plimsoll analyse directions:save=FILE` wrote.
        threshold: Log odds from which a request counts as unsafe, in place of the file's.
    """
    path = Path(file).expanduser()
    if not path.is_file():
        raise UserError(f"direction: there is no file {file}: plimsoll analyse directions:save={file} MODEL")
    found = read(path)
    if whitebox(model) is None:
        raise UserError(f"direction: {model.name} has no weights at hand: write transformers/ and a folder")
    known = found.about
    if weights_of(known.revision) != weights_of(model.revision):
        raise UserError(
            f"direction: {file} was found in other weights ({known.model}) than those of {model.name}: "
            "a direction of one model means nothing in another"
        )
    digest = sha256(files.read(path)).hexdigest()[:12]
    return Direction(model, found, known.threshold if threshold is None else threshold, digest)


def weights_of(revision: str) -> str:
    """The part of a revision that tells weights apart, without the library's version and settings."""
    return revision.partition(" ")[0]
