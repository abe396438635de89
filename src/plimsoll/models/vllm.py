"""Weights on an accelerator, run by vLLM in this process -> model: many calls at once, quickly.

vLLM holds the weights, batches whatever calls come together and keeps beginnings that prompts share. Text is
turned into tokens here, as for the other models at hand, so that a prompt is the same tokens in all of them.
Continuations are weighed by what vLLM says of a prompt's own tokens. Its weights cannot be looked into: for
analyses and repairs write `transformers/`. vLLM needs an accelerator that it supports, and Linux.

What is called here was read in vLLM's source from 0.9 to the development version of November 2026: `LLM` with
`model`, `dtype`, `revision`, `gpu_memory_utilization`, `tensor_parallel_size` and `max_model_len`; its
`generate`, `get_tokenizer`, `get_default_sampling_params` and `llm_engine.model_config.max_model_len`;
`SamplingParams`; of what comes back `prompt_logprobs` and `outputs` with `text`, `token_ids`, `finish_reason`
and `logprobs`.
"""

import importlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Annotated, Any, Literal

from plimsoll.core import (
    ContextExceeded,
    Finish,
    MissingExtra,
    ModelError,
    PlimsollError,
    Request,
    Response,
    Token,
    Usage,
    UserError,
)
from plimsoll.models._local_files import fingerprint
from plimsoll.models._local_prompt import MAX_TOKENS, OFFERS, Template, seed_of, switches, turns
from plimsoll.models._local_weighing import Tokens, Weighing, weigh
from plimsoll.models._told_tokens import bounded, ranked
from plimsoll.models._transformers_worker import Worker
from plimsoll.registry import WAY, model

GATHERED = 1024
"""Calls that are handed over together at most; vLLM makes batches of its own from them."""
TOLD = 20
"""Log-probabilities of a token that vLLM tells at most, unless it is started otherwise."""
DType = Literal["auto", "float32", "bfloat16", "float16"]


class VLLM:
    """A causal language model on vLLM, loaded when it is first asked."""

    offers = OFFERS

    def __init__(
        self, model_id: str, *, asked: str, template: Template, dtype: DType, settings: Mapping[str, Any]
    ) -> None:
        """`settings` are arguments of `vllm.LLM` that decide how it works, and nothing of what it says."""
        self.name = f"vllm/{model_id}"
        self._id = model_id
        self._asked = asked
        self._template: Template = template
        self._dtype: DType = dtype
        self._settings = dict(settings)
        self._loading = Lock()
        self._engine: Any = None
        self._worker: Worker[Request, Response] = Worker(self._work, GATHERED)

    @cached_property
    def revision(self) -> str:
        """The weights' fingerprint or the commit, vLLM's version, the number format, the way of rendering."""
        folder = Path(self._id)
        weights = f"files:{fingerprint(folder)}" if folder.is_dir() else f"commit:{self._asked or 'unknown'}"
        return f"{weights} vllm:{_version()} dtype:{self._dtype} template:{self._template}"

    async def generate(self, request: Request) -> Response:
        """Weigh the continuations of a request, or continue its prompt."""
        return await self._worker.call(request)

    async def close(self) -> None:
        """Stop working and free the weights."""
        await self._worker.stop()
        self._engine = None

    @property
    def engine(self) -> Any:
        """The `vllm.LLM`; loads the model. Raises `UserError` where it cannot be loaded."""
        with self._loading:
            if self._engine is None:
                self._engine = self._load()
            return self._engine

    def _load(self) -> Any:
        revision = {"revision": self._asked} if self._asked else {}
        try:
            return _library().LLM(model=self._id, dtype=self._dtype, **revision, **self._settings)
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise UserError(
                f"vllm: {self._id!r} cannot be loaded: {reason} (it takes an accelerator that vLLM supports; "
                f"transformers/{self._id} runs the same weights anywhere)"
            ) from error

    def _work(self, requests: Sequence[Request]) -> list[Response | Exception]:
        """Answer requests, each with its response or with what is wrong with it."""
        asked: list[_Weighed | _Continued | PlimsollError] = []
        for request in requests:
            try:
                asked.append(self._asked_of(request))
            except PlimsollError as error:
                asked.append(error)
        rows = [row for each in asked if not isinstance(each, PlimsollError) for row in each.rows]
        began = perf_counter()
        told = iter(self._told(rows))
        seconds = (perf_counter() - began) / len(requests)
        return [
            each
            if isinstance(each, PlimsollError)
            else each.response([next(told) for _ in each.rows], seconds)
            for each in asked
        ]

    def _told(self, rows: "Sequence[_Row]") -> Sequence[Any]:
        if not rows:
            return ()
        return self.engine.generate(
            [{"prompt_token_ids": list(row.tokens)} for row in rows],
            sampling_params=[row.sampling for row in rows],
            use_tqdm=False,
        )

    def _asked_of(self, request: Request) -> "_Weighed | _Continued":
        prompt = self._prompt(request)
        endings = request.continuations or ("",)
        rows = [self._tokens(prompt + ending, chat=self._chats(request)) for ending in endings]
        # vLLM writes one token at least, also where only the prompt's own are asked about.
        room = self._context - max(map(len, rows)) - 1
        if room < 0:
            raise ContextExceeded(
                f"the prompt has {max(map(len, rows))} tokens, the context of {self.name} holds "
                f"{self._context} and needs room for an answer"
            )
        if request.continuations:
            given = self._tokens(prompt, chat=self._chats(request))
            return _Weighed(request, weigh(given, rows))
        return _Continued(request, rows[0], room + 1, self.engine.get_default_sampling_params())

    def _prompt(self, request: Request) -> str:
        if request.tools:
            raise ModelError("this model takes no tools")
        taken = turns(request)
        if not self._chats(request):
            return taken.raw
        tokenizer = self._tokenizer
        try:
            rendered: str = tokenizer.apply_chat_template(
                taken.chat,
                tokenize=False,
                add_generation_prompt=True,
                **switches(str(tokenizer.chat_template), request),
            )
        except Exception as error:
            raise ModelError(f"the chat template of {self.name} cannot take this: {error}") from error
        return rendered + taken.prefill

    def _chats(self, request: Request) -> bool:
        if self._template == "auto":
            return request.template == "auto" and bool(self._tokenizer.chat_template)
        return self._template == "chat"

    def _tokens(self, text: str, *, chat: bool) -> Tokens:
        found = tuple(self._tokenizer(text, add_special_tokens=not chat)["input_ids"])
        if not found:
            raise ModelError(f"{self.name} cannot continue an empty prompt")
        return found

    @property
    def _tokenizer(self) -> Any:
        return self.engine.get_tokenizer()

    @cached_property
    def _context(self) -> int:
        return int(self.engine.llm_engine.model_config.max_model_len)


class _Row:
    """One row for vLLM: its tokens, and its `vllm.SamplingParams`."""

    def __init__(self, tokens: Tokens, sampling: Mapping[str, Any]) -> None:
        """Raises `ModelError` where vLLM takes no such arguments: they are this call's fault alone."""
        self.tokens = tokens
        try:
            self.sampling = _library().SamplingParams(**sampling)
        except (ValueError, TypeError) as error:
            raise ModelError(f"vllm takes no such sampling: {error}") from error


class _Weighed:
    """Continuations, weighed by what the model says of them as parts of a prompt."""

    def __init__(self, request: Request, weighing: Weighing) -> None:
        self._continuations = request.continuations
        self._weighing = weighing
        if not weighing.start:
            raise ModelError("vllm tells nothing of the first token of a text: put something before it")
        # A token must be generated; what is asked for is what was said of those before it.
        sampling = {"max_tokens": 1, "temperature": 0.0, "prompt_logprobs": 1}
        self.rows = [_Row(row, sampling) for row in weighing.sequences]

    def response(self, told: Sequence[Any], seconds: float) -> Response:
        found: dict[Tokens, dict[int, float]] = {}
        for row, output in zip(self._weighing.sequences, told, strict=True):
            for place in range(self._weighing.start, len(row)):
                likely = output.prompt_logprobs[place][row[place]].logprob
                found.setdefault(row[:place], {})[row[place]] = bounded(float(likely))
        numbers = self._weighing.loglikelihoods(found)
        return Response(
            text=self._continuations[numbers.index(max(numbers))],
            loglikelihoods=numbers,
            means="loglikelihood",
            usage=Usage(input_tokens=sum(len(row.tokens) for row in self.rows), seconds=seconds),
        )


class _Continued:
    """A prompt that is continued."""

    def __init__(self, request: Request, tokens: Tokens, room: int, defaults: Any) -> None:
        """`defaults` is the sampling that the model's makers recommend."""
        self._logprobs = request.logprobs
        given = request.sampling
        most = min(given.max_tokens or MAX_TOKENS, room)
        sampling: dict[str, Any] = {
            "max_tokens": most,
            "seed": seed_of(request),
            "stop": list(given.stop),
            "temperature": defaults.temperature if given.temperature is None else given.temperature,
            "top_p": defaults.top_p if given.top_p is None else given.top_p,
            "min_tokens": min(given.min_tokens or 0, most),
        }
        if request.logprobs:
            sampling["logprobs"] = min(request.logprobs, TOLD)
        self.rows = [_Row(tokens, sampling)]

    def response(self, told: Sequence[Any], seconds: float) -> Response:
        (output,) = told
        written = output.outputs[0]
        finish: Finish = "length" if written.finish_reason == "length" else "stop"
        return Response(
            text=written.text,
            finish=finish,
            usage=Usage(
                input_tokens=len(self.rows[0].tokens), output_tokens=len(written.token_ids), seconds=seconds
            ),
            tokens=tuple(self._token(*each) for each in zip(written.token_ids, written.logprobs, strict=True))
            if self._logprobs and written.logprobs
            else (),
        )

    def _token(self, chosen: int, likely: Mapping[int, Any]) -> Token:
        own = likely[chosen]
        rivals = {
            each.decoded_token or "": float(each.logprob) for token, each in likely.items() if token != chosen
        }
        return Token(
            text=own.decoded_token or "",
            logprob=bounded(float(own.logprob)),
            rivals=ranked(rivals, self._logprobs),
        )


@model
def vllm(
    model_id: str,
    *,
    dtype: DType = "auto",
    template: Template = "auto",
    revision: str = "",
    context: int = 0,
    memory: Annotated[float, WAY] = 0.9,
    devices: Annotated[int, WAY] = 1,
) -> VLLM:
    """A model on vLLM, in this process: the quickest way to generate on an accelerator.

    Args:
        model_id: A folder of safetensors, or a hub id.
        dtype: Number format; `auto` for the weights' own, half as long where that has 32 bits.
        template: `chat` for the tokenizer's chat template, `raw` for the texts alone, `auto` for whichever
            the model is made for.
        revision: Commit, tag or branch on the hub.
        context: Tokens that prompt and answer may take; 0 for as many as the model was made for.
        memory: Share of each device's memory that may be taken.
        devices: Devices that the weights are spread over.
    """
    if find_spec("vllm") is None:
        raise MissingExtra("models/vllm", "vllm")
    if context < 0 or devices < 1 or not 0 < memory <= 1:
        raise UserError(
            f"vllm: context={context}, memory={memory:g}, devices={devices}: context is at least 0, memory "
            "above 0 and at most 1, devices at least 1"
        )
    folder = Path(model_id).expanduser()
    settings = {"gpu_memory_utilization": memory, "tensor_parallel_size": devices}
    if context:
        settings["max_model_len"] = context
    return VLLM(
        str(folder) if folder.is_dir() else model_id,
        asked=revision,
        template=template,
        dtype=dtype,
        settings=settings,
    )


def _library() -> Any:
    try:
        return importlib.import_module("vllm")
    except ImportError:
        raise MissingExtra("models/vllm", "vllm") from None


def _version() -> str:
    try:
        return version("vllm")
    except PackageNotFoundError:
        return str(getattr(_library(), "__version__", "unknown"))
