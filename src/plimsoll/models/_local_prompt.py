"""A request -> the conversation to render and the text that follows it, for models at hand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from zlib import crc32

from plimsoll.core import Message, ModelError, Need, Request, Response, Tool, ToolCall, replace
from plimsoll.models._written_calls import spoken
from plimsoll.text.thoughts import split

Template = Literal["auto", "chat", "raw"]
"""How messages become text: by the model's chat template, one after the other as they stand, or
whichever of the two the model is made for."""

OFFERS: frozenset[Need] = frozenset({"prefill", "logprobs", "likelihoods"})
"""What these models can give beside text; pictures they cannot, tools where their template has a place."""
WITH_TOOLS: frozenset[Need] = OFFERS | frozenset[Need]({"tools"})
ID = re.compile(r"[A-Za-z0-9]{9}|.+:\d+")
"""Names of calls that templates take as they are: Mistral's, and Kimi's."""
_WITHOUT_THOUGHT: Mapping[str, bool | str] = {
    "enable_thinking": False,
    "thinking": False,
    "reasoning_effort": "low",
}
"""Arguments of chat templates (Qwen and GLM, DeepSeek and Granite, gpt-oss, which cannot do without)."""
MAX_TOKENS = 1024
"""What is generated at most where neither the request nor the model sets a limit."""


class Turns(NamedTuple):
    """A conversation with its open end."""

    messages: tuple[Message, ...]
    prefill: str
    """The reply's beginning, which the model is to continue."""

    tools: tuple[Tool, ...] = ()

    @property
    def chat(self) -> list[dict[str, Any]]:
        """The messages as chat templates read them."""
        return _as_read(self.messages)

    @property
    def one_by_one(self) -> list[dict[str, Any]]:
        """The same with one call in a turn, each before its result, as some templates will have it."""
        return _as_read(list(_apart(self.messages)))

    @property
    def offer(self) -> list[dict[str, Any]]:
        """The tools as chat templates read them."""
        return [_as_function(tool) for tool in self.tools]

    @property
    def raw(self) -> str:
        """The texts alone: the system's first, with a blank line after it, then all others."""
        return "".join((*(text for _, text in self.spoken), self.prefill))

    @property
    def spoken(self) -> list[tuple[str, str]]:
        """The same by their speakers, without the reply's beginning."""
        above = [
            (message.role, f"{message.text}\n\n") for message in self.messages if message.role == "system"
        ]
        others = [(message.role, message.text) for message in self.messages if message.role != "system"]
        return [*above, *others]


def turns(request: Request) -> Turns:
    """Take a request apart. Raises `ModelError` for what these models cannot take."""
    if any(message.images for message in request.messages):
        raise ModelError("this model takes no images")
    last = request.messages[-1] if request.messages else None
    if last is not None and last.role == "assistant" and not last.calls:
        return Turns(request.messages[:-1], last.text, request.tools)
    return Turns(request.messages, "", request.tools)


def answered(response: Response, request: Request, prefill: str) -> Response:
    """A reply to a request with tools: thought, words and calls apart."""
    if not request.tools or request.continuations:
        return response
    parts = split(prefill + response.text)
    said = spoken(parts.answer, request.tools)
    if not said.calls:
        return response
    words = said.text.removeprefix(prefill.strip()).strip()
    return replace(response, text=words, thought=parts.thought, calls=said.calls, finish="tool_calls")


def switches(template: str, request: Request) -> dict[str, bool | str]:
    """What tells a chat template that no thought is wanted, by the names that it asks for."""
    if request.sampling.thinking is not False:
        return {}
    return {name: off for name, off in _WITHOUT_THOUGHT.items() if re.search(rf"\b{name}\b", template)}


def seed_of(request: Request) -> int:
    """The seed of one draw: draws of one request differ, and each can be repeated."""
    seed = request.sampling.seed or 0
    return crc32(f"{seed}:{request.draw}".encode()) if request.draw else seed & 0xFFFFFFFF


def _as_read(messages: Sequence[Message]) -> list[dict[str, Any]]:
    ids: dict[str, str] = {}
    for call in (call for message in messages for call in message.calls):
        ids[call.id] = call.id if ID.fullmatch(call.id) else f"{len(ids) + 1:09d}"
    names = {call.id: call.name for message in messages for call in message.calls}
    return [_as_turn(message, ids, names) for message in messages]


def _as_turn(message: Message, ids: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.calls:
        turn["tool_calls"] = [_as_call(call, ids[call.id]) for call in message.calls]
    if message.thought and message.calls:
        turn["reasoning_content"] = message.thought
    if message.role == "tool":
        known = message.call_id in ids
        turn["tool_call_id"] = ids[message.call_id] if known else f"{0:09d}"
        turn["name"] = (names[message.call_id] if known else "") or "unknown"
    return turn


def _as_call(call: ToolCall, name: str) -> dict[str, Any]:
    function = {"name": call.name or "unknown", "arguments": dict(call.arguments)}
    return {"id": name, "type": "function", "function": function}


def _as_function(tool: Tool) -> dict[str, Any]:
    parameters = dict(tool.parameters) or {"type": "object", "properties": {}}
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return {"type": "function", "function": function}


def _apart(messages: Sequence[Message]) -> Iterator[Message]:
    """A turn of several calls as several turns, each followed by its result."""
    results = {message.call_id: message for message in messages if message.role == "tool"}
    for message in messages:
        if len(message.calls) > 1:
            for place, call in enumerate(message.calls):
                yield replace(message, calls=(call,), text="" if place else message.text)
                if call.id in results:
                    yield results.pop(call.id)
        elif message.role != "tool" or results.get(message.call_id) is message:
            yield message
