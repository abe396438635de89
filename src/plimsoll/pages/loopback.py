"""An application of pages -> a server for one's own browser: known names, strict headers, one address."""

import errno
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from plimsoll.core import UserError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
LOCAL = ("127.0.0.1", "localhost", "[::1]")
READING = ("GET", "HEAD")


def guarded(inner: Application, hosts: frozenset[str], methods: Iterable[str] = READING) -> Application:
    """The application behind its guard: known host names, known methods, strict headers."""
    sent = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    allowed = frozenset(methods)

    async def refuse(send: Send, status: int, text: bytes) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *sent]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def guard(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        # A foreign page may let its own name point to this machine; the name tells.
        if host_of(scope["headers"]) not in hosts:
            await refuse(send, 421, b"This server answers to its own name only.\n")
            return
        if scope["method"] not in allowed:
            await refuse(send, 405, b"These pages do not take that method.\n")
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *sent]}
            await send(message)

        await inner(scope, receive, with_headers)

    return guard


def host_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The name by which a request asks, without the port; nothing where it gives none or two."""
    named = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
    if len(named) != 1:
        return ""
    name, colon, port = named[0].rpartition(":")
    return name if colon and port.isdigit() else named[0]


def unusable(host: str, port: int, error: OSError) -> UserError:
    """Why nothing can be served at an address, and what to change."""
    if isinstance(error, socket.gaierror):
        return UserError(f"{host} is no address of this machine: {error.strerror} (give another --host)")
    if error.errno == errno.EADDRNOTAVAIL:
        return UserError(f"{host} is an address of another machine (give another --host)")
    return UserError(f"{host}:{port} cannot be used: {error.strerror} (give another --port)")


def listen(
    application: Application,
    host: str,
    port: int,
    *,
    warm: Callable[[], None],
    ready: Callable[[str], None],
) -> None:
    """Serve until interrupted; `warm` runs before the first request, then `ready` is told the address."""
    import uvicorn
    from starlette.concurrency import run_in_threadpool

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: only then are answers sent without waiting for the reader's next word.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise unusable(host, port, error) from None
        listening.listen()
        named = f"[{host}]" if ":" in host else host
        config = uvicorn.Config(application, log_level="warning", server_header=False, lifespan="off")

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                await run_in_threadpool(warm)
                ready(f"http://{named}:{listening.getsockname()[1]}/")

        Server(config).run(sockets=[listening])
