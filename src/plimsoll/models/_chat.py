"""`Request` -> the body of a chat completion, and its reply -> `Response` (the OpenAI wire format)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Raw, Struct

from plimsoll.core import Finish, Image, Message, Response, Tool, ToolCall, TransientError, Usage, decoding
from plimsoll.core.message import UNREAD
from plimsoll.models._first_letter import Place
from plimsoll.models._http import Trouble
from plimsoll.models._kept_thoughts import PARTS, hand_back, sealed, without_thought
from plimsoll.models._manners import Manners
from plimsoll.models._withheld import is_emptied, is_withholding

FINISHES: Mapping[str | None, Finish] = {
    None: "stop",
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
BROKEN_OFF = frozenset(
    {
        *(
            "error",
            "failed",
            "network_error",
            "insufficient_system_resource",
            "abort",
            "aborted",
            "cancelled",
        ),
        *("canceled", "timeout", "server_error", "internal_error", "overloaded"),
    }
)
CUT_OFF = re.compile(r"length|max_?(output_?)?tokens|token_?limit|context", re.IGNORECASE)
NO_USAGE = Usage()
THINK, THOUGHT = "<think>", "</think>"
ANALYSIS, FINAL = "analysis", "assistantfinal"
"""What is left of gpt-oss' channels where a server drops its special tokens."""


class Detail(Struct, frozen=True):
    """Where the prompt's tokens came from."""

    cached_tokens: int | None = None


class Tokens(Struct, frozen=True):
    """What a call cost, as the endpoint counts."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: Detail | None = None
    prompt_cache_hit_tokens: int | None = None

    def usage(self, seconds: float) -> Usage:
        """The same in our words."""
        detail = self.prompt_tokens_details
        cached = (detail.cached_tokens if detail else None) or self.prompt_cache_hit_tokens or 0
        return Usage(
            input_tokens=self.prompt_tokens or 0,
            cached_tokens=cached,
            output_tokens=self.completion_tokens or 0,
            seconds=seconds,
        )


class Called(Struct, frozen=True):
    """The function of a tool call."""

    name: str = ""
    arguments: str | dict[str, Any] | None = None


class Call(Struct, frozen=True):
    """A tool call."""

    function: Called = Called()
    id: str | None = None


class Alternative(Struct, frozen=True):
    """A token with its log-probability."""

    token: str
    logprob: float | None = None


class Said(Struct, frozen=True):
    """A token of the reply with the likeliest tokens in its place, unread until they are asked for."""

    token: str = ""
    logprob: float | None = None
    top_logprobs: Raw = Raw(b"null")

    def likely(self) -> dict[str, float]:
        """The alternatives, the token itself always included. Raises `ValueError`."""
        rivals = ALTERNATIVES.decode(self.top_logprobs) or ()
        found = {rival.token: rival.logprob for rival in rivals if rival.logprob is not None}
        if self.logprob is not None:
            found[self.token] = self.logprob
        return found


class Logprobs(Struct, frozen=True):
    """The log-probabilities of a reply, place by place."""

    content: list[Said] | None = None

    def places(self) -> Sequence[Place]:
        """The positions of the reply."""
        return self.content or ()


class Turn(Struct, frozen=True):
    """The message in a reply."""

    content: str | list[dict[str, Any]] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None


class Choice(Struct, frozen=True):
    """One reply of those asked for; we ask for one."""

    message: Turn | None = None
    delta: Turn | None = None
    """In its place, where a whole reply calls itself a piece."""
    text: str | None = None
    """In its place, from servers of the older format."""
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    error: Trouble | str | None = None

    @property
    def turn(self) -> Turn:
        """What was said, wherever it stands."""
        return self.message or self.delta or Turn(content=self.text)


class Completion(Struct, frozen=True, rename={"guardrail": "amazon-bedrock-guardrailAction"}):
    """The reply to a chat request."""

    choices: list[Choice] | None = None
    usage: Tokens | None = None
    error: Trouble | str | None = None
    guardrail: str | None = None


ALTERNATIVES = decoding.Decoder(cast("type[list[Alternative] | None]", list[Alternative] | None))
COMPLETION = decoding.Decoder(Completion)


def wire_messages(messages: Sequence[Message], manners: Manners) -> list[dict[str, Any]]:
    """A conversation as the endpoint reads it; without a system role, what it says goes before the rest."""
    turns = _turns(messages) if manners.system else _turns_without_system(messages)
    return turns if manners.thoughts else [without_thought(turn) for turn in turns]


def _turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [wire_message(message) for message in messages]


def _turns_without_system(messages: Sequence[Message]) -> list[dict[str, Any]]:
    said = "\n\n".join(message.text for message in messages if message.role == "system")
    turns = _turns([message for message in messages if message.role != "system"])
    first = next((turn for turn in turns if turn["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": said}, *turns]
    content = first["content"]
    first["content"] = f"{said}\n\n{content}" if isinstance(content, str) else [*_text_part(said), *content]
    return turns


def wire_message(message: Message) -> dict[str, Any]:
    """A message as the endpoint reads it. The format has no mark for a tool that failed: its text says so."""
    turn: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.images:
        turn["content"] = [*_text_part(message.text), *map(_image_part, message.images)]
    if message.calls:
        turn["tool_calls"] = [_wire_call(call) for call in message.calls]
        turn["content"] = message.text or None
    if message.role == "tool":
        turn["tool_call_id"] = message.call_id
    if message.sealed:
        hand_back(turn, message.thought, message.sealed)
    return turn


def wire_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The form that a reply must have, as the endpoint reads it."""
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}


def wire_tool(tool: Tool) -> dict[str, Any]:
    """A tool as the endpoint reads it."""
    parameters = dict(tool.parameters) or {"type": "object", "properties": {}}
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return {"type": "function", "function": function}


def response_of(choice: Choice, usage: Usage, body: bytes) -> Response:
    """The reply in our words; `body` is looked at where there is no text, for a filter that took it."""
    turn = choice.turn
    given = _thought(turn)
    thought, text = _parted(given.text, _text(turn))
    finish = finish_of(choice.finish_reason)
    if not text and not turn.tool_calls and finish != "blocked" and is_emptied(body):
        finish = "blocked"
    return Response(
        text=text,
        thought=thought,
        sealed=sealed(given.field, turn.reasoning_details),
        calls=tuple(_call(call) for call in turn.tool_calls or ()),
        finish=finish,
        usage=usage,
    )


def finish_of(reason: str | None) -> Finish:
    """Why a reply ended. Raises `TransientError` where the endpoint broke it off."""
    known = FINISHES.get(reason)
    if known is not None or reason is None:
        return known or "stop"
    if reason.lower() in BROKEN_OFF:
        raise TransientError(f"the endpoint broke the reply off ({reason})")
    if is_withholding(reason):
        return "blocked"
    return "length" if CUT_OFF.search(reason) else "stop"


def _text(turn: Turn) -> str:
    if isinstance(turn.content, str):
        return turn.content or turn.refusal or ""
    parts = turn.content or ()
    return "".join(_said(part.get("text") or part.get("refusal")) for part in parts) or turn.refusal or ""


def _said(text: Any) -> str:
    """A part's text, in an object of its own with some."""
    said = cast("Mapping[str, Any]", text).get("value") if isinstance(text, Mapping) else text
    return str(said or "")


class _Thought(NamedTuple):
    field: str
    text: str


def _thought(turn: Turn) -> _Thought:
    """The thought of a reply, and where it stands."""
    if turn.reasoning_content:
        return _Thought("reasoning_content", turn.reasoning_content)
    if turn.reasoning:
        return _Thought("reasoning", turn.reasoning)
    parts = turn.content if isinstance(turn.content, list) else []
    thoughts = [part["thinking"] for part in parts if part.get("thinking")]
    text = "".join(each if isinstance(each, str) else _joined(each) for each in thoughts)
    return _Thought(PARTS if text else "", text)


def _joined(parts: Any) -> str:
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]


def _parted(thought: str, text: str) -> tuple[str, str]:
    """Reasoning that stands in front of the answer, in tags or channels, is no part of the answer."""
    if thought:
        return thought, text
    if text.startswith(THINK):
        inside, _, answer = text[len(THINK) :].partition(THOUGHT)
        return inside.strip(), answer.lstrip()
    if text.startswith(ANALYSIS) and text[len(ANALYSIS) : len(ANALYSIS) + 1].isupper():
        inside, _, answer = text[len(ANALYSIS) :].partition(FINAL)
        return inside.strip(), answer.lstrip()
    return thought, text


def _call(call: Call) -> ToolCall:
    return ToolCall(id=call.id or "", name=call.function.name, arguments=_arguments(call.function.arguments))


def _arguments(written: str | dict[str, Any] | None) -> Mapping[str, Any]:
    """The arguments of a call; what is no JSON object is kept under the key `unread`."""
    if not isinstance(written, str):
        return written or {}
    try:
        return decoding.decode(written or "{}", dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {UNREAD: written}


def _text_part(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}] if text else []


def _image_part(image: Image) -> dict[str, Any]:
    address = image.url or f"data:{image.media_type};base64,{image.data}"
    return {"type": "image_url", "image_url": {"url": address}}


def _wire_call(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}
