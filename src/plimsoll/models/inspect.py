"""Any model that Inspect AI can reach -> a model of ours: `inspect/<provider>/<model>`.

The provider is called directly: retries, limits and caching are our layers' work, and Inspect's
own would count twice. Under `inspect eval` the bridge hands in another way of asking.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from importlib import import_module, metadata
from typing import Annotated, Any, cast

import msgspec

from plimsoll.core import (
    OF_A_MODEL,
    ContextExceeded,
    Denied,
    Finish,
    Message,
    MissingExtra,
    ModelError,
    Need,
    Overloaded,
    PlimsollError,
    Request,
    Response,
    Tool,
    ToolCall,
    TransientError,
    Usage,
    UserError,
    decoding,
    replace,
)
from plimsoll.models._address import checked_url, revision_of
from plimsoll.models._first_letter import Read, weigh
from plimsoll.models._signed_thoughts import Thinking, sealed
from plimsoll.models._told_tokens import told
from plimsoll.models.inspect_messages import as_inspect
from plimsoll.registry import WAY, model

Ask = Callable[[list[Any], list[Any], Any], Awaitable[Any]]
"""Inspect's messages, tools and config -> Inspect's output."""

ROLES = ("system", "user", "assistant", "tool")
FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "max_tokens": "length",
    "model_length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "blocked",
}


def library(name: str = "inspect_ai") -> Any:
    """A module of Inspect AI. Raises `MissingExtra` where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise MissingExtra("inspect", "inspect") from None


class InspectModel:
    """One of Inspect's models, asked our way."""

    def __init__(
        self, *, name: str, revision: str, ask: Ask, close: Callable[[], Any], top_logprobs: int
    ) -> None:
        """`ask` brings a request to the provider; `top_logprobs` is 0 where they are not to be had."""
        self.name = name
        self.revision = revision
        self.top_logprobs = top_logprobs
        self._ask = ask
        self._close = close

    @property
    def offers(self) -> frozenset[Need]:
        """All that providers may give, log-probabilities unless they were switched off."""
        able = OF_A_MODEL - {"weights", "likelihoods"}
        return able if self.top_logprobs else able - {"logprobs"}

    async def generate(self, request: Request) -> Response:
        """Ask, and read the output."""
        output = await self._ask(
            inspect_messages(request.messages),
            [_inspect_tool(tool) for tool in request.tools],
            self._config(request),
        )
        return _weighed(response_of(output), request, output)

    async def close(self) -> None:
        """Close the provider's client."""
        closing = self._close()
        if closing is not None:
            await closing

    def _config(self, request: Request) -> Any:
        sampling = request.sampling
        top = self.top_logprobs if request.continuations else min(request.logprobs, self.top_logprobs)
        return library("inspect_ai.model").GenerateConfig(
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            seed=sampling.seed,
            stop_seqs=list(sampling.stop) or None,
            logprobs=True if top else None,
            top_logprobs=top or None,
        )


@model
def inspect(
    model_id: str = "", *, base_url: Annotated[str, WAY] = "", arguments: str = "", top_logprobs: int = 20
) -> InspectModel:
    """Any provider of Inspect AI, as in `inspect/mistral/mistral-large-latest`."""
    if "/" not in model_id:
        raise UserError(f"inspect/{model_id} names no provider: write inspect/<provider>/<model>")
    if not 0 <= top_logprobs <= 20:
        raise UserError(f"top_logprobs of inspect takes 0 to 20, not {top_logprobs}")
    given = _arguments(arguments)
    library()
    try:
        inner = library("inspect_ai.model").get_model(
            model_id, base_url=base_url or None, memoize=False, **given
        )
    except MissingExtra:
        raise
    except Exception as error:  # whatever a provider raises here is about its set-up
        raise UserError(f"Inspect cannot set up {model_id!r}: {_said(error)}") from error
    return InspectModel(
        name=f"inspect/{model_id}",
        revision=_revision(base_url, given),
        ask=direct(inner),
        close=inner.api.aclose,
        top_logprobs=top_logprobs,
    )


def _arguments(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        given = decoding.decode(text, dict[str, Any])
    except msgspec.DecodeError as error:
        raise UserError(
            f"arguments of inspect takes a JSON object such as '{{\"stream\": true}}', not {text!r}: {error}"
        ) from None
    for key in given:
        if re.search(r"key|token$|secret|password", key):
            raise UserError(f"{key!r} does not belong into arguments: put keys into the environment")
    return given


def _revision(base_url: str, given: dict[str, Any]) -> str:
    pieces = [f"inspect-ai {metadata.version('inspect-ai')}"]
    if base_url:
        pieces.append(revision_of(checked_url(base_url)))
    if given:
        pieces.append(json.dumps(given, sort_keys=True))
    return " ".join(filter(None, pieces))


def direct(inner: Any) -> Ask:
    """Ask the provider itself, its errors told apart by its own knowledge of them."""
    api = offline(inner.api)

    async def ask(messages: list[Any], tools: list[Any], config: Any) -> Any:
        config = inner.config.merge(config)
        if config.max_tokens is None:
            config.max_tokens = api.max_tokens_for_config(config) or api.max_tokens()
        try:
            output = await api.generate(_collapsed(messages, api), tools, "auto", config)
        except Exception as error:
            raise _mapped(error, api) from error
        result: Any = cast("tuple[Any, ...]", output)[0] if isinstance(output, tuple) else output
        if isinstance(result, Exception):
            raise _mapped(result, api) from result
        return result

    return ask


def offline(api: Any) -> Any:
    """The provider, where it is Inspect's mock kept from fetching a vocabulary to count tokens by."""
    if type(api).__name__ == "MockLLM":
        api.count_text_tokens = _estimated_tokens
    return api


async def _estimated_tokens(text: str) -> int:
    return len(text) // 4 + 1


def _mapped(error: Exception, api: Any) -> PlimsollError:
    status = getattr(error, "status_code", getattr(error, "code", None))
    message = _said(error)
    if isinstance(error, PlimsollError):
        return error
    if type(error).__name__ == "PrerequisiteError":
        return UserError(message)
    if status in (401, 403) or api.is_auth_failure(error):
        return Denied(message)
    decision = api.should_retry(error)
    wait = getattr(decision, "retry_after", None)
    if status in (429, 503, 529) or (decision and getattr(decision, "kind", "") == "rate_limit"):
        return Overloaded(message, retry_after=wait)
    if decision or isinstance(error, TimeoutError | ConnectionError):
        return TransientError(message, retry_after=wait)
    return ModelError(message)


def _said(error: Exception) -> str:
    text = re.sub(r"\[/?[a-z ]+\]", "", str(getattr(error, "message", "") or error))
    return f"{type(error).__name__}: {text.strip()}"[:1000]


def _collapsed(messages: list[Any], api: Any) -> list[Any]:
    """Neighbours of one role made one message, for the roles where the provider wants that."""
    roles = {
        role
        for role, wanted in (
            ("user", api.collapse_user_messages()),
            ("assistant", api.collapse_assistant_messages()),
            ("system", api.collapse_system_messages()),
        )
        if wanted
    }
    merged: list[Any] = []
    for message in messages:
        last = merged[-1] if merged else None
        plain = last is not None and isinstance(last.content, str) and isinstance(message.content, str)
        if last is not None and plain and last.role == message.role and message.role in roles:
            merged[-1] = last.model_copy(update={"content": f"{last.content}\n{message.content}"})
        else:
            merged.append(message)
    return merged


def inspect_messages(messages: Iterable[Message]) -> list[Any]:
    """Our messages as Inspect's."""
    library_ = library("inspect_ai.model")
    kinds = {role: getattr(library_, f"ChatMessage{role.capitalize()}") for role in ROLES}
    return [kinds[message.role].model_validate(as_inspect(message)) for message in messages]


def _inspect_tool(tool: Tool) -> Any:
    tools = library("inspect_ai.tool")
    return tools.ToolInfo(
        name=tool.name,
        description=tool.description,
        parameters=tools.ToolParams.model_validate(dict(tool.parameters)),
    )


def response_of(output: Any) -> Response:
    """Inspect's output as a response. Raises `ContextExceeded` where nothing was generated for its sake."""
    if output.error and not output.choices:
        raise ModelError(output.error)
    if not output.choices:
        return Response(usage=usage_of(output))
    choice = output.choices[0]
    # Providers answer a refused over-long request with a made-up completion that bears no usage.
    if choice.stop_reason == "model_length" and not (output.usage and output.usage.output_tokens):
        raise ContextExceeded(output.error or choice.message.text or "the request is too long")
    thoughts = [_thinking(part) for part in choice.message.content_list if part.type == "reasoning"]
    return Response(
        text=choice.message.text,
        thought="".join(each.thinking for each in thoughts),
        sealed=sealed(thoughts),
        calls=tuple(
            ToolCall(id=call.id, name=call.function, arguments=call.arguments)
            for call in choice.message.tool_calls or ()
        ),
        finish=FINISHES.get(choice.stop_reason, "stop"),
        usage=usage_of(output),
    )


def _thinking(part: Any) -> Thinking:
    if part.redacted:
        return Thinking(type="redacted_thinking", data=part.reasoning)
    return Thinking(type="thinking", thinking=part.reasoning, signature=part.signature or "")


def usage_of(output: Any) -> Usage:
    """What an output of Inspect's took, be it from a call or from a log."""
    usage, seconds = output.usage, output.time or 0.0
    if usage is None:
        return Usage(seconds=seconds)
    cached = usage.input_tokens_cache_read or 0
    return Usage(
        input_tokens=usage.input_tokens + cached + (usage.input_tokens_cache_write or 0),
        cached_tokens=cached,
        output_tokens=usage.output_tokens,
        seconds=seconds,
    )


def _alternatives(said: Any) -> dict[str, float]:
    return {top.token: top.logprob for top in said.top_logprobs or ()} | {said.token: said.logprob}


def _weighed(response: Response, request: Request, output: Any) -> Response:
    logprobs = output.choices[0].logprobs if output.choices else None
    if logprobs is None:
        return response
    places = [Read(said.token, partial(_alternatives, said)) for said in logprobs.content]
    response = told(response, request, places)
    weights = weigh(request.continuations, places, response.text) if request.continuations else ()
    return replace(response, loglikelihoods=weights, means="first_token") if weights else response
