"""A GGUF file -> llama.cpp's own server inside this process, and calls to it.

The server binds to the loopback interface on a port that the system chooses, behind a key that is
drawn anew each time and never leaves the process.
"""

import asyncio
import ctypes
import os
import secrets
import signal
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from plimsoll.core import ContextExceeded, MissingExtra, ModelError, TransientError, decoding

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T")

CONNECTIONS = 4
"""Calls that run beside the one that is evaluated: tokenizing and rendering."""


class Likely(Struct, frozen=True):
    """A token with its log-probability."""

    id: int
    logprob: float | None


class Position(Struct, frozen=True):
    """The distribution at one generated position, likeliest first."""

    top_logprobs: tuple[Likely, ...] = ()


class Rival(Struct, frozen=True):
    """A token's text with its log-probability."""

    id: int
    token: str
    logprob: float | None


class Said(Rival, frozen=True):
    """A generated token with the likeliest at its place."""

    top_logprobs: tuple[Rival, ...] = ()


class Timings(Struct, frozen=True):
    """How many prompt tokens were reused and how many evaluated."""

    cache_n: int = 0
    prompt_n: int = 0


class Completion(Struct, frozen=True):
    """What `/completion` answers, as far as we read it."""

    content: str
    tokens_predicted: int = 0
    stop_type: str = ""
    timings: Timings = Timings()
    completion_probabilities: tuple[Raw, ...] = ()
    """Positions, read as what they are needed for: the texts of a whole vocabulary are never read."""
    tokens: tuple[int, ...] = ()
    """What was generated, where it was asked for."""


class _Tokens(Struct, frozen=True):
    tokens: tuple[int, ...]


class _Text(Struct, frozen=True):
    content: str


class _Prompt(Struct, frozen=True):
    prompt: str


class _Generation(Struct, frozen=True):
    n_ctx: int


class _Props(Struct, frozen=True):
    default_generation_settings: _Generation
    chat_template: str = ""


class _Meta(Struct, frozen=True):
    n_vocab: int


class _Entry(Struct, frozen=True):
    meta: _Meta


class _Models(Struct, frozen=True):
    data: tuple[_Entry, ...]


class _Error(Struct, frozen=True):
    message: str = ""
    type: str = ""


class _Failure(Struct, frozen=True):
    error: _Error = _Error()


@dataclass(kw_only=True)
class LlamaServer:
    """llama.cpp with one model, started on first use. It answers one request at a time."""

    path: Path
    context: int
    threads: int
    """For one token after the other."""
    batch_threads: int
    """For prompts, which are evaluated many tokens at a time."""
    size: int = 0
    """Tokens that prompt and answer may take; known once the server runs."""
    vocabulary: int = 0
    template: str = ""
    """The chat template that the file carries."""
    _engine: Any = None
    _starting: Lock = field(default_factory=Lock)
    _session: "aiohttp.ClientSession | None" = None
    _loop: asyncio.AbstractEventLoop | None = None
    _key: str = field(default_factory=secrets.token_urlsafe)

    async def start(self) -> None:
        """Load the model in a thread, once."""
        if self._engine is None:
            await asyncio.to_thread(self._load)
        if not self.size:
            props = await self._call("/props", None, _Props)
            models = await self._call("/v1/models", None, _Models)
            self.vocabulary = models.data[0].meta.n_vocab
            self.template = props.chat_template
            self.size = props.default_generation_settings.n_ctx

    async def stop(self) -> None:
        """Close the connections and let go of the model."""
        if self._session is not None and self._loop is asyncio.get_running_loop():
            await self._session.close()
        self._session = None
        engine, self._engine, self.size = self._engine, None, 0
        await asyncio.to_thread(_let_go, [engine])

    async def tokenize(self, text: str) -> tuple[int, ...]:
        """Text -> tokens, with the model's beginning token where it has one."""
        body = {"content": text, "add_special": True, "parse_special": True}
        return (await self._call("/tokenize", body, _Tokens)).tokens

    async def text(self, tokens: list[int]) -> str:
        """Tokens -> text."""
        return (await self._call("/detokenize", {"tokens": tokens}, _Text)).content

    async def render(
        self,
        messages: list[dict[str, Any]],
        switches: Mapping[str, bool | str],
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Messages and tools -> text, by the file's chat template with these arguments."""
        # Where it is not told, llama.cpp switches thought off in templates that it knows nothing of.
        body: dict[str, Any] = {
            "messages": messages,
            "chat_template_kwargs": {"enable_thinking": True, **switches},
        }
        if tools:
            body |= {"tools": list(tools), "parallel_tool_calls": True}
        return (await self._call("/apply-template", body, _Prompt)).prompt

    async def complete(self, body: dict[str, Any]) -> Completion:
        """Evaluate a prompt and generate."""
        return await self._call("/completion", body, Completion)

    def _load(self) -> None:
        with self._starting:
            if self._engine is None:
                self._engine = _engine(self, self._key)

    def _client(self) -> "aiohttp.ClientSession":
        import aiohttp

        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop:
            self._session = aiohttp.ClientSession(
                base_url=self._engine.listening_address,
                headers={"Authorization": f"Bearer {self._key}"},
                timeout=aiohttp.ClientTimeout(total=None),
                # A connection that is kept open holds a server's thread and may be closed just when
                # it is used again; a new one costs a fifth of a millisecond.
                connector=aiohttp.TCPConnector(limit=1 + CONNECTIONS, force_close=True),
            )
            self._loop = loop
        return self._session

    async def _call(self, address: str, body: dict[str, Any] | None, answer: type[T]) -> T:
        import aiohttp

        method = "GET" if body is None else "POST"
        try:
            async with self._client().request(method, address, json=body) as response:
                content = await response.read()
        except aiohttp.ClientError as error:
            raise TransientError(f"llama.cpp does not answer {address}: {error}") from error
        if response.status != 200:
            raise _failure(content)
        try:
            return decoding.decode(content, answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ModelError(f"llama.cpp answered {address} with something unknown: {error}") from error


def xllamacpp_version() -> str:
    """The version of the library that carries llama.cpp. Raises `MissingExtra`."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("xllamacpp")
    except PackageNotFoundError:
        raise MissingExtra("models/llamacpp", "llamacpp") from None


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spare_cores() -> int:
    """Cores that no other program is using, at least one.

    Threads of llama.cpp wait for each other after every operation: one that shares its core with
    another program holds all of them up, and two threads are then many times slower than one.
    The number of threads changes no result.
    """
    busy = int(os.getloadavg()[0]) if hasattr(os, "getloadavg") else 0
    return max(1, cores() - busy)


def _engine(server: LlamaServer, key: str) -> Any:
    try:
        import xllamacpp  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MissingExtra("models/llamacpp", "llamacpp") from None
    given: Any = xllamacpp
    options = given.CommonParams()
    options.model.path = str(server.path)
    options.n_ctx = server.context
    options.n_parallel = 1
    options.kv_unified = False
    options.cpuparams.n_threads = server.threads
    options.cpuparams_batch.n_threads = server.batch_threads
    # With flash attention a token's logits depend on the batch it was evaluated in, by up to 0.1 nats
    # here; without it a reused prefix changes no bit of the result.
    options.flash_attn_type = given.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    options.cache_ram_mib = 0
    options.hostnames, options.port, options.api_keys = ["127.0.0.1"], 0, [key]
    # Threads that spin while they wait cost more than they gain wherever the machine has other work.
    options.cpuparams.poll = options.cpuparams_batch.poll = 0
    options.n_threads_http = 1 + CONNECTIONS
    options.ui = options.endpoint_slots = options.warmup = False
    options.verbosity = -1
    try:
        with _signals_kept():
            return given.Server(options)
    except Exception as error:
        raise ModelError(f"llama.cpp cannot load {str(server.path)!r}: {error}") from error


@contextmanager
def _signals_kept() -> Generator[None]:
    """Put back the signal handlers that the server replaces; `signal` cannot, outside the main thread."""
    if os.name != "posix":
        yield
        return
    library = ctypes.CDLL(None)
    kept = {number: ctypes.create_string_buffer(256) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, action in kept.items():
        library.sigaction(int(number), None, action)
    try:
        yield
    finally:
        for number, action in kept.items():
            library.sigaction(int(number), action, None)


def _let_go(held: list[Any]) -> None:
    # The last reference must die in this thread: the engine joins its own threads when it goes.
    held.clear()


def _failure(content: bytes) -> ModelError:
    try:
        error = decoding.decode(content, _Failure).error
    except msgspec.DecodeError:
        return ModelError(f"llama.cpp: {content[:200]!r}")
    kind = ContextExceeded if error.type == "exceed_context_size_error" else ModelError
    return kind(f"llama.cpp: {error.message}")
