"""Model -> the same model behind a guard, which holds back what it finds unsafe, before or after the call.

`block_request` and `block_reply` are its halves, with `rewrite_request`, `rewrite_reply` and `retry_reply`
beside them.
"""

from dataclasses import dataclass
from typing import Literal

from plimsoll.core import Guard, Request, Response, Wrapped
from plimsoll.defenses.filters._checking import Guarding, Undecided, blocked, noted
from plimsoll.registry import defense

Place = Literal["before", "after", "both"]


@defense
@dataclass(frozen=True)
class Guarded(Wrapped):
    """Any guard in front of a model, behind it, or both: `guarded:guard=(words:file=...)`."""

    guard: Guard
    place: Place = "both"
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Call, unless the guard holds the request back; then have it look at the reply."""
        guarding, notes = Guarding(self.guard, self.undecided), ()
        if self.place != "after":
            asked = await guarding.request(request.messages)
            if asked.held:
                return blocked(asked.notes)
            notes = asked.notes
        response = await self.inner.generate(request)
        if self.place != "before":
            said = await guarding.reply(request, response)
            notes = (*notes, *said.notes)
            if said.held:
                return blocked(notes, response)
        return noted(response, notes)
