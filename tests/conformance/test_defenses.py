import asyncio
from dataclasses import dataclass, field

import pytest

from plimsoll.core import Image, Message, Request, Response, Sampling, Tool, Wrapped, assistant, system, user
from plimsoll.registry import Part
from tests.support.conformance import HOSTILE_REPLIES, built, parts_of

DEFENSES = parts_of("defenses")
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
    asked: list[Request] = field(default_factory=list)
    closed: int = 0

    async def generate(self, request: Request) -> Response:
        self.asked.append(request)
        return Response(text=self.reply)

    async def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("part", DEFENSES)
def test_a_defense_is_a_model_around_a_model(part: Part) -> None:
    inner = Witness()
    defense = built(part, inner=inner)
    assert isinstance(defense, Wrapped)
    assert (defense.name, defense.revision) == (inner.name, inner.revision)
    assert part.arguments[0].name == "inner"


@pytest.mark.parametrize("part", DEFENSES)
def test_a_defense_closes_the_model_in_it(part: Part) -> None:
    inner = Witness()
    asyncio.run(built(part, inner=inner).close())
    assert inner.closed == 1


@pytest.mark.parametrize("part", DEFENSES)
def test_a_defense_keeps_sampling_continuations_tools_draw_and_images(part: Part) -> None:
    inner = Witness()
    asyncio.run(built(part, inner=inner).generate(REQUEST))
    for asked in inner.asked:
        assert asked.sampling == REQUEST.sampling
        assert asked.continuations == REQUEST.continuations
        assert asked.tools == REQUEST.tools
        assert asked.draw == REQUEST.draw
        assert [image for message in asked.messages for image in message.images] == [
            image for message in REQUEST.messages for image in message.images
        ]


@pytest.mark.parametrize("part", DEFENSES)
def test_a_defense_does_the_same_twice(part: Part) -> None:
    one, other = Witness(), Witness()
    replies = [asyncio.run(built(part, inner=inner).generate(REQUEST)) for inner in (one, other)]
    assert replies[0] == replies[1]
    assert one.asked == other.asked


@pytest.mark.parametrize("reply", HOSTILE_REPLIES)
@pytest.mark.parametrize("part", DEFENSES)
def test_a_defense_bears_any_reply(part: Part, reply: str) -> None:
    response = asyncio.run(built(part, inner=Witness(HOSTILE_REPLIES[reply])).generate(REQUEST))
    assert isinstance(response, Response)
