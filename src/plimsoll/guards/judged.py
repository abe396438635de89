"""A judge of replies -> a guard of conversations: it is shown the last user turn and the reply to it.

The mirror of `judges/guarded`: any judge may stand behind a model. In front there is no reply yet and
nothing to judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.core import (
    Instrument,
    Judge,
    Message,
    Outcome,
    Response,
    Sample,
    Transcript,
    Verdict,
    replace,
)
from plimsoll.guards._verdicts import EMPTY
from plimsoll.registry import guard

UNREAD = (Outcome.EMPTY, Outcome.UNPARSED, Outcome.NOT_APPLICABLE)
"""What a judge may find instead of a label of its own: the guard has not decided then."""


@guard
@dataclass(frozen=True)
class Judged:
    """Any judge as a guard, of replies alone: `judged:judge=refusal`."""

    judge: Judge

    @property
    def name(self) -> str:
        """The judge's name."""
        return self.judge.name

    @property
    def instrument(self) -> Instrument:
        """What the judge finds, and that it found nothing it can judge."""
        measured = self.judge.instrument
        unread = (outcome.value for outcome in UNREAD)
        return replace(measured, labels=tuple(dict.fromkeys((*measured.labels, *unread))))

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Have the judge read the last reply."""
        if not messages or messages[-1].role != "assistant" or not messages[-1].text.strip():
            return EMPTY
        said = messages[-1]
        response = Response(text=said.text, thought=said.thought, calls=said.calls)
        sample = Sample(id="request", messages=tuple(messages[:-1]))
        verdict = await self.judge.judge(sample, Transcript(responses=(response,)))
        if verdict.outcome in UNREAD:
            return replace(verdict, label=verdict.outcome.value, value=None)
        return verdict
