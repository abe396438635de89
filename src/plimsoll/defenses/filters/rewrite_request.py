"""Model -> the same model, which is asked a safe version of what a guard finds unsafe."""

from dataclasses import dataclass

from plimsoll.core import Guard, Model, Request, Response, Wrapped, replace
from plimsoll.defenses._wording import last_user, with_last_user
from plimsoll.defenses.filters._checking import Guarding, Undecided, blocked, noted
from plimsoll.defenses.filters._rewriting import rewritten
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class RewriteRequest(Wrapped):
    """A guard in front: what it finds unsafe is rewritten by a model, and looked at once more."""

    guard: Guard
    model: Model
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Ask as it is, or in other words, or not at all."""
        guarding = Guarding(self.guard, self.undecided)
        found = await guarding.request(request.messages)
        if not found.held:
            return noted(await self.inner.generate(request), found.notes)
        text = await rewritten("rewrite_request", self.model, last_user(request.messages), request)
        if text is None:
            return blocked((*found.notes, f"{self.model.name} gave no other request"))
        messages = with_last_user(request.messages, text)
        again = await guarding.request(messages, "rewritten request")
        if again.held:
            return blocked((*found.notes, *again.notes))
        response = await self.inner.generate(replace(request, messages=messages))
        return noted(response, (*found.notes, *again.notes, "the request was rewritten"))
