"""The rules of ways of asking: every response kept, the answer never shown, no end of calls."""

import asyncio
from dataclasses import dataclass, field

import msgspec

from plimsoll.core import (
    ContextExceeded,
    ModelError,
    Request,
    Response,
    Sample,
    Transcript,
    decoding,
    replace,
)
from plimsoll.testing.rules import over, refusal, rule
from plimsoll.testing.subjects import HOSTILE_REPLIES, Subject, questions

TOO_MANY = 20


@dataclass
class Weighing:
    """A model that can do everything it may be asked, and keeps what it was asked."""

    reply: str = "(B"
    error: Exception | None = None
    name: str = "weighing/one"
    revision: str = "1"
    asked: list[Request] = field(default_factory=list[Request])

    async def generate(self, request: Request) -> Response:
        """Note the request; fail, or weigh its continuations."""
        self.asked.append(request)
        if self.error is not None:
            raise self.error
        weights = tuple(-1.0 - number for number, _ in enumerate(request.continuations))
        return Response(text=self.reply, loglikelihoods=weights, means="loglikelihood")

    async def close(self) -> None:
        """Nothing to let go of."""


def elicited(subject: Subject, sample: Sample, model: Weighing) -> Transcript:
    """What a way of asking makes of a sample."""
    return asyncio.run(subject.built().elicit(sample, model))


@rule
def a_way_of_asking_keeps_every_response_as_it_came(subject: Subject) -> None:
    """In the transcript, in order."""
    for sample in questions()[:4]:
        model = Weighing()
        transcript = elicited(subject, sample, model)
        assert [response.text for response in transcript.responses] == ["(B"] * len(model.asked)
        assert decoding.decode(msgspec.json.encode(transcript), Transcript) == transcript


@rule
def a_way_of_asking_never_shows_the_answer(subject: Subject) -> None:
    """Two samples that differ in what only judges may know are asked alike."""
    sample = questions()[0]
    one, other = Weighing(), Weighing()
    elicited(subject, sample, one)
    elicited(subject, replace(sample, target="A", category="XX", metadata={"answer": "A"}), other)
    assert one.asked == other.asked


@rule
def a_way_of_asking_begins_with_the_sample_as_it_stands(subject: Subject) -> None:
    """What stands in the sample is sent."""
    for sample in questions()[:4]:
        model = Weighing()
        elicited(subject, sample, model)
        assert model.asked[0].messages[: len(sample.messages)] == sample.messages


@over(HOSTILE_REPLIES)
def a_way_of_asking_bears_any_reply(subject: Subject, reply: str) -> None:
    """Whatever the model says, a transcript comes of it."""
    transcript = elicited(subject, questions()[0], Weighing(reply=HOSTILE_REPLIES[reply]))
    assert isinstance(transcript.reply, str)


@over((ContextExceeded("too long"), ModelError("out of order")))
def what_the_model_cannot_do_is_raised_and_asked_no_end_of_times(subject: Subject, error: ModelError) -> None:
    """The run records it; the part does not hide it."""
    model = Weighing(error=error)
    with refusal(type(error)):
        elicited(subject, questions()[0], model)
    assert len(model.asked) < TOO_MANY
