"""Request -> response over any OpenAI-compatible chat or completions endpoint.

Serves OpenAI, vLLM, SGLang, llama.cpp, Ollama, DeepSeek, DashScope and their like. The address
comes from `-M base_url=`, else `OPENAI_BASE_URL`; the key only ever from the environment.

Multiple choice: the completions API is asked to weigh the continuations themselves
(`loglikelihood`); where it does not repeat the prompt with log-probabilities, and in the chat API,
the likeliest first tokens are read (`first_token`); an endpoint without log-probabilities is left
to say its letter (`generation`). What an endpoint turns down is not asked of it again.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from time import perf_counter
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import SplitResult

from plimsoll.core import ModelError, Need, Request, Response, Usage, UserError, replace
from plimsoll.models import _chat, _completions
from plimsoll.models._access import (
    checked_timeout,
    headers_from,
    json_object,
    key_from,
    names_in,
    refuse_key,
)
from plimsoll.models._address import checked_url, joined, revision_of
from plimsoll.models._faults import Rejected, ServerFault, Withheld
from plimsoll.models._first_letter import Place, has_tie, weigh
from plimsoll.models._http import Endpoint, is_said
from plimsoll.models._manners import Manners
from plimsoll.models._reading import decoded, encoded, held_in, in_one
from plimsoll.models._terms import Terms
from plimsoll.models._thinking import switch_of
from plimsoll.models._told_tokens import told
from plimsoll.models._withheld import is_emptied, is_withheld
from plimsoll.registry import WAY, model
from plimsoll.text.thoughts import answer_of

OPENAI = "https://api.openai.com/v1"
OPENAI_KEY = "OPENAI_API_KEY"
OK = 200
INTERVENED = "INTERVENED"
"""What Amazon Bedrock says beside a reply that its guardrail wrote."""
Reply = _chat.Completion | _completions.TextCompletion

Api = Literal["chat", "completions"]
Logprobs = Literal["auto", "first_token", "off"]
"""`first_token` does without the completions API's weighing of the prompt, which some servers lack
the memory for; `off` asks for text only."""
TokensField = Literal["auto", "max_tokens", "max_completion_tokens"]
"""The two names that endpoints have for the longest reply."""


class OpenAI:
    """A model behind a chat endpoint."""

    able: ClassVar[frozenset[Need]] = frozenset({"images", "tools", "prefill", "logprobs"})
    """What endpoints of this kind can give."""

    def __init__(
        self,
        model_id: str,
        endpoint: Endpoint,
        *,
        revision: str = "",
        manners: Manners | None = None,
        extra: Mapping[str, Any] | None = None,
        omit: frozenset[str] = frozenset(),
        switch: Mapping[str, Any] | None = None,
    ) -> None:
        """`extra` is added to every body, `switch` where no thought is wanted; `omit` is never sent."""
        self.model_id = model_id
        self.name = f"openai/{model_id}"
        self.revision = revision
        self._endpoint = endpoint
        self._extra = dict(extra or {})
        self._omit = omit
        self._switch = dict(switch or {})
        self._terms = Terms(manners or Manners())

    @property
    def endpoint(self) -> str:
        """Scheme, host, port and account: models of one endpoint share its limit."""
        return self._endpoint.name

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    async def generate(self, request: Request) -> Response:
        """Answer a request, weighing its continuations by the best means there is."""
        return await self._terms.asked(partial(self._ask, request), partial(self._body, request))

    @property
    def offers(self) -> frozenset[Need]:
        """What the endpoint can be asked for; log-probabilities until it has turned them down."""
        return self.able if self._terms.manners.top_logprobs else self.able - {"logprobs", "likelihoods"}

    @staticmethod
    def _tops(request: Request, manners: Manners) -> int:
        """How many likeliest tokens are asked for at each place: all there are to weigh options by."""
        return manners.top_logprobs if request.continuations else min(request.logprobs, manners.top_logprobs)

    async def _ask(self, request: Request, manners: Manners) -> Response:
        body = self._body(request, manners)
        start = perf_counter()
        received = await self._post(body)
        reply = decoded(received, _chat.COMPLETION, self._endpoint.secrets)
        seconds = perf_counter() - start
        if not reply.choices:
            reply = decoded(held_in(received), _chat.COMPLETION, self._endpoint.secrets)
        if not reply.choices:
            raise self._unanswered(reply, received)
        choice = reply.choices[0]
        if choice.error is not None and is_said(choice.error):
            raise self._endpoint.trouble(choice.error, received)
        usage = reply.usage.usage(seconds) if reply.usage else _chat.NO_USAGE
        response = self._finished(self._read(choice, usage, received), request, manners, body)
        if reply.guardrail == INTERVENED:
            return replace(response, finish="blocked")
        if choice.logprobs is None or not self._tops(request, manners):
            return response
        return _with_places(response, request, choice.logprobs.places)

    def _read(self, choice: _chat.Choice, usage: Usage, received: bytes) -> Response:
        return _chat.response_of(choice, usage, received)

    def _finished(
        self, response: Response, request: Request, manners: Manners, body: Mapping[str, Any]
    ) -> Response:
        """The response with what must be said of it."""
        self._terms.accept(body)
        notes = manners.notes(request) if manners.said else ()
        return self._endpoint.blanked(replace(response, notes=notes) if notes else response)

    def _unanswered(self, reply: Reply, received: bytes) -> ModelError:
        """What a reply without a choice means."""
        if reply.error is not None and is_said(reply.error):
            return self._endpoint.trouble(reply.error, received)
        if reply.choices is not None or is_emptied(received) or is_withheld(OK, received):
            return Withheld("the reply holds no choice")
        return self._endpoint.trouble(None, received)

    async def _post(self, body: Mapping[str, Any]) -> bytes:
        return in_one(await self._endpoint.post(encoded(body)))

    def _body(self, request: Request, manners: Manners) -> dict[str, Any]:
        """All that is sent."""
        body = self._sampled(request, manners)
        body["messages"] = _chat.wire_messages(request.messages, manners)
        if request.tools:
            body["tools"] = [_chat.wire_tool(tool) for tool in request.tools]
        if tops := self._tops(request, manners):
            body["logprobs"] = True
            body["top_logprobs"] = tops
        if request.sampling.thinking is False and manners.switch:
            body.update(self._switch)
        if request.schema and manners.schema:
            body["response_format"] = _chat.wire_schema(request.schema)
        return self._adjusted(body, manners)

    def _sampled(self, request: Request, manners: Manners) -> dict[str, Any]:
        sampling = request.sampling
        body: dict[str, Any] = {"model": self.model_id}
        if sampling.max_tokens is not None:
            longest = manners.longest or sampling.max_tokens
            body[manners.tokens_field] = min(sampling.max_tokens, longest)
        if sampling.temperature is not None:
            body["temperature"] = max(manners.coldest, sampling.temperature)
        if sampling.top_p is not None:
            body["top_p"] = sampling.top_p
        if sampling.seed is not None:
            body["seed"] = sampling.seed + request.draw
        if sampling.stop:
            body["stop"] = sampling.stop
        return body

    def _adjusted(self, body: dict[str, Any], manners: Manners) -> dict[str, Any]:
        """The body as this endpoint takes it, with what the user adds and leaves out."""
        if manners.stream:
            body["stream"] = True
            if manners.counted:
                body["stream_options"] = {"include_usage": True}
        for field in self._omit | manners.without:
            body.pop(field, None)
        body.update(self._extra)
        return body


class OpenAIText(OpenAI):
    """A model behind a completions endpoint: text in, text out, no roles."""

    able: ClassVar[frozenset[Need]] = frozenset({"prefill", "logprobs", "likelihoods"})

    async def _ask(self, request: Request, manners: Manners) -> Response:
        if request.continuations and manners.top_logprobs and manners.echo:
            response = await self._weigh_whole(request)
            if response is None:
                self._terms.manners = replace(self._terms.manners, echo=False)
            elif response.loglikelihoods:
                return response
        return await self._complete(request, manners)

    async def _weigh_whole(self, request: Request) -> Response | None:
        """Have the prompt repeated with each continuation; nothing where that is not served.

        A tie is no answer: the response has no weights then.
        """
        prompt = _completions.prompt_of(request.messages)
        body: dict[str, Any] = {
            "model": self.model_id,
            "prompt": [prompt + continuation for continuation in request.continuations],
            "max_tokens": 1,
            "temperature": 0.0,
            "logprobs": 1,
            "echo": True,
        }
        try:
            reply, usage = await self._texts(self._adjusted(body, Manners()))
        except Rejected:
            return None
        except ServerFault:
            if "echo" in self._terms.accepted:
                raise
            return None
        self._terms.accept(body)
        weights = _completions.echoed(reply, prompt, request.continuations)
        if not weights:
            return None
        if has_tie(weights):
            return Response(usage=usage)
        best = request.continuations[weights.index(max(weights))]
        return Response(text=best, loglikelihoods=weights, means="loglikelihood", usage=usage)

    def _lead(self, request: Request, manners: Manners) -> str:
        return _completions.lead_of(request.continuations) if self._tops(request, manners) else ""

    def _body(self, request: Request, manners: Manners) -> dict[str, Any]:
        body = self._sampled(request, manners)
        body["prompt"] = _completions.prompt_of(request.messages) + self._lead(request, manners)
        if tops := self._tops(request, manners):
            body["logprobs"] = tops
        return self._adjusted(body, manners)

    async def _complete(self, request: Request, manners: Manners) -> Response:
        body = self._body(request, manners)
        replies, usage = await self._texts(body)
        plain = _completions.response_of(replies[0], usage, self._lead(request, manners))
        response = self._finished(plain, request, manners, body)
        logprobs = replies[0].logprobs
        if logprobs is None or not self._tops(request, manners):
            return response
        return _with_places(response, request, logprobs.places)

    async def _texts(self, body: Mapping[str, Any]) -> _completions.Texts:
        start = perf_counter()
        received = await self._post(body)
        reply = decoded(received, _completions.TEXT_COMPLETION, self._endpoint.secrets)
        if not reply.choices:
            raise self._unanswered(reply, received)
        error = reply.choices[0].error
        if error is not None and is_said(error):
            raise self._endpoint.trouble(error, received)
        usage = (reply.usage or _chat.Tokens()).usage(perf_counter() - start)
        return _completions.Texts(reply.choices, usage)


@model
def openai(
    model_id: str = "",
    *,
    base_url: Annotated[str, WAY] = "",
    api: Api = "chat",
    api_key_env: Annotated[str, WAY] = "",
    timeout: Annotated[float, WAY] = 60.0,
    logprobs: Logprobs = "auto",
    top_logprobs: int = 20,
    max_tokens_field: Annotated[TokensField, WAY] = "auto",
    headers: str = "",
    extra: str = "",
    omit: str = "",
    no_thinking: str = "",
    api_key: str = "",
) -> OpenAI:
    """Any OpenAI-compatible endpoint: OpenAI, vLLM, SGLang, llama.cpp, Ollama, DeepSeek, DashScope."""
    refuse_key(api_key, api_key_env or OPENAI_KEY)
    if not model_id:
        raise UserError("openai needs a model: write openai/NAME, as the endpoint calls it")
    address = base_url or os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI
    base = checked_url(address)
    keyless = address != OPENAI and not api_key_env
    variable = api_key_env or OPENAI_KEY
    key = key_from(variable, needed_by="" if keyless else f"openai/{model_id}")
    bearer = {"Authorization": f"Bearer {key}"} if key else {}
    asked = headers_from(headers)
    endpoint = Endpoint(
        joined(base, "chat/completions" if api == "chat" else "completions"),
        headers={**bearer, **asked.values},
        secrets=(key, *asked.secrets),
        timeout=checked_timeout(timeout),
        account=variable if key else "",
    )
    body = json_object(extra, "extra")
    given = json_object(no_thinking, "no_thinking")
    kind = OpenAI if api == "chat" else OpenAIText
    return kind(
        model_id,
        endpoint,
        revision=revision_of(base, api="" if api == "chat" else api, extra={**body, **_named(given)}),
        manners=Manners(
            top_logprobs=0 if logprobs == "off" else top_logprobs,
            tokens_field=_tokens_field(max_tokens_field, base, api),
            echo=logprobs == "auto",
        ),
        extra=body,
        omit=names_in(omit),
        switch=given or switch_of(model_id, base),
    )


def _named(switch: Mapping[str, Any]) -> dict[str, Any]:
    return {"no_thinking": dict(switch)} if switch else {}


def _tokens_field(written: TokensField, base: SplitResult, api: Api) -> str:
    if written != "auto":
        return written
    own = base.hostname == "api.openai.com" and api == "chat"
    return "max_completion_tokens" if own else "max_tokens"


def _with_places(response: Response, request: Request, places: Callable[[], Iterable[Place]]) -> Response:
    response = told(response, request, places())
    if not request.continuations or response.thought or response.calls or response.finish == "blocked":
        return response
    if answer_of(response.text) != response.text:
        return response
    try:
        weights = weigh(request.continuations, places(), response.text)
    except (ValueError, RecursionError):
        return response
    return replace(response, loglikelihoods=weights, means="first_token") if weights else response
