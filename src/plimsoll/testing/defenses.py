"""The rules of defenses: a model around a model, which passes on what it does not change."""

import asyncio
from dataclasses import dataclass, field

from plimsoll.core import Image, Message, Request, Response, Sampling, Tool, Wrapped, assistant, system, user
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
