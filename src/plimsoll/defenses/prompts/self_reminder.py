"""Model -> the same model, reminded before and after each request to answer responsibly.

The idea is Xie et al., "Defending ChatGPT against jailbreak attack via self-reminders" (Nature
Machine Intelligence, 2023): a user's message is wrapped in a reminder. The wording is our own.
"""

from dataclasses import dataclass

from plimsoll.core import Message, Request, Response, Wrapped, replace
from plimsoll.registry import defense

BEFORE = "You are a responsible assistant: answer helpfully, and never in a way that harms people.\n\n"
AFTER = "\n\nRemember to answer responsibly, and never in a way that harms people."


@defense
@dataclass(frozen=True)
class SelfReminder(Wrapped):
    """Wraps every user message in a reminder to answer responsibly."""

    before: str = BEFORE
    after: str = AFTER

    async def generate(self, request: Request) -> Response:
        """Ask with the reminders in place."""
        messages = tuple(self._reminded(message) for message in request.messages)
        return await self.inner.generate(replace(request, messages=messages))

    def _reminded(self, message: Message) -> Message:
        if message.role != "user":
            return message
        return replace(message, text=f"{self.before}{message.text}{self.after}")
