"""Worlds, endpoints and models that misbehave: every case is recorded, and nothing of theirs is obeyed."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.core import (
    Benchmark,
    Card,
    Message,
    Model,
    Record,
    Request,
    Response,
    Sample,
    Tool,
    ToolCall,
    user,
)
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.elicitation.styles import Way
from plimsoll.judges.conduct import Acted
from plimsoll.metrics.acting import acting
from plimsoll.metrics.judged import suite
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.pages.lines import of_record
from plimsoll.reports import html, markdown, terminal
from tests.support.endpoint import FakeEndpoint, chat
from tests.support.runs import view_of

COMMANDS = "\x1b\x9b\x07\x08\x00\u202e"
HOSTILE = f"{COMMANDS}[2J]0;owned<script>alert(1)</script>\r|x|"
CARD = Card(
    title="Hostile",
    year=2026,
    paper="https://example.org",
    source="https://example.org",
    license="ours",
    languages=("en",),
    version=1,
    differs="our own",
)


def endless() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["again"] = found
    return found


@dataclass
class World:
    """A world that does one thing wrong."""

    wrong: str
    calls: int = 0

    @property
    def tools(self) -> Sequence[Tool]:
        odd: Mapping[str, Any] = {"properties": {"a": {"type": {"x": 1}, "enum": 5}}, "required": "a"}
        return (Tool(name="f", parameters=odd if self.wrong == "schema" else {"type": "object"}),)

    async def call(self, call: ToolCall) -> Any:
        self.calls += 1
        match self.wrong:
            case "raises":
                raise ValueError(HOSTILE * 100 + "\ud800")
            case "exits":
                raise SystemExit(3)
            case "cancels":
                raise asyncio.CancelledError
            case "hangs":
                await asyncio.sleep(60)
            case "nothing":
                return None
            case "text":
                return "no message"
            case _:
                pass
        text = {"hostile": HOSTILE, "half": "a\ud800b", "huge": "x" * 3_000_000}.get(self.wrong, "ok")
        role = "system" if self.wrong == "role" else "tool"
        return Message(role=role, text=text, call_id="other" if self.wrong == "id" else call.id)

    def state(self) -> Any:
        match self.wrong:
            case "state raises":
                raise RuntimeError("no state")
            case "state odd":
                return {"a": object(), "n": float("nan"), "s": "\ud800"}
            case "state endless":
                return endless()
            case "state hostile":
                return {HOSTILE: HOSTILE + str(self.calls)}
            case _:
                return {"calls": self.calls}

    async def close(self) -> None:
        if self.wrong == "closing":
            raise RuntimeError("cannot be closed")


def records_of(model: Model | str, folder: Path, wrong: str = "", way: Way = "auto") -> list[Record]:
    async def world(sample: Sample) -> World:
        return World(wrong)

    judges = (Acted(),)
    benchmark = Benchmark(
        card=CARD,
        samples=lambda: [Sample(id=str(number), messages=(user(f"go {number}"),)) for number in range(2)],
        elicitation=Agent(world, way=way, budget=Budget(rounds=3, call_seconds=0.1)),
        judges=judges,
        metrics=(*suite(judges), acting),
        headline="acted_rate",
    )
    return list(plimsoll.evaluate(benchmark, model=model, cache=False, log_dir=folder).records)


def once(request: Request) -> Answer:
    """Calls the tool once, and then answers."""
    if any(message.role == "tool" for message in request.messages):
        return "done"
    return Response(calls=(ToolCall(id="1", name="f", arguments={}),), finish="tool_calls")


def shown(records: Sequence[Record]) -> str:
    """The case in every report."""
    view = view_of(list(records))
    lines = "\n".join(line for record in records for line in of_record(record))
    return "\n".join((lines, html.render(view), markdown.render(view), terminal.text(view)))


WRONG = (
    *("schema", "raises", "exits", "cancels", "hangs", "nothing", "text", "hostile", "half", "huge", "role"),
    *("id", "state raises", "state odd", "state endless", "state hostile", "closing"),
)


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_a_world_does_its_case_is_played_to_the_end_and_shown(wrong: str, tmp_path: Path) -> None:
    found = records_of(Scripted(once, name="scripted/once"), tmp_path, wrong)
    assert len(found) == 2
    for record in found:
        assert not record.failures
        assert record.transcript is not None
        assert record.transcript.reply == "done"
        assert [message.role for message in record.transcript.messages] == ["assistant", "tool", "assistant"]
        assert record.transcript.messages[0].calls[0].id == record.transcript.messages[1].call_id
        failing = wrong in ("raises", "exits", "cancels", "hangs", "nothing", "text")
        assert record.transcript.messages[1].error is failing
    page = shown(found)
    assert not [sign for sign in COMMANDS if sign in page]
    assert "<script>alert" not in html.render(view_of(found))


CALLS: dict[str, tuple[Any, str]] = {
    "no JSON": ([{"id": "1", "function": {"name": "f", "arguments": "{'a': 1}"}}], "unread"),
    "empty": ([{"id": "1", "function": {"name": "f", "arguments": ""}}], ""),
    "null": ([{"id": "1", "function": {"name": "f", "arguments": "null"}}], "unread"),
    "a list": ([{"id": "1", "function": {"name": "f", "arguments": "[1]"}}], "unread"),
    "no number": ([{"id": "1", "function": {"name": "f", "arguments": '{"a": NaN}'}}], "unread"),
    "deep": ([{"id": "1", "function": {"name": "f", "arguments": '{"a":' + "[" * 90_000}}], "unread"),
    "deep and closed": (
        [{"id": "1", "function": {"name": "f", "arguments": '{"a":' + "[" * 300 + "]" * 300 + "}"}}],
        "unread",
    ),
    "a long text": (
        [{"id": "1", "function": {"name": "f", "arguments": json.dumps({"a": "x" * 1_000_000})}}],
        "misfit",
    ),
    "half a character": ([{"id": "1", "function": {"name": "f", "arguments": '{"a":"\\ud800"}'}}], "unread"),
    "a long number": (
        [{"id": "1", "function": {"name": "f", "arguments": f'{{"a":{"9" * 5000}}}'}}],
        "unread",
    ),
    "no name": ([{"id": "1", "function": {"arguments": "{}"}}], "unknown"),
    "a name that is null": ([{"id": "1", "function": {"name": None, "arguments": "{}"}}], "unknown"),
    "no function": ([{"id": "1"}], "unknown"),
    "a long name": ([{"id": "1", "function": {"name": "f" * 500_000, "arguments": "{}"}}], "unknown"),
    "a hostile name": ([{"id": HOSTILE, "function": {"name": HOSTILE, "arguments": "{}"}}], "unknown"),
    "one id for all": ([{"id": "1", "function": {"name": "f", "arguments": "{}"}}] * 4, ""),
    "very many": ([{"id": str(n), "function": {"name": "f", "arguments": "{}"}} for n in range(300)], ""),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_of_any_shape_are_counted_at_once_and_cost_no_case(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, counted = CALLS[name]
    with FakeEndpoint(always=chat(None, "tool_calls", message={"tool_calls": calls})) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        found = records_of("openai/any", tmp_path)
        assert len(endpoint.received) == 6, "two cases of three rounds, and nothing asked again"
    for record in found:
        assert not record.failures
        assert record.transcript is not None
        counts = record.transcript.state["counts"]
        assert counts["calls"] == 3 * len(calls)
        assert not counted or counts[counted] == counts["calls"]
        ids = [call.id for message in record.transcript.messages for call in message.calls]
        assert len(ids) == len(set(ids))
    page = shown(found)
    assert not [sign for sign in COMMANDS if sign in page]


EPISODE = (
    "Thought: I look.\nAction: f\nAction Input: {}\nObservation: fine\n"
    "Thought: again\nAction: g\nAction Input: {}\nObservation: fine\nFinal Answer: all done"
)
IN_JSON = (
    '{"name": "f", "arguments": {}}\n<tool_response>\n{"name": "f", "content": "ok"}\n</tool_response>\n'
    '{"name": "f", "arguments": {"x": 1}}\nAll done.'
)


@pytest.mark.parametrize(("way", "text"), [("react", EPISODE), ("json", IN_JSON)])
def test_of_a_whole_episode_in_one_turn_the_first_call_alone_is_run(
    way: Way, text: str, tmp_path: Path
) -> None:
    for record in records_of(Scripted(lambda request: text, name="scripted/whole"), tmp_path, way=way):
        assert record.transcript is not None
        assert record.transcript.state["counts"]["invented"] == 3
        assert record.transcript.state["after"] == {"calls": 3}, "one call a turn, and none that was invented"


def test_a_record_of_many_calls_is_shown_in_time_that_grows_with_them(tmp_path: Path) -> None:
    """Each change is looked up once: what is counted is the work, not the seconds."""
    from plimsoll.pages.transcript import answered

    calls = tuple(ToolCall(id=str(number), name="f", arguments={}) for number in range(400))
    model = Scripted(lambda request: Response(calls=calls, finish="tool_calls"), name="scripted/many")
    (record, _) = records_of(model, tmp_path)
    turns = answered(record.transcript)
    changed = [turn.changed for turn in turns if turn.role == "tool"]
    assert len(changed) == 1200
    assert all(len(each) == 1 for each in changed)
