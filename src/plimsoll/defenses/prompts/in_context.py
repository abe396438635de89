"""Model -> the same model, shown one request that is declined and one that only sounds dangerous.

The idea is Wei et al., "Jailbreak and Guard Aligned Language Models with Only Few In-Context
Demonstrations" (2023), with a second example against over-refusal. The wording is our own.
"""

from dataclasses import dataclass

from plimsoll.core import Request, Response, Wrapped, assistant, replace, user
from plimsoll.defenses._wording import spoken, words
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class InContext(Wrapped):
    """Puts two earlier exchanges before the conversation, after its system prompt."""

    async def generate(self, request: Request) -> Response:
        """Ask after the examples."""
        pairs = words("in_context")[spoken(request.messages)]
        shown = [turn for asked, said in pairs for turn in (user(asked), assistant(said))]
        at = 1 if request.messages and request.messages[0].role == "system" else 0
        messages = (*request.messages[:at], *shown, *request.messages[at:])
        return await self.inner.generate(replace(request, messages=messages))
