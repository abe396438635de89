import asyncio
from itertools import pairwise

import pytest

from plimsoll.core import ModelError, Request, Response, Sampling, Usage, assistant, user
from plimsoll.defenses.decoding.thinking import less_think, more_think, zero_think
from plimsoll.models.scripted import Scripted


def test_the_beginning_is_written_for_the_model_once() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        return "Hello."

    model = zero_think(Scripted(answer))
    assert asyncio.run(model.generate(Request(messages=(user("Hi"),)))).text == "Hello."
    assert asked[0].messages == (user("Hi"), assistant("<think>\n\n</think>\n\n"))
    own = Request(messages=(user("Hi"), assistant("(")))
    weighed = Request(messages=(user("Hi"),), continuations=("(A", "(B"))
    for request in (own, weighed):
        asyncio.run(model.generate(request))
        assert asked[-1] == request


def test_a_template_that_opens_the_thought_is_not_given_another() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        return "Hello."

    asyncio.run(
        less_think(Scripted(answer), template="opens_thought").generate(Request(messages=(user("Hi"),)))
    )
    assert asked[0].messages[-1].text.startswith("Okay, the user ask for this")


def test_an_endpoint_that_begins_anew_is_an_error() -> None:
    with pytest.raises(ModelError, match="continues a trailing assistant message"):
        asyncio.run(zero_think(Scripted(lambda _: "<think>a")).generate(Request(messages=(user("Hi"),))))


def test_a_model_is_made_to_think_on_until_its_rounds_are_used_up_and_then_answers() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        if request.messages[-1].text.endswith("</think>\n\n"):
            return Response(text="Hello.", usage=Usage(output_tokens=2))
        return Response(text=" hm.", usage=Usage(output_tokens=3))

    model = more_think(Scripted(answer), rounds=2, thought_tokens=100)
    response = asyncio.run(model.generate(Request(messages=(user("Hi"),), sampling=Sampling(max_tokens=9))))
    assert response.text == "Hello."
    assert response.notes == ("more_think: made to think on 2 times",)
    assert response.thought.count(" hm.") == 3
    begun = [request.messages[-1].text for request in asked]
    assert begun[0] == "<think>\n"
    assert all(later.startswith(before) for before, later in pairwise(begun))
    assert [request.sampling.max_tokens for request in asked] == [100, 97, 94, 9]
    assert [request.sampling.stop for request in asked] == [("</think>",)] * 3 + [()]


@pytest.mark.parametrize(("tokens", "calls"), [(5, 2), (3, 1)])
def test_a_budget_of_thought_is_respected(tokens: int, calls: int) -> None:
    thoughts: list[Request] = []

    def answer(request: Request) -> Response:
        if not request.messages[-1].text.endswith("</think>\n\n"):
            thoughts.append(request)
        return Response(text="hm", usage=Usage(output_tokens=3))

    asyncio.run(more_think(Scripted(answer), thought_tokens=tokens).generate(Request(messages=(user("Hi"),))))
    assert len(thoughts) == calls


def test_a_template_that_opens_the_thought_begins_without_a_written_turn() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        return "hm"

    asyncio.run(
        more_think(Scripted(answer), template="opens_thought", rounds=0).generate(
            Request(messages=(user("Hi"),))
        )
    )
    assert [request.messages[-1].role for request in asked] == ["user", "assistant"]
