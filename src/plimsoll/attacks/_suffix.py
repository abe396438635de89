"""A request -> the same with a suffix that was found in the target's own weights, in it or in its data."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from plimsoll.attacks._inquiry import attempted, with_parameters
from plimsoll.attacks._turns import turns_of
from plimsoll.core import Attack, Attempt, Model, Need, Sample, replace, whitebox
from plimsoll.internals.frames import MARK, Frame, frame_in, frame_of
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.suffixes import Suffix

VERSION = 1
"""Rises whenever the same weights and seed give another suffix."""


class Search(Protocol):
    """Looks for a suffix."""

    def __call__(self, handle: Handle, frame: Frame, *, draw: Random) -> Suffix:
        """What was found for a place in a conversation and the beginning of its reply."""
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
        held = handle(model)
        found = self.search(held, frame_of(held, last.text, self.begin), draw=draw)
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


@dataclass(frozen=True)
class InData(Attack):
    """Hides a demand in a sample's data, and after it the tokens after which the target begins to obey."""

    name: str
    witness: str
    """The word that the demand asks for."""
    inject: Callable[[Sample, str], str]
    """A sample, and the text of its data -> this text with the demand."""
    search: Search
    seed: int
    needs: frozenset[Need] = field(default=frozenset({"weights"}))

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the sample with the best suffix, or as it was without data or the target's weights."""
        asked = turns_of(sample.messages).last.text
        attacked = replace(sample, request=sample.request or asked, trail=(*sample.trail, self.name))
        places = [place for place, message in enumerate(sample.messages) if message.role == "tool"]
        model = whitebox(target)
        if model is None or not places or not sample.messages[places[-1]].text.strip():
            yield replace(attacked, attempt=Attempt(attack=self.name, validity="not_applicable"))
            return
        held, at = handle(model), places[-1]
        text = self.inject(sample, sample.messages[at].text)
        said = [{"role": each.role, "content": each.text} for each in sample.messages]
        said[at]["content"] = f"{text} {MARK}"
        draw = Random(f"{self.seed}:{sample.id}")
        found = self.search(held, frame_in(held, said, self.witness), draw=draw)
        messages = list(sample.messages)
        messages[at] = replace(messages[at], text=f"{text} {found.text}")
        parameters = {"version": VERSION, "seed": self.seed, "witness": self.witness, "suffix": found.text}
        attempt = Attempt(
            attack=self.name,
            validity="valid",
            queries=found.passes,
            parameters={**parameters, "loss": found.loss, "first_loss": found.first},
        )
        yield replace(attacked, messages=tuple(messages), attempt=attempt)
