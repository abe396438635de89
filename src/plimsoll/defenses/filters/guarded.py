"""Model -> the same model behind a guard, which holds back what it finds unsafe, before or after the call.

What a guard that cannot decide does is said, never guessed: `undecided=block` holds back, `undecided=pass`
lets through; either way the response notes it. A guard that fails, as where its endpoint is down, has not
decided.
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
    Verdict,
    Wrapped,
    replace,
)
from plimsoll.registry import defense

Place = Literal["before", "after", "both"]
Undecided = Literal["block", "pass"]


@defense
@dataclass(frozen=True)
class Guarded(Wrapped):
    """Any guard in front of a model, behind it, or both: `guarded:guard=(words:file=...)`."""

    guard: Guard
    place: Place = "both"
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Call, unless the guard holds the request back; then have it look at the reply."""
        notes: tuple[str, ...] = ()
        if self.place != "after":
            verdict = await self._classified(request.messages)
            if self._holds(verdict):
                return Response(finish="blocked", notes=(self._note("request", verdict),))
            notes = self._passed("request", verdict)
        response = await self.inner.generate(request)
        if self.place != "before" and response.text:
            verdict = await self._classified((*request.messages, response.message))
            if self._holds(verdict):
                held = (*notes, self._note("reply", verdict))
                return Response(
                    finish="blocked",
                    usage=response.usage,
                    means=response.means,
                    notes=(*response.notes, *held),
                )
            notes = (*notes, *self._passed("reply", verdict))
        return replace(response, notes=(*response.notes, *notes)) if notes else response

    async def _classified(self, messages: Sequence[Message]) -> Verdict:
        try:
            return await self.guard.classify(messages)
        except Denied:
            raise
        except ModelError as error:
            return Verdict(label="error", value=None, outcome=Outcome.JUDGE_ERROR, reason=str(error))

    def _holds(self, verdict: Verdict) -> bool:
        if verdict.value is None:
            return self.undecided == "block" and verdict.label != "empty"
        return verdict.value >= 0.5

    def _passed(self, what: str, verdict: Verdict) -> tuple[str, ...]:
        undecided = verdict.value is None and verdict.label != "empty"
        why = f" ({verdict.reason})" if verdict.reason else ""
        return (f"{self.guard.name} could not decide on the {what}: let through{why}",) if undecided else ()

    def _note(self, what: str, verdict: Verdict) -> str:
        codes = ", ".join(map(str, verdict.detail.get("categories", ())))
        return f"{self.guard.name} held the {what} back: {verdict.label}{f' ({codes})' if codes else ''}"
