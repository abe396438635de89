"""A conversation whose turns are known before: the request in pieces, or turns from a file of your own."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from plimsoll.attacks._turns import spoken, turns_of
from plimsoll.core import (
    Attack,
    Attempt,
    Message,
    Model,
    Request,
    Sample,
    assistant,
    replace,
    user,
)


@dataclass(frozen=True)
class Script(Attack):
    """Every turn but the last is put to the target, and its answers stand in the conversation."""

    name: str
    turns: Callable[[str, str], list[str]]
    """A request and a language -> the user's turns."""

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the one conversation."""
        before, last, after = turns_of(sample.messages)
        said: list[Message] = list(before)
        *earlier, final = self.turns(last.text, spoken(sample.language))
        for turn in earlier:
            said.append(user(turn))
            response = await target.generate(Request(messages=tuple(said)))
            said.append(assistant(response.text))
        yield replace(
            sample,
            messages=(*said, replace(last, text=final), *after),
            request=sample.request or last.text,
            trail=(*sample.trail, self.name),
            attempt=Attempt(
                attack=self.name,
                validity="valid",
                queries=len(earlier),
                parameters={"turns": len(earlier) + 1},
            ),
        )
