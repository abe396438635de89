"""A judge on mute models -> the same judge in a rehearsal: it reads a reply of the length the model may give.

Whom a judge asks, and how often, hangs on the replies. A rehearsal has none, so it takes the longest: no
refusal, nothing blank. What is forecast so is the most that judges will ask, but for replies that think.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from itertools import cycle, islice
from typing import Any, cast

from plimsoll.core import (
    Instrument,
    Judge,
    Message,
    Model,
    Request,
    Response,
    Sample,
    Transcript,
    Verdict,
    replace,
)
from plimsoll.run.ask.layers import Meter, estimated_usage

WORDS = "Here is how it can be done, step by step, and what it takes to do it well. "
CHARACTERS = 4
"""Of a token."""
JUDGING: ContextVar[bool] = ContextVar("JUDGING", default=False)
"""Whether a judge asks: one that asks again where it was told something would else not be followed."""


@dataclass(frozen=True)
class Mute:
    """A model that only counts what it is asked."""

    name: str
    revision: str
    meter: Meter

    async def generate(self, request: Request) -> Response:
        """Count, and say nothing but to a judge; the usage is that of the longest reply."""
        usage = estimated_usage(request)
        self.meter.add(request, Response(usage=usage))
        return Response(usage=usage, text=_text(usage.output_tokens) if JUDGING.get() else "")

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True)
class Rehearsed:
    """A judge that is shown words where the mute model said nothing."""

    inner: Judge

    @property
    def name(self) -> str:
        """The judge's."""
        return self.inner.name

    @property
    def instrument(self) -> Instrument:
        """The judge's."""
        return self.inner.instrument

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Judge what might have been said."""
        told = JUDGING.set(True)
        try:
            return await self.inner.judge(sample, filled(transcript))
        finally:
            JUDGING.reset(told)


def filled(transcript: Transcript) -> Transcript:
    """The transcript with a reply of full length wherever the model said nothing."""
    responses = tuple(
        each if each.text or each.calls else replace(each, text=_text(each.usage.output_tokens))
        for each in transcript.responses
    )
    longest = max((each.usage.output_tokens for each in responses), default=0)
    messages = tuple(_said(message, longest) for message in transcript.messages)
    return replace(transcript, responses=responses, messages=messages)


def asks(part: Any, model: type[Model]) -> bool:
    """Whether a part holds a model of that kind, itself or in what it is made of."""
    if isinstance(part, model):
        return True
    if isinstance(part, tuple | list):
        return any(asks(each, model) for each in cast("list[Any]", part))
    if isinstance(part, Mapping):
        return any(asks(each, model) for each in cast("Mapping[Any, Any]", part).values())
    if is_dataclass(part) and not isinstance(part, type):
        return any(asks(getattr(part, each.name, None), model) for each in fields(part))
    return False


def _said(message: Message, tokens: int) -> Message:
    """What stands there is not the model's: the beginning that was put into its mouth."""
    spoken = message.role == "assistant" and not message.calls
    return replace(message, text=message.text + _text(tokens)) if spoken else message


def _text(tokens: int) -> str:
    return "".join(islice(cycle(WORDS), CHARACTERS * tokens))
