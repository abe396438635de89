import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from plimsoll.core import Message, Request, Response, Sample, Tool, ToolCall, Transcript, user
from plimsoll.elicitation.agent import Agent

SAMPLE = Sample(id="1", messages=(user("Turn the oven off."),))


@dataclass
class Oven:
    """A world with one switch."""

    on: bool = True
    closed: bool = False

    @property
    def tools(self) -> Sequence[Tool]:
        return (Tool(name="switch"),)

    async def call(self, call: ToolCall) -> Message:
        if call.name != "switch":
            return Message(role="tool", text=f"no tool is called {call.name}", call_id=call.id, error=True)
        self.on = bool(call.arguments.get("on"))
        return Message(role="tool", text="done", call_id=call.id)

    def state(self) -> Mapping[str, Any]:
        return {"on": self.on}

    async def close(self) -> None:
        self.closed = True


@dataclass
class Acting:
    """A model that answers from a list."""

    answers: list[Response]
    name: str = "acting/one"
    revision: str = "1"
    asked: list[Request] = field(default_factory=list)

    async def generate(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]

    async def close(self) -> None:
        """Nothing to let go of."""


def call(name: str = "switch") -> Response:
    return Response(
        thought="It is on.",
        sealed="signature",
        calls=(ToolCall(id="c1", name=name, arguments={"on": False}),),
        finish="tool_calls",
    )


def acted(model: Acting, world: Oven, rounds: int = 5) -> Transcript:
    return asyncio.run(Agent(lambda _: world, rounds=rounds).elicit(SAMPLE, model))


def test_the_model_acts_until_it_answers_and_the_states_before_and_after_are_kept() -> None:
    model, world = Acting([call(), Response(text="It is off.")]), Oven()
    found = acted(model, world)
    assert found.reply == "It is off."
    assert found.state == {"before": {"on": True}, "after": {"on": False}, "ended": "answer"}
    assert [message.role for message in found.messages] == ["assistant", "tool", "assistant"]
    assert world.closed


def test_thoughts_are_handed_back_with_what_the_endpoint_needs_to_take_them() -> None:
    model = Acting([call(), Response(text="Done.")])
    acted(model, Oven())
    handed = model.asked[1].messages[1]
    assert (handed.thought, handed.sealed, handed.calls[0].id) == ("It is on.", "signature", "c1")


def test_an_unknown_tool_fails_aloud_and_the_loop_ends_with_its_rounds() -> None:
    model, world = Acting([call("fly")]), Oven()
    found = acted(model, world, rounds=3)
    assert [message.error for message in found.messages if message.role == "tool"] == [True] * 3
    assert found.state["ended"] == "rounds"
    assert len(model.asked) == 3


def test_the_world_is_closed_when_the_model_fails() -> None:
    class Broken(Acting):
        async def generate(self, request: Request) -> Response:
            raise RuntimeError("no answer")

    world = Oven()
    with pytest.raises(RuntimeError, match="no answer"):
        acted(Broken([]), world)
    assert world.closed
