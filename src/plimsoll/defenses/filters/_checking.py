"""A guard, and what it cannot decide on -> whether a request or a reply is held back, and why.

What becomes of what cannot be decided is never guessed: `undecided=block` holds it back (fail-closed),
`undecided=pass` lets it through (fail-open), and either way the response notes it. A guard that breaks has
not decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from plimsoll.core import (
    Denied,
    Guard,
    Message,
    ModelError,
    Outcome,
    Request,
    Response,
    replace,
)

Undecided = Literal["block", "pass"]
Thing = Literal["request", "reply", "rewritten request", "rewritten reply", "second reply"]


@dataclass(frozen=True)
class Finding:
    """What came of a check."""

    held: bool
    notes: tuple[str, ...] = ()
    """Why it was held, or that it could not be decided."""


@dataclass(frozen=True)
class Guarding:
    """A guard at work."""

    guard: Guard
    undecided: Undecided

    async def request(self, messages: Sequence[Message], what: Thing = "request") -> Finding:
        """Whether a conversation may go to the model."""
        return await self._found(messages, what)

    async def reply(self, request: Request, response: Response, what: Thing = "reply") -> Finding:
        """Whether a reply may go out; nothing said is nothing to hold."""
        if not response.text:
            return Finding(held=False)
        return await self._found((*request.messages, response.message), what)

    async def _found(self, messages: Sequence[Message], what: Thing) -> Finding:
        """The guard's verdict as a finding; one that breaks has not decided."""
        name = self.guard.name
        try:
            said = await self.guard.classify(messages)
        except Denied:
            raise
        except ModelError as error:
            return undecided(name, what, self.undecided, str(error))
        if said.outcome in (Outcome.EMPTY, Outcome.NOT_APPLICABLE):
            return Finding(held=False)
        if said.value is None:
            return undecided(name, what, self.undecided, said.reason)
        codes = ", ".join(map(str, said.detail.get("categories", ())))
        note = f"{name} held the {what} back: {said.label}{f' ({codes})' if codes else ''}"
        unsafe = (said.value >= 0.5) != self.guard.instrument.higher_is_safer
        return Finding(held=unsafe, notes=(note,) if unsafe else ())


def undecided(name: str, what: str, then: Undecided, why: str = "") -> Finding:
    """The finding of what could not decide."""
    done = "held back" if then == "block" else "let through"
    return Finding(
        held=then == "block",
        notes=(f"{name} could not decide on the {what}: {done}{f' ({why})' if why else ''}",),
    )


def blocked(notes: Sequence[str], response: Response | None = None) -> Response:
    """A turn without words, and the reason; of the reply that was held nothing is left but its cost."""
    if response is None:
        return Response(finish="blocked", notes=tuple(notes))
    return Response(
        finish="blocked",
        usage=response.usage,
        means=response.means,
        notes=(*response.notes, *notes),
    )


def noted(response: Response, notes: Sequence[str]) -> Response:
    """The response with notes added, where there are any."""
    return replace(response, notes=(*response.notes, *notes)) if notes else response
