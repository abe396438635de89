"""Model -> the same model, whose unsafe replies are rewritten by a model before they go out."""

from dataclasses import dataclass

from plimsoll.core import Guard, Model, Request, Response, Wrapped
from plimsoll.defenses.filters._checking import Guarding, Undecided, blocked, noted
from plimsoll.defenses.filters._rewriting import rewritten
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class RewriteReply(Wrapped):
    """A guard behind: a model rewrites what it finds unsafe, which is looked at once more."""

    guard: Guard
    model: Model
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Call, and let out the reply, its safe version, or nothing."""
        checking = Guarding(self.guard, self.undecided)
        response = await self.inner.generate(request)
        found = await checking.reply(request, response)
        if not found.held:
            return noted(response, found.notes)
        text = await rewritten("rewrite_reply", self.model, response.text, request)
        if text is None:
            return blocked((*found.notes, f"{self.model.name} gave no other reply"), response)
        other = Response(text=text, usage=response.usage, notes=response.notes)
        again = await checking.reply(request, other, "rewritten reply")
        if again.held:
            return blocked((*found.notes, *again.notes), response)
        return noted(other, (*found.notes, *again.notes, "the reply was rewritten"))
