"""An agent behind an OpenAI-compatible endpoint, with tools of its own -> model: `agent_endpoint/NAME`.

It is sent messages and no tools. What it called inside is read where it reports it: chat messages under
`steps` (of the message or of the whole reply), `executed_tools` as Groq's systems have them, or `tool_calls`
beside a finished answer. An agent that reports nothing is judged by what it says.
"""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Struct

from plimsoll.core import Message, Need, Request, Response, ToolCall, Usage, UserError, decoding, replace
from plimsoll.models import _chat
from plimsoll.models._access import checked_timeout, headers_from, json_object, key_from, refuse_key
from plimsoll.models._address import checked_url, joined, revision_of
from plimsoll.models._http import Endpoint
from plimsoll.models._reported import MOST, message_of
from plimsoll.models.openai import OPENAI_KEY, OpenAI
from plimsoll.registry import WAY, model
from plimsoll.text.calls import as_arguments


class _Turn(Struct, frozen=True):
    steps: list[dict[str, Any]] | None = None
    executed_tools: list[dict[str, Any]] | None = None


class _Choice(Struct, frozen=True):
    message: _Turn | None = None


class _Reply(Struct, frozen=True):
    choices: list[_Choice] | None = None
    steps: list[dict[str, Any]] | None = None


REPLY = decoding.Decoder(_Reply)


class AgentEndpoint(OpenAI):
    """An agent behind a chat endpoint."""

    able: ClassVar[frozenset[Need]] = frozenset({"images"})
    own_tools: ClassVar[bool] = True

    async def generate(self, request: Request) -> Response:
        """What the agent says, and what it reports of its steps."""
        return await super().generate(replace(request, tools=(), continuations=(), logprobs=0))

    def _read(self, choice: _chat.Choice, usage: Usage, received: bytes) -> Response:
        response = super()._read(choice, usage, received)
        steps = tuple(_steps(received))
        if response.calls:
            calls = (replace(call, arguments=as_arguments(call.arguments)) for call in response.calls)
            steps = (*steps, Message(role="assistant", calls=tuple(calls)))
        return replace(response, steps=steps, calls=(), finish="stop" if response.calls else response.finish)


@model
def agent_endpoint(
    model_id: str = "",
    *,
    base_url: Annotated[str, WAY] = "",
    api_key_env: Annotated[str, WAY] = "",
    timeout: Annotated[float, WAY] = 300.0,
    headers: str = "",
    extra: str = "",
    version: str = "",
    api_key: str = "",
) -> AgentEndpoint:
    """An agent with tools of its own behind an OpenAI-compatible endpoint: agent_endpoint/NAME.

    Args:
        model_id: The name that the endpoint knows the agent by.
        base_url: Address of the endpoint, up to `/v1`.
        api_key_env: Environment variable that holds the key.
        timeout: Seconds that an answer may take, all steps inside it included.
        headers: Further headers, as a JSON object.
        extra: Further fields of every body, as a JSON object.
        version: Tells agents of the same name apart: another release of it.
        api_key: No place for a key: refused with a word on where it goes.
    """
    refuse_key(api_key, api_key_env or OPENAI_KEY)
    address = base_url or os.environ.get("OPENAI_BASE_URL", "").strip()
    if not (model_id and address):
        raise UserError(
            "agent_endpoint needs a name and an address: agent_endpoint/NAME -M base_url=http://..."
        )
    base = checked_url(address)
    variable = api_key_env or OPENAI_KEY
    key = key_from(variable, needed_by=f"agent_endpoint/{model_id}" if api_key_env else "")
    asked = headers_from(headers)
    endpoint = Endpoint(
        joined(base, "chat/completions"),
        headers={**({"Authorization": f"Bearer {key}"} if key else {}), **asked.values},
        secrets=(key, *asked.secrets),
        timeout=checked_timeout(timeout),
        account=variable if key else "",
    )
    body = json_object(extra, "extra")
    revision = f"{revision_of(base, api='', extra=body)} {version}".strip()
    made = AgentEndpoint(model_id, endpoint, revision=revision, extra=body)
    made.name = f"agent_endpoint/{model_id}"
    return made


def _steps(received: bytes) -> Iterator[Message]:
    """The steps that a reply reports, in the order reported."""
    try:
        reply = REPLY.decode(received)
    except msgspec.DecodeError:
        return
    turn = (reply.choices[0].message if reply.choices else None) or _Turn()
    yield from (message_of(each) for each in (turn.steps or reply.steps or ())[:MOST])
    for number, each in enumerate((turn.executed_tools or ())[:MOST], 1):
        yield from _executed(each, f"executed_{number}")


def _executed(done: Mapping[str, Any], call_id: str) -> Iterator[Message]:
    """A tool that was run inside: the call and its result."""
    name = str(done.get("name") or done.get("type") or "tool")
    call = ToolCall(id=call_id, name=name, arguments=as_arguments(done.get("arguments")))
    yield Message(role="assistant", calls=(call,))
    output = done.get("output")
    if output is not None:
        yield replace(message_of({"role": "tool", "content": _written(output)}), call_id=call_id)


def _written(output: Any) -> str:
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
