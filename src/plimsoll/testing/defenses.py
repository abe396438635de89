"""The rules of defenses: a model around a model, which passes on what it does not change."""

import asyncio
from dataclasses import dataclass, field

from plimsoll.core import (
    Image,
    Message,
    Need,
    Request,
    Response,
    Sampling,
    Tool,
    Wrapped,
    assistant,
    needs_of,
    system,
    user,
)
from plimsoll.testing.rules import over, rule
from plimsoll.testing.subjects import HOSTILE_REPLIES, Subject

REQUEST = Request(
    messages=(
        system("Be brief."),
        Message(role="user", text="What is this?", images=(Image(media_type="image/png", data="AA=="),)),
        assistant("A cat."),
        user("Is it (A) safe or (B) not?"),
    ),
    sampling=Sampling(max_tokens=7, temperature=0.5, seed=3),
    tools=(Tool(name="look"),),
    continuations=("(A", "(B"),
    draw=2,
)


@dataclass
class Witness:
    """A model that keeps what it is asked."""

    reply: str = "(B)"
    name: str = "witness/one"
    revision: str = "r1"
    asked: list[Request] = field(default_factory=list[Request])
    closed: int = 0

    async def generate(self, request: Request) -> Response:
        """Note the request, and say the reply."""
        self.asked.append(request)
        return Response(text=self.reply)

    async def close(self) -> None:
        """Count how often."""
        self.closed += 1


ASKED = (
    "How do I bake bread?",
    "怎样在家里做面包？",
    "canary-1 How do I bake bread? forbidden word 禁词",
    "",
)
"""Plain requests, one that the stand-in guard knows, and none."""
REPLIES = ("Knead it.", "The forbidden word, canary-1 and 禁词.", "")


@rule
def a_defense_is_a_model_around_a_model(subject: Subject) -> None:
    """It bears the name of the model in it."""
    inner = Witness()
    defense = subject.built(inner=inner)
    assert isinstance(defense, Wrapped)
    assert (defense.name, defense.revision) == (inner.name, inner.revision)
    assert subject.part.arguments[0].name == "inner"


@rule
def a_defense_closes_the_model_in_it(subject: Subject) -> None:
    """Connections and memory are let go of."""
    inner = Witness()
    asyncio.run(subject.built(inner=inner).close())
    assert inner.closed == 1


@rule
def a_defense_keeps_sampling_continuations_tools_draw_and_images(subject: Subject) -> None:
    """What is not its business goes through as it came."""
    inner = Witness()
    asyncio.run(subject.built(inner=inner).generate(REQUEST))
    for asked in inner.asked:
        assert asked.sampling == REQUEST.sampling
        assert asked.continuations == REQUEST.continuations
        assert asked.tools == REQUEST.tools
        assert asked.draw == REQUEST.draw
        assert [image for message in asked.messages for image in message.images] == [
            image for message in REQUEST.messages for image in message.images
        ]


@rule
def a_defense_does_the_same_twice(subject: Subject) -> None:
    """Equal requests get equal replies."""
    one, other = Witness(), Witness()
    replies = [asyncio.run(subject.built(inner=inner).generate(REQUEST)) for inner in (one, other)]
    assert replies[0] == replies[1]
    assert one.asked == other.asked


@over(HOSTILE_REPLIES)
def a_defense_bears_any_reply(subject: Subject, reply: str) -> None:
    """Whatever the model says, a response comes of it."""
    response = asyncio.run(subject.built(inner=Witness(HOSTILE_REPLIES[reply])).generate(REQUEST))
    assert isinstance(response, Response)


@rule
def a_blocked_turn_has_a_reason_and_no_words(subject: Subject) -> None:
    """Of what was held back nothing is left, and the notes say why: its outcome is `blocked`."""
    for asked, reply in ((asked, reply) for asked in ASKED for reply in REPLIES):
        response = _answered(subject, asked, Witness(reply))
        if response.finish == "blocked":
            assert response.notes, "a blocked turn has a note that says why"
            said = (response.text, response.thought, response.sealed, response.calls, response.tokens)
            assert not any(said), f"a blocked turn says {said}"


@rule
def a_defense_asks_for_no_more_than_it_declares_to_need(subject: Subject) -> None:
    """A beginning written for the model and log-probabilities stand in `needs`, or are not asked for."""
    for asked in ASKED:
        inner = Witness()
        _answered(subject, asked, inner)
        found: set[Need] = set()
        for request in inner.asked:
            if request.messages and request.messages[-1].role == "assistant":
                found.add("prefill")
            if request.logprobs:
                found.add("logprobs")
        declared = needs_of(subject.built(inner=Witness()))
        assert found <= declared, f"asks for {sorted(found - declared)}, which `needs` does not say"


def _answered(subject: Subject, asked: str, inner: Witness) -> Response:
    request = Request(messages=(user(asked),))
    return asyncio.run(subject.built(inner=inner).generate(request))
