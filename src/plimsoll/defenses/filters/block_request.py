"""Model -> the same model, which is not asked what a guard finds unsafe."""

from dataclasses import dataclass

from plimsoll.core import Guard, Request, Response, Wrapped
from plimsoll.defenses.filters._checking import Guarding, Undecided, blocked, noted
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class BlockRequest(Wrapped):
    """A guard in front: what it finds unsafe is not asked."""

    guard: Guard
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Call, unless the guard holds the request back."""
        found = await Guarding(self.guard, self.undecided).request(request.messages)
        if found.held:
            return blocked(found.notes)
        return noted(await self.inner.generate(request), found.notes)
