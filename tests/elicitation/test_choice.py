import asyncio
from dataclasses import dataclass, field

import pytest

from plimsoll.core import (
    ContextExceeded,
    Elicitation,
    ModelError,
    Request,
    Response,
    Sample,
    assistant,
    replace,
    user,
)
from plimsoll.elicitation.choice import MultipleChoice
from plimsoll.elicitation.likelihood import Likelihood
from plimsoll.elicitation.single_turn import SingleTurn

SHOTS = "shot shot shot "
ASKED = Sample(id="1", messages=(user(f"{SHOTS}question"),), choices=("x", "y", "z"), target="B")


@dataclass
class Narrow:
    """A model with room for so many words."""

    room: int = 100
    weighs: bool = True
    requests: list[Request] = field(default_factory=list[Request])
    name: str = "tests/narrow"
    revision: str = "1"

    async def generate(self, request: Request) -> Response:
        self.requests.append(request)
        if len(request.messages[0].text.split()) > self.room:
            raise ContextExceeded("too long")
        if self.weighs and request.continuations:
            return Response(means="loglikelihood", loglikelihoods=(-1.0,) * len(request.continuations))
        return Response(text="(B)")

    async def close(self) -> None:
        pass


def shorten(sample: Sample) -> Sample | None:
    text = sample.messages[0].text
    if not text.startswith("shot "):
        return None
    return replace(sample, messages=(user(text.removeprefix("shot ")),))


def test_multiple_choice_sends_one_request_with_the_options_as_continuations() -> None:
    model = Narrow()
    transcript = asyncio.run(MultipleChoice(max_tokens=9).elicit(ASKED, model))
    (request,) = model.requests
    assert request.messages == ASKED.messages
    assert request.continuations == ("(A", "(B", "(C")
    assert (request.sampling.max_tokens, request.sampling.temperature) == (9, 0.0)
    assert transcript.responses[0].loglikelihoods == (-1.0, -1.0, -1.0)
    assert transcript.state == {}


def test_a_single_turn_asks_for_words_only() -> None:
    model = Narrow()
    transcript = asyncio.run(SingleTurn().elicit(ASKED, model))
    assert model.requests[0].continuations == ()
    assert model.requests[0].sampling.max_tokens == 64
    assert transcript.reply == "(B)"


def test_the_base_setting_weighs_letters_after_an_opening_bracket() -> None:
    model = Narrow()
    asyncio.run(Likelihood().elicit(ASKED, model))
    assert model.requests[0].messages == (*ASKED.messages, assistant("("))
    assert model.requests[0].continuations == ("A", "B", "C")


def test_the_base_setting_refuses_a_model_that_answers_in_words() -> None:
    with pytest.raises(ModelError, match=r"tests/narrow .* use the chat setting"):
        asyncio.run(Likelihood().elicit(ASKED, Narrow(weighs=False)))


@pytest.mark.parametrize("elicitation", [MultipleChoice, SingleTurn, Likelihood])
def test_shots_are_dropped_from_the_front_until_the_question_fits(elicitation: type) -> None:
    model = Narrow(room=2)
    asking: Elicitation = elicitation(shorten=shorten)
    transcript = asyncio.run(asking.elicit(ASKED, model))
    assert [request.messages[0].text for request in model.requests] == [
        "shot shot shot question",
        "shot shot question",
        "shot question",
    ]
    assert transcript.state == {"shots_dropped": 2}


@pytest.mark.parametrize("asking", [MultipleChoice(shorten=shorten), MultipleChoice()])
def test_the_question_itself_is_never_cut(asking: MultipleChoice) -> None:
    with pytest.raises(ContextExceeded):
        asyncio.run(asking.elicit(ASKED, Narrow(room=0)))
