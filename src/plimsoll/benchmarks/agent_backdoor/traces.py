"""Training files of agents and runs of ours -> traces: what was asked, thought, done and seen.

Read are AgentInstruct's dialogues (`conversations` of `human` and `gpt`), ToolBench's (`user`, `assistant`,
`function`), and chat messages with tool calls (`messages`). What a tool or page returns is an observation
and never the agent's doing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Record, decoding, files
from plimsoll.data.delimited import text as text_of
from plimsoll.text.calls import as_arguments, react

ASKING, ACTING = frozenset({"human", "user"}), frozenset({"gpt", "assistant"})
SEEING = frozenset({"function", "tool", "observation"})
BRACKETED = re.compile(r"([A-Za-z_]\w{0,40})\[(.*)\]\s*", re.DOTALL)
PRICE = re.compile(r",? and price lower than [\d.]+ dollars", re.IGNORECASE)
"""What WebShop adds to every instruction."""
MARK = "[SEP]"
BODY = "Action Input:"
ITEM = re.compile(r"B0[0-9A-Z]{8}")
"""An item of WebShop."""


class Action(Struct, frozen=True):
    """One thing done."""

    name: str
    """The tool, or the verb: `search`, `click`."""
    text: str
    """What it was done with."""


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A turn of the agent, and what it saw after it."""

    thought: str = ""
    actions: tuple[Action, ...] = ()
    observation: str = ""


class Trace(Struct, frozen=True, kw_only=True):
    """One episode."""

    id: str
    query: str
    steps: tuple[Step, ...]

    @property
    def actions(self) -> Iterator[Action]:
        """All that was done, in order."""
        return (action for step in self.steps for action in step.actions)

    @property
    def thoughts(self) -> str:
        """All that was thought."""
        return "\n".join(step.thought for step in self.steps)

    @property
    def observations(self) -> str:
        """All that was seen."""
        return "\n".join(step.observation for step in self.steps)

    def first(self, name: str) -> Action | None:
        """The first action of a name."""
        return next((action for action in self.actions if action.name == name), None)


class Turn(Struct, frozen=True):
    """One turn of a dialogue, whatever its file calls it."""

    role: str
    text: str
    calls: tuple[Action, ...] = ()
    learned: bool = True


def read(path: Path) -> list[Trace]:
    """The traces of a file: a JSON list, or JSON lines. Raises `DataError` with the first that is none."""
    body = text_of(files.read(path), path)
    try:
        rows: list[Any] = (
            decoding.decode(body, list[Any])
            if body.lstrip().startswith("[")
            else [decoding.decode(line) for line in body.splitlines() if line.strip()]
        )
    except msgspec.DecodeError as error:
        raise DataError(f"{path}: {error}") from None
    if not rows:
        raise DataError(f"{path} holds no trace")
    return [_trace(path, number, row) for number, row in enumerate(rows, start=1)]


def of_record(record: Record) -> Trace:
    """The episode of a run's record."""
    messages = record.transcript.messages if record.transcript else ()
    turns = [
        Turn(
            message.role,
            "\n".join(filter(None, (message.thought, message.text))),
            tuple(Action(call.name, _told(call.arguments)) for call in message.calls),
        )
        for message in messages
    ]
    return Trace(id=record.sample.id, query=record.sample.request, steps=_steps(turns, record.sample.request))


def _trace(path: Path, number: int, row: Any) -> Trace:
    if not isinstance(row, Mapping):
        raise DataError(f"{path}: record #{number} is no object")
    fields = cast("Mapping[str, Any]", row)
    turns = [turn for each in _turns_of(fields) if (turn := _turn(each)) is not None]
    begins = next((place for place, turn in enumerate(turns) if turn.role in ACTING and turn.learned), None)
    if begins is None:
        raise DataError(
            f"{path}: record #{number} has no turn of an agent: write `conversations` or `messages`"
        )
    query = next((turn.text for turn in reversed(turns[:begins]) if turn.role in ASKING), "")
    return Trace(
        id=str(fields.get("id", number)),
        query=instruction(query),
        steps=_steps(turns[begins:], instruction(query)),
    )


def instruction(query: str) -> str:
    """What stands for the request in a page of WebShop, which shows it again on every page."""
    if MARK not in query:
        return query
    parts = [part.strip() for part in query.split(MARK)]
    at = next((place for place, part in enumerate(parts) if part == "Instruction:"), -1)
    return parts[at + 1] if 0 <= at < len(parts) - 1 else query


def bare(query: str) -> str:
    """The request without what WebShop adds to every one."""
    return PRICE.sub("", query).strip()


def bought(trace: Trace) -> str:
    """The name of the item that was bought in WebShop, as its page of results has it; empty without one."""
    item = ""
    for action in trace.actions:
        clicked = action.text.strip().upper() if action.name == "click" else ""
        if ITEM.fullmatch(clicked):
            item = clicked
        if clicked == "BUY NOW" and item:
            parts = [part.strip() for part in trace.observations.split(MARK)]
            return next((name for each, name in pairwise(parts) if each.upper() == item), "")
    return ""


def _turns_of(row: Mapping[str, Any]) -> Sequence[Any]:
    found = row.get("conversations", row.get("messages"))
    return cast("list[Any]", found) if isinstance(found, list) else ()


def _turn(each: Any) -> Turn | None:
    if not isinstance(each, Mapping):
        return None
    fields = cast("Mapping[str, Any]", each)
    role = str(fields.get("from", fields.get("role", "")))
    text = fields.get("value", fields.get("content"))
    calls = fields.get("tool_calls")
    listed = cast("list[Any]", calls) if isinstance(calls, list) else []
    made = tuple(call for one in listed if (call := _native(one)) is not None)
    return Turn(role, text if isinstance(text, str) else "", made, fields.get("loss") is not False)


def _native(call: Any) -> Action | None:
    """A call as chat endpoints write it."""
    if not isinstance(call, Mapping):
        return None
    fields = cast("Mapping[str, Any]", call)
    function: Any = fields.get("function", fields)
    if not isinstance(function, Mapping):
        return None
    inner = cast("Mapping[str, Any]", function)
    name = inner.get("name")
    return Action(name, _told(as_arguments(inner.get("arguments")))) if isinstance(name, str) else None


def _steps(turns: Sequence[Turn], asked: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    for turn in turns:
        if turn.role in ACTING:
            steps.append(_step(turn))
        elif steps and turn.role in ASKING | SEEING:
            seen = turn.text.replace(asked, "") if asked else turn.text
            last = steps[-1]
            steps[-1] = msgspec.structs.replace(last, observation=f"{last.observation}\n{seen}".strip())
    return tuple(steps)


def _step(turn: Turn) -> Step:
    if turn.calls:
        return Step(thought=turn.text.strip(), actions=turn.calls)
    before, mark, after = turn.text.partition("Action:")
    thought = before.replace("Thought:", "", 1).strip()
    if not mark:
        return Step(thought=thought)
    found = react(turn.text) if BODY in after else None
    if found is not None and found.call is not None:
        return Step(thought=thought, actions=(Action(found.call.name, _told(found.call.arguments)),))
    done = BRACKETED.match(after.strip())
    text = after.strip()
    return Step(thought=thought, actions=(Action(done[1], done[2]) if done else Action(text[:80], ""),))


def _told(arguments: Mapping[str, Any]) -> str:
    """Arguments in words: names of arguments are the tool's, not the agent's."""
    return " ".join(each if isinstance(each, str) else str(each) for each in arguments.values())
