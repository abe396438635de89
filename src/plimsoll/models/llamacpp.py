"""GGUF file -> model: llama.cpp in this process, with the embedded SmolLM2 as its default.

Continuations are weighed by their exact log-likelihood: the prompt is tokenised together with each
of them, what they share is evaluated once, and one distribution over the whole vocabulary answers
for every letter. A beginning that requests have in common, such as five examples, is evaluated
once for all of them; the requests that wait are taken in the order that makes most use of it.

Several engines share the file's weights, and each answers one request at a time. One engine that answers
several at once is a quarter quicker, but what it says hangs on what it was asked beside: of 24 replies of 64
tokens, 17 were the same when asked again (docs/design/021-engines-side-by-side.md). The price is memory: each
engine that is needed has a context of its own (the embedded model's takes 190 MB; two engines 700 MB in all,
one 380); `context` makes it smaller, `parallel=1` asks for one.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

from plimsoll.core import (
    ContextExceeded,
    ModelError,
    Need,
    Request,
    Response,
    Sampling,
    Token,
    Usage,
    UserError,
    decoding,
)
from plimsoll.models._llamacpp_server import (
    Completion,
    LlamaServer,
    Position,
    Said,
    Timings,
    cores,
    spare_cores,
    xllamacpp_version,
)
from plimsoll.models._llamacpp_slots import Slots
from plimsoll.models._local_files import EMBEDDED, gguf, is_embedded, revision
from plimsoll.models._local_prompt import (
    MAX_TOKENS,
    OFFERS,
    WITH_TOOLS,
    Template,
    Turns,
    answered,
    seed_of,
    switches,
    turns,
)
from plimsoll.models._local_weighing import LEAST, Step, Tokens, weigh
from plimsoll.models._templates import of_gguf, takes_tools
from plimsoll.models._told_tokens import bounded, ranked
from plimsoll.models._written_calls import MARKS
from plimsoll.registry import WAY, model

PROBABILITIES = 256
"""How many of the likeliest tokens are asked for; where a continuation is not among them, all are."""
MOST = 4
"""Engines that are found by themselves; each holds a context of its own in memory."""

POSITION, SAID = decoding.Decoder(Position), decoding.Decoder(Said)


class LlamaCpp:
    """A GGUF model, loaded when it is first asked."""

    def __init__(self, path: Path, *, name: str, template: Template, servers: Sequence[LlamaServer]) -> None:
        self.path = path
        self.name = name
        self._template = template
        self._servers = servers
        self._server = servers[0]
        self._slots = Slots(len(servers))
        self._plain: int | None = None

    @cached_property
    def offers(self) -> frozenset[Need]:
        """What it can give; tool calls where the file's template has a place for tools."""
        takes = self._template != "raw" and takes_tools(of_gguf(self.path))
        return WITH_TOOLS if takes else OFFERS

    @property
    def revision(self) -> str:
        """The file's hash, the library's version and the way of rendering."""
        return f"sha256:{revision(self.path)} xllamacpp:{xllamacpp_version()} template:{self._template}"

    async def generate(self, request: Request) -> Response:
        """Weigh the continuations of a request, or continue its prompt."""
        await self._server.start()
        taken = turns(request)
        prompt = await self._prompt(request, taken)
        if request.continuations:
            return await self._weigh(prompt, request.continuations)
        return answered(await self._continue(prompt, request), request, taken.prefill)

    async def close(self) -> None:
        """Stop the engine and free the weights."""
        for server in self._servers:
            await server.stop()

    async def _prompt(self, request: Request, taken: Turns) -> str:
        if request.tools and "tools" not in self.offers:
            raise ModelError(f"the chat template of {self.name} has no place for tools")
        template = self._server.template
        made_for_chat = template and request.template == "auto"
        if self._template == "raw" or (self._template == "auto" and not made_for_chat):
            return taken.raw
        told = switches(template, request)
        try:
            return await self._server.render(taken.chat, told, taken.offer) + taken.prefill
        except ModelError:
            if taken.one_by_one == taken.chat:
                raise
        return await self._server.render(taken.one_by_one, told, taken.offer) + taken.prefill

    async def _weigh(self, prompt: str, continuations: tuple[str, ...]) -> Response:
        given = await self._server.tokenize(prompt)
        rows = [await self._server.tokenize(prompt + continuation) for continuation in continuations]
        weighing = weigh(given, rows)
        self._check(max(rows, key=len))
        answers: dict[Tokens, dict[int, float]] = {}
        work: list[Timings] = []
        async with self._slots.slot(weighing.steps[-1].context) as slot:
            server = await self._started(slot)
            began = perf_counter()
            for step in weighing.steps:
                answers[step.context] = await self._ask(step, server, work)
        numbers = weighing.loglikelihoods(answers)
        return Response(
            text=continuations[numbers.index(max(numbers))],
            loglikelihoods=numbers,
            means="loglikelihood",
            usage=_usage(work, 0, began),
        )

    async def _started(self, slot: int) -> LlamaServer:
        server = self._servers[slot]
        await server.start()
        return server

    async def _ask(self, step: Step, server: LlamaServer, work: list[Timings]) -> dict[int, float]:
        body: dict[str, Any] = {"prompt": step.context, "id_slot": 0, "cache_prompt": True}
        # Where the likeliest token is a part of a character the server tells of none: a letter is forced,
        # which leaves the probabilities told as they are, since they are those before sampling.
        body |= {"n_predict": 1, "temperature": 0.0, "logit_bias": [[await self._letter(), 100.0]]}
        found: dict[int, float] = {}
        for number in (PROBABILITIES, self._server.vocabulary):
            done = await server.complete(body | {"n_probs": number})
            work.append(done.timings)
            found = _found(done)
            if all(token in found for token in step.tokens):
                break
        return {token: found.get(token, LEAST) for token in step.tokens}

    async def _letter(self) -> int:
        """A token that is a whole character."""
        if self._plain is None:
            self._plain = (await self._server.tokenize("a"))[-1]
        return self._plain

    async def _continue(self, prompt: str, request: Request) -> Response:
        tokens = await self._server.tokenize(prompt)
        self._check(tokens)
        async with self._slots.slot(tokens) as slot:
            server = await self._started(slot)
            began = perf_counter()
            body: dict[str, Any] = {"prompt": tokens, "id_slot": 0, "cache_prompt": True}
            if request.logprobs:
                body["n_probs"] = request.logprobs + 1  # the generated token may be one of them
            if request.tools:
                body["preserved_tokens"] = MARKS
            if request.schema:
                body["json_schema"] = request.schema
            body |= _sampling(request.sampling, seed_of(request))
            parts = await _written(server, body, request.sampling.min_tokens or 0)
        last = parts[-1]
        generated = sum(part.tokens_predicted for part in parts)
        text = last.content
        if len(parts) > 1:
            text = await self._server.text([token for part in parts for token in part.tokens])
        return Response(
            text=text,
            finish="length" if last.stop_type == "limit" else "stop",
            usage=_usage([part.timings for part in parts], generated, began),
            tokens=tuple(_told(parts, request.logprobs)) if request.logprobs else (),
        )

    def _check(self, tokens: Tokens) -> None:
        if not tokens:
            raise ModelError(f"{self.name} cannot continue an empty prompt")
        if len(tokens) >= self._server.size:
            raise ContextExceeded(
                f"the prompt has {len(tokens)} tokens, the context of {self.name} holds "
                f"{self._server.size} and needs room for an answer"
            )


@model
def llamacpp(
    model_id: str = "",
    *,
    context: int = 0,
    threads: Annotated[int, WAY] = 0,
    parallel: Annotated[int, WAY] = 0,
    template: Template = "auto",
) -> LlamaCpp:
    """A GGUF file on llama.cpp, in this process; without an id, the embedded SmolLM2-135M-Instruct.

    Args:
        model_id: Path of the file, or `smollm2-135m-instruct`.
        context: Tokens that prompt and answer may take; 0 for as many as the model was made for.
        threads: Processor threads; 0 for as many as there are cores that no other program uses.
        parallel: Requests that are answered side by side, each with a context of its own; 0 for one on
            each core, up to four.
        template: `chat` for the file's chat template, `raw` for the texts alone, `auto` for
            whichever the file is made for.
    """
    for option, value, least in (("context", context, 0), ("threads", threads, 0), ("parallel", parallel, 0)):
        if value < least:
            raise UserError(f"llamacpp: {option} is {value}; it must be at least {least}")
    xllamacpp_version()
    path = gguf(model_id, part="llamacpp")
    name = f"llamacpp/{EMBEDDED if is_embedded(model_id) else model_id}"
    servers = _servers(path, context, threads or spare_cores(), parallel or min(cores(), MOST))
    return LlamaCpp(path, name=name, template=template, servers=servers)


def _servers(path: Path, context: int, threads: int, count: int) -> list[LlamaServer]:
    """Engines that share the threads: one each for a token at a time, all of them for a prompt."""
    return [
        LlamaServer(path=path, context=context, threads=max(1, threads // count), batch_threads=threads)
        for _ in range(count)
    ]


async def _written(server: LlamaServer, body: dict[str, Any], least: int) -> list[Completion]:
    """What is generated; where it may not end before so many tokens, these come by themselves."""
    if not least:
        return [await server.complete(body)]
    held = {"n_predict": least, "ignore_eos": True, "return_tokens": True}
    first = await server.complete(body | held)
    rest = {"prompt": [*body["prompt"], *first.tokens], "return_tokens": True}
    room = body["n_predict"] - first.tokens_predicted
    if room <= 0 or first.stop_type == "word":
        return [first]
    return [first, await server.complete(body | rest | {"n_predict": room})]


def _found(completion: Completion) -> dict[int, float]:
    (raw,) = completion.completion_probabilities
    position = POSITION.decode(raw)
    return {row.id: _finite(row.logprob) for row in position.top_logprobs}


def _told(parts: Sequence[Completion], most: int) -> Iterator[Token]:
    """The generated tokens with their rivals."""
    for said in (SAID.decode(raw) for part in parts for raw in part.completion_probabilities):
        likely = reversed(said.top_logprobs)  # of two tokens of one text, the likelier one stays
        rivals = {row.token: _finite(row.logprob) for row in likely if row.id != said.id}
        yield Token(text=said.token, logprob=bounded(_finite(said.logprob)), rivals=ranked(rivals, most))


def _finite(logprob: float | None) -> float:
    return LEAST if logprob is None else logprob


def _sampling(sampling: Sampling, seed: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "n_predict": sampling.max_tokens or MAX_TOKENS,
        "stop": list(sampling.stop),
        "seed": seed,
    }
    if sampling.top_p is not None:
        body["top_p"] = sampling.top_p
    if sampling.temperature is not None:
        # Temperature before the nucleus is cut, and nothing else, as everywhere but in llama.cpp.
        body |= {"samplers": ["temperature", "top_p"], "top_p": sampling.top_p or 1.0}
        body["temperature"] = sampling.temperature
    return body


def _usage(work: list[Timings], generated: int, began: float) -> Usage:
    evaluated = sum(timings.prompt_n for timings in work)
    return Usage(
        input_tokens=work[0].cache_n + evaluated,
        cached_tokens=work[0].cache_n,
        output_tokens=generated,
        seconds=perf_counter() - began,
    )
