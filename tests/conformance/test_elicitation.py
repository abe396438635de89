import asyncio
from dataclasses import dataclass, field

import msgspec
import pytest

from plimsoll.core import ContextExceeded, ModelError, Request, Response, Sample, Transcript, replace
from plimsoll.registry import Part
from tests.support.conformance import HOSTILE_REPLIES, built, parts_of, questions

WAYS = parts_of("elicitation")
TOO_MANY = 20


@dataclass
class Weighing:
    """A model that can do everything it may be asked, and keeps what it was asked."""

    reply: str = "(B"
    error: Exception | None = None
    name: str = "weighing/one"
    revision: str = "1"
    asked: list[Request] = field(default_factory=list)

    async def generate(self, request: Request) -> Response:
        self.asked.append(request)
        if self.error is not None:
            raise self.error
        weights = tuple(-1.0 - number for number, _ in enumerate(request.continuations))
        return Response(text=self.reply, loglikelihoods=weights, means="loglikelihood")

    async def close(self) -> None:
        pass


def elicited(part: Part, sample: Sample, model: Weighing) -> Transcript:
    return asyncio.run(built(part).elicit(sample, model))


@pytest.mark.parametrize("part", WAYS)
def test_a_way_of_asking_keeps_every_response_as_it_came(part: Part) -> None:
    for sample in questions()[:4]:
        model = Weighing()
        transcript = elicited(part, sample, model)
        assert [response.text for response in transcript.responses] == ["(B"] * len(model.asked)
        assert msgspec.json.decode(msgspec.json.encode(transcript), type=Transcript) == transcript


@pytest.mark.parametrize("part", WAYS)
def test_a_way_of_asking_never_shows_the_answer(part: Part) -> None:
    sample = questions()[0]
    one, other = Weighing(), Weighing()
    elicited(part, sample, one)
    elicited(part, replace(sample, target="A", category="XX", metadata={"answer": "A"}), other)
    assert one.asked == other.asked


@pytest.mark.parametrize("part", WAYS)
def test_a_way_of_asking_begins_with_the_sample_as_it_stands(part: Part) -> None:
    for sample in questions()[:4]:
        model = Weighing()
        elicited(part, sample, model)
        assert model.asked[0].messages[: len(sample.messages)] == sample.messages


@pytest.mark.parametrize("reply", HOSTILE_REPLIES)
@pytest.mark.parametrize("part", WAYS)
def test_a_way_of_asking_bears_any_reply(part: Part, reply: str) -> None:
    transcript = elicited(part, questions()[0], Weighing(reply=HOSTILE_REPLIES[reply]))
    assert isinstance(transcript.reply, str)


@pytest.mark.parametrize("error", [ContextExceeded("too long"), ModelError("out of order")], ids=repr)
@pytest.mark.parametrize("part", WAYS)
def test_what_the_model_cannot_do_is_raised_and_asked_no_end_of_times(part: Part, error: ModelError) -> None:
    model = Weighing(error=error)
    with pytest.raises(type(error)):
        elicited(part, questions()[0], model)
    assert len(model.asked) < TOO_MANY
