"""A request -> the same with a suffix that was found in the target's own weights."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from plimsoll.attacks._inquiry import attempted, with_parameters
from plimsoll.attacks._turns import turns_of
from plimsoll.core import Attack, Model, Need, Sample, replace, whitebox
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.suffixes import Suffix

VERSION = 1
"""Rises whenever the same weights and seed give another suffix."""


class Search(Protocol):
    """Looks for a suffix."""

    def __call__(self, handle: Handle, prompt: str, beginning: str, *, draw: Random) -> Suffix:
        """What was found for a prompt and the beginning of its reply."""
        ...


@dataclass(frozen=True)
class Suffixed(Attack):
    """Searches for the tokens after which the target begins as it is told to."""

    name: str
    begin: str
    search: Search
    """Looks for the suffix, with a budget of its own."""
    seed: int
    needs: frozenset[Need] = field(default=frozenset({"weights"}))

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the request with the best suffix; none where the weights are not at hand."""
        before, last, after = turns_of(sample.messages)
        variant = attempted(sample, self.name, last.text, version=VERSION, seed=self.seed, begin=self.begin)
        assert variant.attempt is not None
        model = whitebox(target)
        if model is None or not last.text.strip():
            reason = {"reason": f"the weights of {target.name} are not at hand"} if model is None else {}
            attempt = replace(variant.attempt, validity="not_applicable", parameters=reason)
            yield replace(variant, attempt=attempt)
            return
        draw = Random(f"{self.seed}:{sample.id}")
        found = self.search(handle(model), last.text, self.begin, draw=draw)
        text = f"{last.text} {found.text}"
        made = replace(
            variant,
            messages=(*before, replace(last, text=text), *after),
            attempt=replace(variant.attempt, validity="valid", queries=found.passes),
        )
        yield with_parameters(
            made,
            suffix=found.text,
            loss=found.loss,
            first_loss=found.first,
            turn=len(before),
            span=[0, len(last.text)],
        )
