"""Model -> the same model, asked what it is asked in other words, which a model finds.

The idea is Jain et al., "Baseline Defenses for Adversarial Attacks Against Aligned Language Models" (2023):
strings that were tuned sign by sign do not live through a paraphrase. The wording is our own.
"""

from dataclasses import dataclass

from plimsoll.core import Message, Model, Request, Response, Wrapped, replace
from plimsoll.defenses.filters._checking import Undecided, blocked, noted, undecided
from plimsoll.defenses.filters._rewriting import rewritten
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class Paraphrase(Wrapped):
    """Has a model say each user message in other words; one that it declines is held back, or passed on."""

    model: Model
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Ask in other words."""
        notes: tuple[str, ...] = ()
        messages: list[Message] = []
        for message in request.messages:
            if message.role != "user" or not message.text.strip():
                messages.append(message)
                continue
            text = await rewritten("paraphrase", self.model, message.text, request)
            if text is None:
                found = undecided(self.model.name, "request", self.undecided, "it gave no paraphrase")
                if found.held:
                    return blocked(found.notes)
                notes = found.notes
            messages.append(message if text is None else replace(message, text=text))
        return noted(await self.inner.generate(replace(request, messages=tuple(messages))), notes)
