"""Model -> the same model, reminded before and after each request to answer responsibly.

The idea is Xie et al., "Defending ChatGPT against jailbreak attack via self-reminders" (Nature
Machine Intelligence, 2023): a user's message is wrapped in a reminder. The wording is our own.
"""

from dataclasses import dataclass

from plimsoll.core import Request, Response, Wrapped, replace
from plimsoll.defenses._wording import spoken, with_users, words
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class SelfReminder(Wrapped):
    """Wraps every user message in a reminder: ours, in the language of the request, or texts of your own."""

    before: str = ""
    after: str = ""

    async def generate(self, request: Request) -> Response:
        """Ask with the reminders in place."""
        before, after = self.before, self.after
        if not before and not after:
            before, after = words("self_reminder")[spoken(request.messages)].split("{request}")
        messages = with_users(request.messages, lambda text: f"{before}{text}{after}")
        return await self.inner.generate(replace(request, messages=messages))
