"""A body -> its reply, straight over asyncio: HTTP/1.1 on connections that are kept alive, and no more of it.

A third of the processor time of a general client goes into what no call here needs: redirects, cookies,
middlewares, traces, streamed bodies. Where a proxy stands between, aiohttp carries the calls
(`_proxied.py`).
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from urllib.parse import quote, urlsplit

from plimsoll.core import UserError
from plimsoll.models._address import host_of
from plimsoll.models._framing import Answer, BadReply, Pieces, TooLarge, reading

# Below the five seconds after which common Python servers close idle connections.
KEPT_ALIVE = 4.0
CONNECT_WITHIN = 30.0
NEXT_ADDRESS_AFTER = 0.25
"""Seconds after which the next address of a host is tried beside the first."""
WRITTEN = "%/?:@!$&'()*+,;=~-._[]"
"""What stands in a path or a query as it is."""
FORBIDDEN = re.compile(r"[\r\n\x00]")


class Wire:
    """The connections to one address."""

    def __init__(self, address: str, headers: Mapping[str, str], largest: int) -> None:
        self.address = address
        self._parts = urlsplit(address)
        self._head = _head(address, headers)
        self._largest = largest
        self._idle: list[Connection] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def post(self, body: bytes) -> Answer:
        """Send a body, return the reply. Raises `OSError` where the connection breaks."""
        loop = asyncio.get_running_loop()
        connection = self._known(loop) or await self._opened(loop)
        try:
            answer = await connection.asked(b"%s%d\r\n\r\n%s" % (self._head, len(body), body), self._largest)
        except BaseException:
            connection.drop()
            raise
        if answer.reusable and connection.is_free:
            connection.idle_since = loop.time()
            self._idle.append(connection)
        else:
            connection.drop()
        return answer

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._forget()
        await asyncio.sleep(0)  # A dropped connection is gone with the loop's next round.

    def _known(self, loop: asyncio.AbstractEventLoop) -> "Connection | None":
        """A connection that is open and idle."""
        if self._loop is not loop:
            self._forget()
            self._loop = loop
        while self._idle:
            connection = self._idle.pop()
            if connection.is_free and loop.time() - connection.idle_since < KEPT_ALIVE:
                return connection
            connection.drop()
        return None

    async def _opened(self, loop: asyncio.AbstractEventLoop) -> "Connection":
        secure = self._parts.scheme == "https"
        host = self._parts.hostname or ""
        async with asyncio.timeout(CONNECT_WITHIN):
            _, connection = await loop.create_connection(
                lambda: Connection(loop),
                host,
                self._parts.port or (443 if secure else 80),
                ssl=self._trust if secure else None,
                happy_eyeballs_delay=NEXT_ADDRESS_AFTER,
            )
        return connection

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _forget(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.drop()


class Connection(asyncio.Protocol):
    """One connection; it carries one call at a time."""

    _transport: asyncio.Transport
    idle_since = 0.0

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._reading: Pieces | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._is_open = False

    @property
    def is_free(self) -> bool:
        """Whether it is open and owes nothing."""
        return self._is_open and not self._transport.get_write_buffer_size()

    async def asked(self, request: bytes, largest: int) -> Answer:
        """Send a request, wait for its reply."""
        if not self._is_open:
            raise BadReply("the connection closed before the call")
        self._answer = self._loop.create_future()
        self._reading = reading(largest)
        next(self._reading)
        self._transport.write(request)
        return await self._answer

    def drop(self) -> None:
        """Close it, whatever it was doing."""
        self._reading = None
        if self._is_open:
            self._is_open = False
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up an open connection."""
        self._transport = transport  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
        self._is_open = True
        found: socket.socket | None = transport.get_extra_info("socket")
        if found is not None:
            with suppress(OSError):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._read(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The reply has to be whole by now."""
        self._is_open = False
        if exc is None:
            self._read(b"")
        else:
            self._fail(ConnectionResetError(f"{type(exc).__name__}: {exc}"))

    def _read(self, data: bytes) -> None:
        if self._reading is None:
            # Nobody asked: what comes now would be taken for the next reply.
            self.drop()
            return
        try:
            self._reading.send(data)
        except StopIteration as whole:
            self._reading = None
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(whole.value)
        except (BadReply, TooLarge) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._reading = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


def _head(address: str, headers: Mapping[str, str]) -> bytes:
    """All of a request that is the same for every call, up to its length."""
    parts = urlsplit(address)
    host = host_of(parts).encode("idna").decode() if not (parts.hostname or "").isascii() else host_of(parts)
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path or "/", safe=WRITTEN) + (
        f"?{quote(parts.query, safe=WRITTEN)}" if parts.query else ""
    )
    fields = {"Host": f"{host}{port}", "User-Agent": "plimsoll", **headers}
    for name, value in fields.items():
        if FORBIDDEN.search(name + value):
            raise UserError(f"the header {FORBIDDEN.sub(' ', name)} holds a line break, which no header can")
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{lines}Content-Length: ".encode()
