"""HTTP requests -> prebuilt replies of an OpenAI-compatible endpoint that costs next to nothing.

It shares the machine's cores with the client it serves, so it parses no JSON, allocates no reply
and speaks just enough HTTP/1.1: POSTs with a Content-Length on kept-alive connections, pipelined
or not. `GET /stats` tells what it saw: requests, bytes, most in flight, connections, own CPU
seconds; `POST /reset` sets the counters back.

    python -m bench.server --port 0 --latency 0.02 --reply "(A)"
"""

import argparse
import asyncio
import json
import signal
import time
from typing import Any

HEADER_END = b"\r\n\r\n"


def http(body: bytes, status: str = "200 OK") -> bytes:
    """A whole reply with its head."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _usage() -> dict[str, int]:
    return {"prompt_tokens": 200, "completion_tokens": 3, "total_tokens": 203}


def _tokens(reply: str) -> list[str]:
    return ["(", reply[1:2], reply[2:]] if reply[:1] == "(" and len(reply) > 2 else [reply]


def _likely(token: str) -> dict[str, float]:
    """A letter competes with the other letters; anything else is all but certain."""
    if token not in "ABCD":
        return {token: -0.01, "The": -5.0}
    return {token: -0.3} | {letter: -2.5 - ord(letter) / 100 for letter in "ABCD" if letter != token}


def chat_reply(reply: str, *, logprobs: bool) -> bytes:
    """A reply of `/v1/chat/completions`."""
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": reply},
        "finish_reason": "stop",
    }
    if logprobs:
        choice["logprobs"] = {
            "content": [
                {
                    "token": token,
                    "logprob": _likely(token)[token],
                    "bytes": list(token.encode()),
                    "top_logprobs": [
                        {"token": other, "logprob": value, "bytes": list(other.encode())}
                        for other, value in _likely(token).items()
                    ],
                }
                for token in _tokens(reply)
            ]
        }
    return _document("chat.completion", choice)


def text_reply(reply: str, *, logprobs: bool) -> bytes:
    """A reply of `/v1/completions`."""
    choice: dict[str, Any] = {"index": 0, "text": reply, "finish_reason": "stop", "logprobs": None}
    if logprobs:
        tokens = _tokens(reply)
        choice["logprobs"] = {
            "tokens": tokens,
            "token_logprobs": [_likely(token)[token] for token in tokens],
            "top_logprobs": [_likely(token) for token in tokens],
            "text_offset": [len("".join(tokens[:place])) for place in range(len(tokens))],
        }
    return _document("text_completion", choice)


def _document(kind: str, choice: dict[str, Any]) -> bytes:
    document = {
        "id": "bench-1",
        "object": kind,
        "created": 1700000000,
        "model": "bench",
        "choices": [choice],
        "usage": _usage(),
    }
    return http(json.dumps(document, separators=(",", ":")).encode())


class Shop:
    """What all connections share: the prebuilt replies and the counters."""

    def __init__(self, reply: str, latency: float) -> None:
        self.latency = latency
        self.chat = chat_reply(reply, logprobs=False)
        self.chat_logprobs = chat_reply(reply, logprobs=True)
        self.text = text_reply(reply, logprobs=False)
        self.text_logprobs = text_reply(reply, logprobs=True)
        self.models = http(b'{"object":"list","data":[{"id":"bench","object":"model"}]}')
        self.connections = 0
        self.reset()

    def reset(self) -> None:
        """Set the counters back."""
        self.requests = 0
        self.bytes = 0
        self.flying = 0
        self.most_flying = 0
        self.cpu_from = time.process_time()

    def stats(self) -> bytes:
        """The counters as a reply."""
        seen = {
            "requests": self.requests,
            "bytes": self.bytes,
            "most_in_flight": self.most_flying,
            "connections": self.connections,
            "cpu_seconds": round(time.process_time() - self.cpu_from, 4),
        }
        return http(json.dumps(seen).encode())


class Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, shop: Shop, loop: asyncio.AbstractEventLoop) -> None:
        self._shop = shop
        self._loop = loop
        self._buffer = b""
        self._need = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._shop.connections += 1

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        while len(buffer) >= self._need:
            end = buffer.find(HEADER_END)
            if end < 0:
                break
            whole = end + 4 + _length(buffer, end)
            if len(buffer) < whole:
                self._need = whole
                break
            self._need = 0
            self._serve(buffer[:whole] if len(buffer) > whole else buffer, end)
            buffer = buffer[whole:]
            if not buffer:
                break
        self._buffer = buffer

    def _serve(self, request: bytes, end: int) -> None:
        shop = self._shop
        if request.startswith(b"POST /v1/"):
            shop.requests += 1
            shop.bytes += len(request)
            asked = b'"logprobs":' in request and _wants_logprobs(request)
            if request.startswith(b"chat/", 9):
                reply = shop.chat_logprobs if asked else shop.chat
            else:
                reply = shop.text_logprobs if asked else shop.text
            if not shop.latency:
                shop.most_flying = max(shop.most_flying, 1)
                self._transport.write(reply)
                return
            shop.flying += 1
            shop.most_flying = max(shop.most_flying, shop.flying)
            self._loop.call_later(shop.latency, self._deliver, reply)
            return
        self._transport.write(self._aside(request[:end]))

    def _deliver(self, reply: bytes) -> None:
        self._shop.flying -= 1
        if not self._transport.is_closing():
            self._transport.write(reply)

    def _aside(self, head: bytes) -> bytes:
        if head.startswith(b"GET /stats"):
            return self._shop.stats()
        if head.startswith(b"POST /reset"):
            self._shop.reset()
            return http(b"{}")
        if head.startswith(b"GET /v1/models"):
            return self._shop.models
        return http(b'{"error":{"message":"no such path"}}', "404 Not Found")


def _length(buffer: bytes, end: int) -> int:
    at = buffer.find(b"Content-Length: ", 0, end)
    if at < 0:
        at = buffer[:end].lower().find(b"content-length: ")
        if at < 0:
            return 0
    return int(buffer[at + 16 : buffer.find(b"\r", at, end + 1)])


def _wants_logprobs(request: bytes) -> bool:
    value = request[request.rfind(b'"logprobs":') + 11 :].lstrip()[:5]
    return not value.startswith((b"false", b"null"))


async def serve(port: int, latency: float, reply: str) -> None:
    """Serve until terminated; the first line of output is the port."""
    loop = asyncio.get_running_loop()
    shop = Shop(reply, latency)
    server = await loop.create_server(lambda: Connection(shop, loop), "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, stop.set)
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument("--reply", default="(A)")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.latency, arguments.reply))


if __name__ == "__main__":
    main()
