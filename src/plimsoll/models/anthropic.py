"""Request -> response over Anthropic's Messages API.

The key comes from `ANTHROPIC_API_KEY`, another address from `-M base_url=` or `ANTHROPIC_BASE_URL`.
The API reports no log-probabilities, so multiple choice is answered by `generation`. Thoughts are
handed back with the signatures that they came with; unsigned ones it would refuse, so they stay here.
"""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Annotated, Any, ClassVar

from msgspec import Struct

from plimsoll.core import (
    Finish,
    Image,
    Message,
    Need,
    Request,
    Response,
    Tool,
    ToolCall,
    Usage,
    UserError,
    decoding,
    replace,
)
from plimsoll.models._access import (
    checked_timeout,
    headers_from,
    json_object,
    key_from,
    names_in,
    refuse_key,
)
from plimsoll.models._address import checked_url, joined, revision_of
from plimsoll.models._http import Endpoint, Trouble
from plimsoll.models._kept_thoughts import without_thought
from plimsoll.models._manners import Manners
from plimsoll.models._reading import decoded, encoded
from plimsoll.models._signed_thoughts import Thinking, sealed, thinking_blocks
from plimsoll.models._terms import Terms
from plimsoll.models._withheld import is_withholding
from plimsoll.registry import WAY, model

ANTHROPIC = "https://api.anthropic.com"
ANTHROPIC_KEY = "ANTHROPIC_API_KEY"
VERSION = "2023-06-01"
"""The API's version header."""
MAX_TOKENS = 1024
"""Sent where the request names none: the API demands a number."""

FINISHES: Mapping[str | None, Finish] = {
    None: "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}


class Block(Thinking, frozen=True):
    """A piece of the reply: text, thinking or a tool call."""

    text: str = ""
    id: str = ""
    name: str = ""
    input: Mapping[str, Any] = {}


class Tokens(Struct, frozen=True):
    """What a call cost; cached input is counted beside `input_tokens`, not in it."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None

    def usage(self, seconds: float) -> Usage:
        """The same in our words."""
        read, written = self.cache_read_input_tokens or 0, self.cache_creation_input_tokens or 0
        return Usage(
            input_tokens=self.input_tokens + read + written,
            cached_tokens=read,
            output_tokens=self.output_tokens,
            seconds=seconds,
        )


class Reply(Struct, frozen=True):
    """The reply to a messages request."""

    content: list[Block] | None = None
    stop_reason: str | None = None
    usage: Tokens = Tokens()
    error: Trouble | None = None


REPLY = decoding.Decoder(Reply)


class Anthropic:
    """A model behind the Messages API."""

    offers: ClassVar[frozenset[Need]] = frozenset({"images", "tools", "prefill"})

    def __init__(
        self,
        model_id: str,
        endpoint: Endpoint,
        *,
        revision: str = "",
        extra: Mapping[str, Any] | None = None,
        omit: frozenset[str] = frozenset(),
    ) -> None:
        """`extra` is added to every body; fields in `omit` are never sent."""
        self.model_id = model_id
        self.name = f"anthropic/{model_id}"
        self.revision = revision
        self._endpoint = endpoint
        self._extra = dict(extra or {})
        self._omit = omit
        self._terms = Terms(Manners())

    @property
    def endpoint(self) -> str:
        """Scheme, host, port and account: models of one endpoint share its limit."""
        return self._endpoint.name

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    async def generate(self, request: Request) -> Response:
        """Answer one request."""
        return await self._terms.asked(partial(self._ask, request), partial(self._body, request))

    async def _ask(self, request: Request, manners: Manners) -> Response:
        body = self._body(request, manners)
        start = perf_counter()
        received = await self._endpoint.post(encoded(body))
        reply = decoded(received, REPLY, self._endpoint.secrets)
        if reply.content is None:
            raise self._endpoint.trouble(reply.error, received)
        response = _response_of(reply, reply.content, perf_counter() - start)
        self._terms.accept(body)
        notes = manners.notes(request) if manners.said else ()
        return self._endpoint.blanked(replace(response, notes=notes) if notes else response)

    def _body(self, request: Request, manners: Manners) -> dict[str, Any]:
        sampling = request.sampling
        longest = sampling.max_tokens or MAX_TOKENS
        body: dict[str, Any] = {
            "model": self.model_id,
            "max_tokens": min(longest, manners.longest or longest),
            "messages": _wire_messages(request.messages, manners),
        }
        system = "\n\n".join(message.text for message in request.messages if message.role == "system")
        asked = {
            "system": system or None,
            "temperature": None
            if sampling.temperature is None
            else max(manners.coldest, sampling.temperature),
            "top_p": sampling.top_p,
            "stop_sequences": sampling.stop or None,
            "tools": [_wire_tool(tool) for tool in request.tools] or None,
        }
        body |= {field: value for field, value in asked.items() if value is not None}
        unsent = self._omit | manners.without
        return {field: value for field, value in body.items() if field not in unsent} | self._extra


@model
def anthropic(
    model_id: str = "",
    *,
    base_url: Annotated[str, WAY] = "",
    api_key_env: Annotated[str, WAY] = ANTHROPIC_KEY,
    timeout: Annotated[float, WAY] = 60.0,
    headers: str = "",
    extra: str = "",
    omit: str = "",
    api_key: str = "",
) -> Anthropic:
    """Claude models over the Messages API."""
    refuse_key(api_key, api_key_env)
    if not model_id:
        raise UserError("anthropic needs a model: write anthropic/NAME, as the endpoint calls it")
    address = base_url or os.environ.get("ANTHROPIC_BASE_URL", "").strip() or ANTHROPIC
    base = checked_url(address)
    keyless = address != ANTHROPIC and api_key_env == ANTHROPIC_KEY
    key = key_from(api_key_env, needed_by="" if keyless else f"anthropic/{model_id}")
    asked = headers_from(headers)
    opened = {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})
    endpoint = Endpoint(
        joined(base, "messages" if base.path.rstrip("/").endswith("/v1") else "v1/messages"),
        headers={**opened, **asked.values},
        secrets=(key, *asked.secrets),
        timeout=checked_timeout(timeout),
        account=api_key_env if key else "",
    )
    body = json_object(extra, "extra")
    return Anthropic(
        model_id,
        endpoint,
        revision=revision_of(base, extra=body),
        extra=body,
        omit=names_in(omit),
    )


def _wire_messages(messages: Sequence[Message], manners: Manners) -> list[dict[str, Any]]:
    """The turns as the API reads them: no system, tool results said by the user, roles alternating."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"].extend(blocks)
        else:
            turns.append({"role": role, "content": blocks})
    if turns and turns[-1]["role"] == "assistant":
        _trim(turns[-1]["content"])
    return turns if manners.thoughts else [without_thought(turn) for turn in turns]


def _trim(blocks: list[dict[str, Any]]) -> None:
    """The API refuses a prefill that ends in white space."""
    if blocks and blocks[-1]["type"] == "text":
        blocks[-1]["text"] = blocks[-1]["text"].rstrip()


def _blocks(message: Message) -> list[dict[str, Any]]:
    if message.role == "tool":
        failed = {"is_error": True} if message.error else {}
        return [{"type": "tool_result", "tool_use_id": message.call_id, "content": message.text, **failed}]
    text = [{"type": "text", "text": message.text}] if message.text else []
    thoughts = thinking_blocks(message.thought, message.sealed) if message.role == "assistant" else []
    return [*thoughts, *text, *map(_image, message.images), *map(_called, message.calls)]


def _image(image: Image) -> dict[str, Any]:
    if image.url:
        return {"type": "image", "source": {"type": "url", "url": image.url}}
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.data}}


def _called(call: ToolCall) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}


def _wire_tool(tool: Tool) -> dict[str, Any]:
    schema = dict(tool.parameters) or {"type": "object", "properties": {}}
    return {"name": tool.name, "description": tool.description, "input_schema": schema}


def _response_of(reply: Reply, blocks: Sequence[Block], seconds: float) -> Response:
    return Response(
        text="".join(block.text for block in blocks if block.type == "text"),
        thought="".join(block.thinking for block in blocks if block.type == "thinking"),
        sealed=sealed(blocks),
        calls=tuple(
            ToolCall(id=block.id, name=block.name, arguments=block.input)
            for block in blocks
            if block.type == "tool_use"
        ),
        finish=_finish_of(reply.stop_reason),
        usage=reply.usage.usage(seconds),
    )


def _finish_of(reason: str | None) -> Finish:
    known = FINISHES.get(reason)
    return known or ("blocked" if reason and is_withholding(reason) else "stop")
