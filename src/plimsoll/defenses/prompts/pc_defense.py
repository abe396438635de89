"""Model -> the same model, told to treat all groups alike and to decline what is harmful, whoever asks.

PCDefense (later BiasDefense) of "Do LLMs Have Political Correctness?" (arXiv 2410.13334): a text in the
system prompt, one after the user's, or both. The paper shows its wording only in a figure; ours is our own.
"""

from dataclasses import dataclass
from typing import Literal

from plimsoll.core import Message, Request, Response, Wrapped, replace
from plimsoll.defenses._wording import spoken, with_rule, with_users, words
from plimsoll.registry import defense

Mode = Literal["system", "suffix", "both"]


@defense
@dataclass(frozen=True)
class PCDefense(Wrapped):
    """Asks for equal treatment and for refusal of harm: in the system prompt, after each request, or both."""

    mode: Mode = "both"

    async def generate(self, request: Request) -> Response:
        """Ask with the texts in place."""
        return await self.inner.generate(replace(request, messages=self._told(request.messages)))

    def _told(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        said, language = words("pc_defense"), spoken(messages)
        if self.mode != "system":
            suffix = said[f"suffix_{language}"]
            messages = with_users(messages, lambda text: f"{text}\n\n{suffix}")
        return messages if self.mode == "suffix" else with_rule(messages, said[f"system_{language}"])
