"""A request -> the same with tokens after it that the target's training hardly met."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from plimsoll.attacks._turns import turns_of
from plimsoll.core import Attack, Attempt, Model, Need, Sample, replace, whitebox
from plimsoll.internals.handle import handle
from plimsoll.internals.undertrained import Undertrained, undertrained

VERSION = 1
"""Rises whenever other tokens are found in the same weights."""


@dataclass(frozen=True)
class Glitch(Attack):
    """Finds the least trained tokens in the target's embeddings, and puts one after the request at a time."""

    count: int
    times: int
    name: str = "search/glitch_tokens"
    needs: frozenset[Need] = field(default=frozenset({"weights"}))
    _found: dict[str, tuple[Undertrained, ...]] = field(
        default_factory=dict[str, tuple[Undertrained, ...]], compare=False, repr=False
    )
    """By the revision of the target: the weights are scanned once for all questions."""

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield one variant for each token."""
        before, last, after = turns_of(sample.messages)
        attacked = replace(sample, request=sample.request or last.text, trail=(*sample.trail, self.name))
        model = whitebox(target)
        if model is None or not last.text.strip():
            reason = {"reason": f"the weights of {target.name} are not at hand"} if model is None else {}
            attempt = Attempt(attack=self.name, validity="not_applicable", parameters=reason)
            yield replace(attacked, attempt=attempt)
            return
        if model.revision not in self._found:
            self._found[model.revision] = undertrained(handle(model), self.count)
        for number, token in enumerate(self._found[model.revision], start=1):
            text = f"{last.text} {' '.join([token.text.strip()] * self.times)}"
            attempt = Attempt(
                attack=self.name,
                variant=str(number),
                validity="valid",
                parameters={
                    "version": VERSION,
                    "token": token.text,
                    "distance": round(token.distance, 6),
                    "turn": len(before),
                    "span": [0, len(last.text)],
                },
            )
            yield replace(attacked, messages=(*before, replace(last, text=text), *after), attempt=attempt)
