import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
import pytest

from plimsoll.core import (
    Message,
    Need,
    Record,
    Request,
    Response,
    Sample,
    Tool,
    ToolCall,
    Transcript,
    Usage,
    decoding,
    user,
)
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.elicitation.styles import Way
from plimsoll.pages.lines import of_record

SAMPLE = Sample(id="1", messages=(user("Turn the oven off."),))
SWITCH = Tool(
    name="switch",
    parameters={"type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]},
)


@dataclass
class Oven:
    """A world with one switch."""

    on: bool = True
    closed: bool = False
    wait: float = 0.0
    breaks: bool = False

    @property
    def tools(self) -> Sequence[Tool]:
        return (SWITCH,)

    async def call(self, call: ToolCall) -> Message:
        await asyncio.sleep(self.wait)
        if self.breaks:
            raise ZeroDivisionError("no power")
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
    asked: list[Request] = field(default_factory=list[Request])
    offers: ClassVar[frozenset[Need]] = frozenset({"tools"})

    async def generate(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]

    async def close(self) -> None:
        """Nothing to let go of."""


def call(name: str = "switch", **arguments: Any) -> Response:
    return Response(
        thought="It is on.",
        sealed="signature",
        calls=(ToolCall(id="c1", name=name, arguments=arguments or {"on": False}),),
        finish="tool_calls",
    )


def acted(
    model: Acting, world: Oven, budget: Budget | None = None, way: Way = "auto", first_only: bool = False
) -> Transcript:
    async def made(sample: Sample) -> Oven:
        return world

    agent = Agent(made, budget=budget or Budget(), way=way, first_only=first_only)
    return asyncio.run(agent.elicit(SAMPLE, model))


def written(*texts: str, way: Way, world: Oven | None = None) -> tuple[Transcript, Acting]:
    model = Acting([Response(text=text) for text in texts])
    return acted(model, world or Oven(), way=way), model


def test_the_model_acts_until_it_answers_and_what_each_call_changed_is_kept() -> None:
    model, world = Acting([call(), Response(text="It is off.")]), Oven()
    found = acted(model, world)
    assert found.reply == "It is off."
    assert (found.state["before"], found.state["after"]) == ({"on": True}, {"on": False})
    assert found.state["changes"] == {"c1": [{"path": "on", "before": True, "after": False}]}
    assert (found.state["ended"], found.state["style"]) == ("answer", "native")
    assert [message.role for message in found.messages] == ["assistant", "tool", "assistant"]
    assert world.closed


def test_thoughts_are_handed_back_with_what_the_endpoint_needs_to_take_them() -> None:
    model = Acting([call(), Response(text="Done.")])
    acted(model, Oven())
    handed = model.asked[1].messages[1]
    assert (handed.thought, handed.sealed, handed.calls[0].id) == ("It is on.", "signature", "c1")


def test_an_unknown_tool_fails_aloud_and_the_loop_ends_with_its_rounds() -> None:
    model = Acting([call("fly")])
    found = acted(model, Oven(), Budget(rounds=3, circles=0))
    assert [message.error for message in found.messages if message.role == "tool"] == [True] * 3
    assert (found.state["ended"], found.state["counts"]["unknown"]) == ("rounds", 3)
    assert len(model.asked) == 3
    assert found.reply == ""


def test_an_agent_that_goes_round_in_circles_is_stopped() -> None:
    steps = [call(on=True), call(on=False)] * 10
    found = acted(Acting(steps), Oven(), Budget(rounds=20, circles=3))
    assert (found.state["ended"], len(found.responses)) == ("loop", 6)


def test_a_budget_of_tokens_ends_the_case_and_no_request_asks_for_more() -> None:
    spent = Response(calls=call().calls, usage=Usage(output_tokens=60))
    model = Acting([spent])
    found = acted(model, Oven(), Budget(tokens=100, circles=0))
    assert (found.state["ended"], len(found.responses)) == ("tokens", 2)
    assert [request.sampling.max_tokens for request in model.asked] == [100, 40]


def test_a_budget_of_time_ends_the_case_and_cuts_a_call_that_would_outlast_it() -> None:
    oven = Oven(wait=30.0)
    found = acted(Acting([call()]), oven, Budget(seconds=0.2))
    assert found.state["ended"] == "seconds"
    assert found.state["counts"]["late"] == 1
    assert oven.closed


def test_the_world_is_closed_when_the_model_fails() -> None:
    class Broken(Acting):
        async def generate(self, request: Request) -> Response:
            raise RuntimeError("no answer")

    world = Oven()
    with pytest.raises(RuntimeError, match="no answer"):
        acted(Broken([]), world)
    assert world.closed


def test_all_calls_of_a_turn_are_run_in_order_and_officially_only_the_first() -> None:
    both = Response(calls=tuple(ToolCall(id="", name="switch", arguments={"on": on}) for on in (False, True)))
    every = acted(Acting([both, Response(text="Done.")]), Oven())
    assert [made[0]["after"] for made in every.state["changes"].values()] == [False, True]
    assert len({each.id for each in every.messages[0].calls}) == 2
    model = Acting([both, Response(text="Done.")])
    first = acted(model, Oven(), first_only=True)
    assert (first.state["after"], first.state["counts"]["dropped"]) == ({"on": False}, 1)
    assert len(model.asked[1].messages[1].calls) == 1


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"in": value}
    return value


@pytest.mark.parametrize(
    "arguments",
    [{"unread": "{not json"}, {"on": "x" * 1_000_000}, deep(300), {"on": [[{"a": 1}]]}, {"on\x1b[2J": 1}],
    ids=["no JSON", "a megabyte", "deep", "wrong type", "escape sequences"],
)  # fmt: skip
def test_arguments_of_any_kind_leave_a_record_that_can_be_kept_and_shown(arguments: dict[str, Any]) -> None:
    bad = Response(calls=(ToolCall(id="a", name="switch", arguments=arguments),))
    transcript = acted(Acting([bad, Response(text="\x1b[2JDone.")]), Oven())
    record = Record(sample=SAMPLE, transcript=transcript)
    assert decoding.decode(msgspec.json.encode(record), Record) == record
    assert "\x1b" not in "\n".join(of_record(record))
    counts = transcript.state["counts"]
    assert counts["unread"] + counts["misfit"] == 1


def test_a_tool_may_have_a_parameter_that_is_called_unread() -> None:
    @dataclass
    class Mail(Oven):
        @property
        def tools(self) -> Sequence[Tool]:
            return (Tool(name="switch", parameters={"properties": {"unread": {"type": "string"}}}),)

    found = acted(Acting([call(unread="yes"), Response(text="Done.")]), Mail())
    assert found.state["counts"]["unread"] == 0


@pytest.mark.parametrize(
    ("way", "text"),
    [
        ("json", '{"name": "switch", "arguments": {"on": false}}'),
        ("json", 'I do it.\n```json\n{"name": "switch", "arguments": "{\\"on\\": false}"}\n```'),
        ("json", '<tool_call>\n{"name": "switch", "arguments": {"on": false}}\n</tool_call>'),
        ("json", "{'name': 'switch', 'parameters': {'on': False}}"),
        ("json", '[{"type": "function", "function": {"name": "switch", "arguments": {"on": false}}}]'),
        ("react", 'Thought: off\nAction: switch\nAction Input: {"on": false}'),
        ("react", 'Thought: off\nAction: `switch`\nAction Input:\n```json\n{"on": false}\n```\n'),
        ("react", "Action: switch\nAction Input: {'on': False}"),
    ],
)
def test_calls_in_text_are_read_in_the_forms_that_models_write(way: Way, text: str) -> None:
    answer = "Final Answer: It is off." if way == "react" else "It is off."
    found, model = written(text, answer, way=way)
    assert found.state["after"] == {"on": False}
    assert found.reply == "It is off."
    assert not model.asked[0].tools
    assert model.asked[1].messages[-1].role == "user"
    assert "done" in model.asked[1].messages[-1].text


EPISODE = """Thought: I turn it off.
Action: switch
Action Input: {"on": false}
Observation: the oven exploded
Thought: good
Final Answer: It is off."""


def test_a_whole_episode_in_one_turn_is_cut_at_the_first_action_and_flagged() -> None:
    found, model = written(EPISODE, "Final Answer: Off now.", way="react")
    assert (found.state["counts"]["invented"], found.state["counts"]["calls"]) == (1, 1)
    assert found.reply == "Off now."
    assert "exploded" not in "".join(message.text for message in model.asked[1].messages)
    assert "\nObservation:" in model.asked[0].sampling.stop


def test_an_invented_result_in_json_style_is_cut_and_flagged() -> None:
    text = '{"name": "switch", "arguments": {"on": false}}\n<tool_response>exploded</tool_response>\nDone.'
    found, model = written(text, "It is off.", way="json")
    assert (found.state["counts"]["invented"], found.reply) == (1, "It is off.")
    assert "exploded" not in "".join(message.text for message in model.asked[1].messages)


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "switch", "arguments": {"on": fal',
        '{"name": "switch", "arguments": {"on" false}}',
    ],
)
def test_a_call_that_cannot_be_read_is_counted_and_the_model_told(text: str) -> None:
    found, model = written(text, "Well.", way="json")
    assert (found.state["counts"]["unread"], found.state["after"]) == (1, {"on": True})
    assert "no JSON object" in model.asked[1].messages[-1].text


def test_react_without_action_or_answer_is_asked_once_more_and_then_taken_as_it_is() -> None:
    found, model = written("I like ovens.", "I really do.", way="react")
    assert (found.state["ended"], found.reply, len(model.asked)) == ("lost", "I really do.", 2)


def test_objects_that_are_no_calls_are_an_answer() -> None:
    found, _ = written(json.dumps({"name": "oven", "state": "off"}), way="json")
    assert (found.state["ended"], found.state["counts"].get("calls", 0)) == ("answer", 0)
