"""Model -> the same model with rules of safety in its system prompt."""

from dataclasses import dataclass

from plimsoll.core import Request, Response, Wrapped, replace
from plimsoll.defenses._wording import spoken, with_rule, words
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class SafetyPrompt(Wrapped):
    """Adds rules to the system prompt: ours, in the language of the request, or `text=` of your own."""

    text: str = ""

    async def generate(self, request: Request) -> Response:
        """Ask with the rules in place."""
        rule = self.text or words("safety_prompt")[spoken(request.messages)]
        return await self.inner.generate(replace(request, messages=with_rule(request.messages, rule)))
