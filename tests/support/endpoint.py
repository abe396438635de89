"""A real HTTP server that speaks the chat, completions and messages formats, and fails on demand.

    with FakeEndpoint(reply="(B)", faults=[status(429, retry_after="2")]) as endpoint:
        model = build_model("openai/any", {"base_url": endpoint.url})

It runs in a thread of its own; `endpoint.received` holds what it was sent, in order.
"""

import asyncio
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Prompt = str
Reply = str | Callable[[Prompt], str]
LETTERS = "ABCD"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What to do instead of answering."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    """Written to the socket as it stands; then the connection is closed."""
    hang: float = 0.0
    """Seconds of silence before anything else."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


def status(code: int, message: str = "out of order", *, kind: str = "", **headers: str) -> Fault:
    """An error in the OpenAI format; headers are written `retry_after="2"`."""
    error = {"error": {"message": message, "type": kind or "some_error", "code": kind or None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(status=code, body=json.dumps(error).encode(), headers=named)


def chat(
    text: str | list[dict[str, Any]] | None = "B",
    finish: str | None = "stop",
    *,
    code: int = 200,
    message: Mapping[str, Any] | None = None,
    choice: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Fault:
    """A whole chat completion, its message, its choice and its other fields changed at will."""
    turn = {"role": "assistant", "content": text} | dict(message or {})
    usage = {"prompt_tokens": 10, "completion_tokens": 2}
    chosen = {"index": 0, "message": turn, "finish_reason": finish} | dict(choice or {})
    return document({"id": "x", "choices": [chosen], "usage": usage} | fields, code)


def document(of: Any, code: int = 200) -> Fault:
    """Any JSON."""
    return Fault(status=code, body=json.dumps(of, ensure_ascii=False).encode())


def weighed(token: str, own: float | None, *rivals: tuple[str, float], text: str = "") -> Fault:
    """A chat completion of one token with log-probabilities."""
    row = [{"token": name, "logprob": value, "bytes": None} for name, value in rivals]
    said = {"token": token, "logprob": own, "bytes": None, "top_logprobs": row}
    return chat(text or token, choice={"logprobs": {"content": [said]}})


def events(*pieces: Any, end: str = "data: [DONE]\n\n") -> Fault:
    """The same reply piece by piece."""
    lines = "".join(f"data: {json.dumps(piece, ensure_ascii=False)}\n\n" for piece in pieces)
    return Fault(body=(lines + end).encode(), headers={"Content-Type": "text/event-stream"})


def piece(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """One event of a stream."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def hang(seconds: float = 60.0) -> Fault:
    """Nothing for a minute."""
    return Fault(hang=seconds, status=504)


def html(code: int = 200) -> Fault:
    """A page where JSON was expected."""
    return Fault(status=code, body=b"<!doctype html><h1>Welcome</h1>", headers={"Content-Type": "text/html"})


def invalid_json() -> Fault:
    """A reply that is no JSON."""
    return Fault(body=b'{"choices": [nothing]}')


def half_body() -> Fault:
    """Valid JSON cut in the middle, with a length that fits the half."""
    return Fault(body=b'{"choices": [{"index": 0, "message": {"role": "assist')


def closed_mid_body() -> Fault:
    """A longer body is announced than the one that arrives before the connection closes."""
    return Fault(
        raw=b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"choices"'
    )


def closed_mid_chunk() -> Fault:
    """A chunked body that never ends properly."""
    return Fault(raw=b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"choices"')


def closed() -> Fault:
    """The connection closes without a word."""
    return Fault(raw=b" ")


def redirect(place: str) -> Fault:
    """Somewhere else."""
    return Fault(status=307, headers={"Location": place})


class FakeEndpoint:
    """An endpoint whose every reply is known beforehand."""

    def __init__(
        self,
        reply: Reply = "(B)",
        *,
        faults: Iterable[Fault | None] = (),
        latency: float = 0.0,
        logprobs: int | None = 20,
        echo: bool = False,
        finish: str = "stop",
        message: Mapping[str, Any] | None = None,
        tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens",
        always: Fault | None = None,
        answer: Callable[[Mapping[str, Any]], Fault | None] | None = None,
    ) -> None:
        """`faults` are used up one per request (`None` answers); `logprobs=None` ignores the wish
        for log-probabilities, 0 rejects it, n rejects more than n. `answer` looks at each request's
        body and may answer in its own way."""
        self.reply = reply
        self.faults = deque(faults)
        self.always = always
        self.answer = answer
        self.latency = latency
        self.logprobs = logprobs
        self.echo = echo
        self.finish = finish
        self.message = dict(message or {})
        self.tokens_field = tokens_field
        self.received: list[Received] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def __enter__(self) -> "FakeEndpoint":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        self._stopped = asyncio.Event()
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.0, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stopped.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.received.append(Received(path=request.path_qs, headers=dict(request.headers), body=body))
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = self.faults.popleft() if self.faults else self.always
        if fault is None and self.answer is not None:
            fault = self.answer(body)
        if fault is not None:
            await self._silence(fault.hang)
            return await _fail(request, fault)
        if request.path.endswith("/messages"):
            return _json(self._message(body))
        rejected = self._rejected(body)
        if rejected is not None:
            return await _fail(request, rejected)
        return _json(self._chat(body) if request.path.endswith("/chat/completions") else self._text(body))

    async def _silence(self, seconds: float) -> None:
        if seconds:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), seconds)

    def _said(self, prompt: str) -> str:
        return self.reply if isinstance(self.reply, str) else self.reply(prompt)

    def _rejected(self, body: Mapping[str, Any]) -> Fault | None:
        other = {"max_tokens": "max_completion_tokens"}.get(self.tokens_field, "max_tokens")
        if other in body:
            return status(400, f"Unsupported parameter: '{other}'. Use '{self.tokens_field}' instead.")
        asked = body.get("top_logprobs", 0) or (not body.get("echo") and body.get("logprobs")) or 0
        if self.logprobs is not None and asked > self.logprobs:
            return status(400, f"Invalid value for 'logprobs': at most {self.logprobs}")
        if body.get("echo") and not self.echo:
            return status(400, "echo is not supported")
        return None

    def _chat(self, body: Mapping[str, Any]) -> dict[str, Any]:
        said = self._said("\n\n".join(_text_of(m["content"]) for m in body["messages"]))
        choice: dict[str, Any] = {
            "index": 0,
            "message": {"role": "assistant", "content": said} | self.message,
            "finish_reason": self.finish,
        }
        if body.get("logprobs") and self.logprobs:
            choice["logprobs"] = {"content": [_row(t, body["top_logprobs"]) for t in tokens_of(said)]}
        return {"id": "x", "object": "chat.completion", "choices": [choice], "usage": _usage(said)}

    def _text(self, body: Mapping[str, Any]) -> dict[str, Any]:
        prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
        choices = [self._completion(prompt, index, body) for index, prompt in enumerate(prompts)]
        return {"object": "text_completion", "choices": choices, "usage": _usage("x")}

    def _completion(self, prompt: str, index: int, body: Mapping[str, Any]) -> dict[str, Any]:
        choice: dict[str, Any] = {"index": index, "finish_reason": self.finish}
        if body.get("echo"):
            said = self._said(prompt)
            tokens = [*tokens_of(prompt), "!"]
            letter = next((x for x in said if x in LETTERS), "")
            values = [None, *(-0.1 if token == letter else -3.0 for token in tokens[1:-1]), -9.0]
            return choice | {
                "text": f"{prompt}!",
                "logprobs": {"tokens": tokens, "token_logprobs": values, "top_logprobs": None},
            }
        said = self._said(prompt)
        if said.startswith("(") and prompt.endswith("("):
            said = said[1:]
        choice["text"] = said
        if body.get("logprobs") and self.logprobs:
            rows = [_row(token, body["logprobs"]) for token in tokens_of(said)]
            choice["logprobs"] = {
                "tokens": [row["token"] for row in rows],
                "token_logprobs": [row["logprob"] for row in rows],
                "top_logprobs": [{x["token"]: x["logprob"] for x in row["top_logprobs"]} for row in rows],
            }
        return choice

    def _message(self, body: Mapping[str, Any]) -> dict[str, Any]:
        said = self._said("\n\n".join(_text_of(m["content"]) for m in body["messages"]))
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": said}],
            "stop_reason": self.finish if self.finish != "stop" else "end_turn",
            "usage": {"input_tokens": 7, "output_tokens": 3, "cache_read_input_tokens": 5},
        } | self.message


def tokens_of(text: str) -> list[str]:
    """Words and single other characters: a tokenizer that cuts where a reader would."""
    return re.findall(r"[A-Za-z0-9]+|[^A-Za-z0-9]", text)


def _row(token: str, top: int) -> dict[str, Any]:
    others = [letter for letter in LETTERS if letter != token] if token in LETTERS else []
    rivals = [(token, -0.1), *((letter, -2.0 - n) for n, letter in enumerate(others))]
    rivals += [(f"filler{n}", -8.0 - n) for n in range(top - len(rivals))]
    row = [{"token": name, "logprob": value, "bytes": None} for name, value in rivals[:top]]
    return {"token": token, "logprob": -0.1, "bytes": None, "top_logprobs": row}


def _usage(said: str) -> dict[str, Any]:
    return {
        "prompt_tokens": 12,
        "completion_tokens": len(tokens_of(said)),
        "prompt_tokens_details": {"cached_tokens": 4},
    }


def _text_of(content: str | list[dict[str, Any]] | None) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text", "")) for part in content or ())


def _json(document: Mapping[str, Any]) -> web.Response:
    return web.Response(body=json.dumps(document).encode(), content_type="application/json")


async def _fail(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.raw and request.transport is not None:
        if fault.raw.strip():
            request.transport.write(fault.raw)
        request.transport.close()
        return web.Response()
    headers = {"Content-Type": "application/json"} | dict(fault.headers)
    return web.Response(status=fault.status, body=fault.body, headers=headers)
