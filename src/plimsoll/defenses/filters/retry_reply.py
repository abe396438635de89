"""Model -> the same model, asked again where a guard finds its reply unsafe."""

from dataclasses import dataclass

from plimsoll.core import Guard, Request, Response, UserError, Wrapped, replace, user
from plimsoll.defenses._wording import spoken, words
from plimsoll.defenses.filters._checking import Guarding, Undecided, blocked, noted
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class RetryReply(Wrapped):
    """A guard behind: what it finds unsafe is asked for anew, so many times, then withheld."""

    guard: Guard
    tries: int = 2
    """How often the model is asked again."""
    undecided: Undecided = "block"

    def __post_init__(self) -> None:
        if self.tries < 1:
            raise UserError(f"retry_reply: tries={self.tries}: give 1 or more")

    async def generate(self, request: Request) -> Response:
        """Call until a reply may go out."""
        checking = Guarding(self.guard, self.undecided)
        again = words("retry_reply")[spoken(request.messages)]
        response = await self.inner.generate(request)
        found = await checking.reply(request, response)
        notes = found.notes
        for _ in range(self.tries):
            if not found.held:
                break
            messages = (*request.messages, response.message, user(again))
            response = await self.inner.generate(replace(request, messages=messages))
            found = await checking.reply(request, response, "second reply")
            notes = (*notes, *found.notes)
        return blocked(notes, response) if found.held else noted(response, notes)
