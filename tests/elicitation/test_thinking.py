import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from plimsoll.benchmarks.safechain.elicitation import MoreThink, as_it_is, less_think, more_think, zero_think
from plimsoll.core import Finish, Request, Response, Sample, Usage, user
from plimsoll.registry import build_model
from plimsoll.text.prefills import Template
from plimsoll.text.thoughts import split
from tests.support.endpoint import FakeEndpoint

SAMPLE = Sample(id="1", messages=(user("Hi"),))
LESS = "Okay, the user ask for this, I can answer it without thinking much. \n</think>\n\n"


@dataclass
class Continuing:
    """A model that goes on from a prefill, by a queue of replies; what it was sent is kept."""

    replies: list[Response]
    name: str = "continuing/one"
    revision: str = "1"
    asked: list[Request] = field(default_factory=list[Request])

    async def generate(self, request: Request) -> Response:
        self.asked.append(request)
        return self.replies[len(self.asked) - 1]

    async def close(self) -> None:
        pass


def said(text: str, tokens: int = 100, finish: Finish = "stop", thought: str = "") -> Response:
    return Response(text=text, thought=thought, finish=finish, usage=Usage(output_tokens=tokens))


@pytest.mark.parametrize(
    ("template", "zero", "less"),
    [
        ("plain", "<think>\n\n</think>\n\n", "<think>\n" + LESS),
        ("opens_thought", "\n</think>\n\n", LESS),
    ],
)
def test_prefills_are_the_published_ones_for_both_kinds_of_template(
    template: Template, zero: str, less: str
) -> None:
    for way, prefill in ((zero_think(template=template), zero), (less_think(template=template), less)):
        model = Continuing([said("Hello.")])
        transcript = asyncio.run(way.elicit(SAMPLE, model))
        assert model.asked[0].messages[-1].role == "assistant"
        assert model.asked[0].messages[-1].text == prefill
        assert transcript.reply == prefill + "Hello."
        assert split(transcript.reply).answer == "Hello."


def test_without_control_nothing_is_written_for_the_model() -> None:
    model = Continuing([said("<think>a</think>b")])
    asyncio.run(as_it_is(max_tokens=7).elicit(SAMPLE, model))
    assert model.asked[0].messages == SAMPLE.messages
    assert model.asked[0].sampling.max_tokens == 7


def drawn_out(way: MoreThink, *replies: Response) -> tuple[Continuing, str, dict[str, Any]]:
    model = Continuing(list(replies))
    transcript = asyncio.run(way.elicit(SAMPLE, model))
    assert transcript.responses == replies[: len(model.asked)]
    return model, transcript.reply, dict(transcript.state)


def test_more_thought_is_asked_for_ten_times_and_then_the_answer() -> None:
    thoughts = [said(f"thought {number}. ") for number in range(11)]
    model, reply, state = drawn_out(more_think(), *thoughts, said("Answer."))
    doubts: list[str] = state["continuations"]
    assert len(doubts) == 10
    assert set(doubts) == {"Wait", "Let me think again"}
    expected = "<think>\n"
    for number, doubt in enumerate([*doubts, ""]):
        expected += f"thought {number}. {doubt}"
    assert reply == expected + "</think>\n\nAnswer."
    assert model.asked[-1].messages[-1].text == expected + "</think>\n\n"
    assert [request.sampling.stop for request in model.asked] == [("</think>",)] * 11 + [()]
    assert [request.sampling.max_tokens for request in model.asked[:3]] == [10_000, 9_900, 9_800]
    assert model.asked[-1].sampling.max_tokens == state["answer_budget"] == 16_000 - 1_100


def test_every_request_is_the_transcript_so_far() -> None:
    model, reply, _ = drawn_out(more_think(), *[said("a", 4_000)] * 3, said("b"))
    for request in model.asked:
        assert reply.startswith(request.messages[-1].text)


def test_thinking_ends_where_its_budget_ends() -> None:
    model, _, state = drawn_out(more_think(), said("a", 9_000), said("b", 1_000, "length"), said("c"))
    assert (len(model.asked), state["thought_tokens"]) == (3, 10_000)
    model, _, state = drawn_out(more_think(), said("a", 6_000), said("b", 6_000), said("c"))
    assert (len(model.asked), state["answer_budget"]) == (3, 4_000)


def test_the_published_answer_budget_is_kept_apart() -> None:
    way = more_think(answer_budget="official")
    assert drawn_out(way, *[said("a")] * 11, said("b"))[2]["answer_budget"] == 6_000
    assert drawn_out(way, said("a", 6_000), said("b", 6_000), said("c"))[2]["answer_budget"] == 4_000


def test_words_of_doubt_hang_on_the_seed_and_the_sample() -> None:
    replies = [*[said("a")] * 11, said("b")]
    first, again, other = (drawn_out(more_think(seed=s), *replies)[2]["continuations"] for s in (0, 0, 1))
    assert first == again != other


def test_a_template_that_opens_the_thought_is_not_given_another() -> None:
    model, reply, _ = drawn_out(more_think(template="opens_thought", rounds=0), said("a"), said("b"))
    assert model.asked[0].messages == SAMPLE.messages
    assert reply == "a</think>\n\nb"
    assert split(reply) == ("a", "b")


@pytest.mark.parametrize("reply", [said("<think>my own"), said("Hello.", thought="my own")])
def test_an_endpoint_that_ignores_what_was_written_is_told(reply: Response) -> None:
    transcript = asyncio.run(zero_think().elicit(SAMPLE, Continuing([reply])))
    assert transcript.state == {"prefill_ignored": True}


def test_a_completion_endpoint_is_sent_the_prefill_byte_for_byte() -> None:
    async def asked(url: str) -> None:
        model = build_model("openai/any", {"base_url": url, "api": "completions"})
        await zero_think().elicit(SAMPLE, model)
        await less_think(template="opens_thought").elicit(SAMPLE, model)
        await model.close()

    with FakeEndpoint(reply="Hello.") as endpoint:
        asyncio.run(asked(endpoint.url))
        sent = [received.body["prompt"] for received in endpoint.received]
    assert sent == ["Hi<think>\n\n</think>\n\n", "Hi" + LESS]
