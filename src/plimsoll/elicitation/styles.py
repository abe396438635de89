"""How an agent is told of its tools and how it calls them: natively, as JSON in its text, or as ReAct lines.

A style turns the conversation so far into the next request, and a response into what was said and called.
Text styles ask the model to stop before it invents what a tool answers; what it invents all the same is
cut off and told.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from plimsoll.core import (
    Message,
    Model,
    Request,
    Response,
    Sampling,
    Tool,
    ToolCall,
    assistant,
    brings_tools,
    offered,
    replace,
    system,
    user,
)
from plimsoll.text.calls import RESULTS, json_calls, react
from plimsoll.text.thoughts import split

Way = Literal["auto", "native", "json", "react"]
JSON_STOP = ("\n<tool_response>",)
REACT_STOP = ("\nObservation:",)

JSON_RULES = """You can call these tools:
{tools}

To call one, reply with one JSON object and nothing else: {{"name": "tool name", "arguments": {{"argument": "value"}}}}
The result comes in the next message, between <tool_response> and </tool_response>; never write it yourself. When no call is needed any more, reply in plain words: that ends the task."""  # noqa: E501
REACT_RULES = """You can call these tools:
{tools}

Write each step in these lines:
Thought: what you think
Action: the name of one tool
Action Input: its arguments as one JSON object
Then stop: the result comes as Observation, which you never write yourself. When you are done, write instead:
Thought: what you think
Final Answer: your answer to the user"""
AGAIN = (
    "That was neither an action nor a final answer: write `Action:` with `Action Input:`, or `Final Answer:`."
)
"""What a model is told once that writes neither."""


class Said(NamedTuple):
    """A response, read."""

    message: Message
    """The turn in one form for every style: words, thought and calls."""
    written: str
    """The model's own words as text styles hand them back to it, up to what it invented."""
    invented: bool = False
    """Whether it wrote what is not its own: a tool's result, or more after a call."""
    lost: bool = False
    """Whether it is neither call nor answer."""
    reported: tuple[Message, ...] = ()
    """Calls and results of tools that the model ran itself before it said this."""


class Step(NamedTuple):
    """A round: what the agent said and called, and what came back."""

    said: Said
    results: tuple[Message, ...] = ()
    """Tool messages, in the order of the calls."""


class Style(Protocol):
    """A way of calling tools in a conversation."""

    @property
    def name(self) -> str:
        """What records call it."""
        ...

    def request(
        self, asked: Sequence[Message], steps: Sequence[Step], tools: Sequence[Tool], sampling: Sampling
    ) -> Request:
        """The next request: the question, and all steps so far."""
        ...

    def read(self, response: Response) -> Said:
        """What the model said and called."""
        ...


def style_of(way: Way, model: Model) -> Style:
    """The style asked for; `auto` is native where the model has tool calls of its own, and none of them
    where it is an agent that has its own tools alone."""
    if way == "auto" and brings_tools(model):
        return Hidden()
    if way == "native" or (way == "auto" and "tools" in offered(model)):
        return Native()
    return React() if way == "react" else AsJson()


@dataclass(frozen=True)
class Native:
    """Calls as the endpoint has them."""

    name: str = "native"

    def request(
        self, asked: Sequence[Message], steps: Sequence[Step], tools: Sequence[Tool], sampling: Sampling
    ) -> Request:
        """The conversation as it is, with the tools beside it."""
        said = (message for step in steps for message in (step.said.message, *step.results))
        return Request(messages=(*asked, *said), sampling=sampling, tools=tuple(tools))

    def read(self, response: Response) -> Said:
        """What the model says was called; a result that it wrote beside a call is cut off and told."""
        own = RESULTS.search(response.text) if response.calls else None
        if own is None:
            return Said(response.message, response.text)
        kept = response.text[: own.start()].rstrip()
        return Said(replace(response.message, text=kept), kept, invented=True)


@dataclass(frozen=True)
class Hidden(Native):
    """No calls of ours: the model runs tools of its own, and reports of them what it likes."""

    name: str = "hidden"

    def request(
        self, asked: Sequence[Message], steps: Sequence[Step], tools: Sequence[Tool], sampling: Sampling
    ) -> Request:
        """The conversation alone."""
        return super().request(asked, steps, (), sampling)


@dataclass(frozen=True)
class AsJson:
    """Calls as JSON objects in the text."""

    name: str = "json"

    def request(
        self, asked: Sequence[Message], steps: Sequence[Step], tools: Sequence[Tool], sampling: Sampling
    ) -> Request:
        """The tools in the system text, results as the user's turns."""
        told = above(asked, JSON_RULES.format(tools=listed(tools))) if tools else tuple(asked)
        messages = [*in_words(told)]
        for step in steps:
            messages.append(assistant(step.said.written))
            answered = "\n".join(_tool_response(step.said.message, result) for result in step.results)
            messages += [user(answered)] if answered else []
        return Request(messages=tuple(messages), sampling=_stopping(sampling, JSON_STOP, tools))

    def read(self, response: Response) -> Said:
        """The objects that are calls; text without one is the answer."""
        parts = split(response.text, response.thought)
        found = json_calls(parts.answer)
        if not found.calls:
            return Said(_message(response, parts.answer, parts.thought), response.text)
        shown = parts.answer.find("<tool_response>")
        rest = parts.answer[found.end :].replace("</tool_call>", "").strip(" \n`]")
        written = parts.answer if shown < 0 else parts.answer[:shown]
        calls = found.calls if shown < 0 else json_calls(written).calls or found.calls
        said = Said(_message(response, found.before, parts.thought, calls), written.rstrip())
        return said._replace(invented=shown >= 0 or bool(rest))


@dataclass(frozen=True)
class React:
    """Calls as lines of thought, action and input; one in a turn."""

    name: str = "react"

    def request(
        self, asked: Sequence[Message], steps: Sequence[Step], tools: Sequence[Tool], sampling: Sampling
    ) -> Request:
        """The tools in the system text, observations as the user's turns."""
        messages = [*in_words(above(asked, REACT_RULES.format(tools=listed(tools))))]
        for step in steps:
            messages.append(assistant(step.said.written))
            seen = "\n".join(f"Observation: {result.text}" for result in step.results)
            messages.append(user(seen or AGAIN))
        return Request(messages=tuple(messages), sampling=_stopping(sampling, REACT_STOP, tools))

    def read(self, response: Response) -> Said:
        """The first action, or the final answer where none comes before it."""
        parts = split(response.text, response.thought)
        found = react(parts.answer)
        thought = "\n\n".join(filter(None, (parts.thought.strip(), _plain(found.before))))
        if found.call is not None:
            message = _message(response, "", thought, (found.call,))
            return Said(message, found.kept, found.invented)
        if found.final is not None:
            return Said(_message(response, found.final, thought), found.kept, found.invented)
        return Said(_message(response, parts.answer, parts.thought), found.kept, found.invented, lost=True)


def above(asked: Sequence[Message], rules: str) -> tuple[Message, ...]:
    """The conversation with rules in its system text."""
    first, *rest = asked
    if first.role == "system":
        return (replace(first, text=f"{first.text}\n\n{rules}"), *rest)
    return (system(rules), *asked)


def in_words(messages: Sequence[Message]) -> list[Message]:
    """A conversation whose calls and results stand in its words, for models that know neither."""
    names = {call.id: call.name for message in messages for call in message.calls}
    return [_in_words(message, names) for message in messages]


def listed(tools: Sequence[Tool]) -> str:
    """Tools as models read them: a line of JSON each."""
    rows = ({"name": t.name, "description": t.description, "parameters": dict(t.parameters)} for t in tools)
    return "\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in rows)


def call_text(call: ToolCall) -> str:
    """A call as a line of JSON."""
    return json.dumps({"name": call.name, "arguments": dict(call.arguments)}, ensure_ascii=False, default=str)


def _in_words(message: Message, names: dict[str, str]) -> Message:
    if message.calls:
        said = "\n".join(filter(None, (message.text, *map(call_text, message.calls))))
        return replace(message, text=said, calls=(), thought="", sealed="")
    if message.role == "tool":
        return user(_response(names.get(message.call_id, ""), message.text))
    return message


def _tool_response(said: Message, result: Message) -> str:
    names: dict[str, Any] = {call.id: call.name for call in said.calls}
    return _response(names.get(result.call_id, ""), result.text)


def _response(name: str, text: str) -> str:
    body = json.dumps({"name": name, "content": text}, ensure_ascii=False)
    return f"<tool_response>\n{body}\n</tool_response>"


def _message(response: Response, text: str, thought: str, calls: tuple[ToolCall, ...] = ()) -> Message:
    return Message(role="assistant", text=text.strip(), thought=thought.strip(), calls=calls)


def _plain(thought: str) -> str:
    return thought.strip().removeprefix("Thought:").strip()


def _stopping(sampling: Sampling, stop: tuple[str, ...], tools: Sequence[Tool]) -> Sampling:
    return replace(sampling, stop=(*sampling.stop, *stop)) if tools else sampling
