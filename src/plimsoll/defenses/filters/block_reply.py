"""Model -> the same model, whose replies go out only where a guard finds them safe."""

from dataclasses import dataclass

from plimsoll.core import Guard, Request, Response, Wrapped
from plimsoll.defenses.filters._checking import Guarding, Undecided, blocked, noted
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class BlockReply(Wrapped):
    """A guard behind: what it finds unsafe is withheld."""

    guard: Guard
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Call, and look at the reply."""
        response = await self.inner.generate(request)
        found = await Guarding(self.guard, self.undecided).reply(request, response)
        return blocked(found.notes, response) if found.held else noted(response, found.notes)
