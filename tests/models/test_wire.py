"""Calls over connections of our own: kept, renewed, given up."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from plimsoll.core import UserError
from plimsoll.models._framing import BadReply
from plimsoll.models._wire import Wire

HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer none"}


class Server:
    """What a server saw of its callers."""

    def __init__(self, replies: list[bytes], *, closes: bool = False) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.serving: list[asyncio.Task[None] | None] = []
        self._replies = replies
        self._closes = closes

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer call after call."""
        self.connections += 1
        self.serving.append(asyncio.current_task())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.rpartition(b"Content-Length: ")[2])
                self.heads.append(head)
                self.bodies.append(await reader.readexactly(length))
                writer.write(self._replies[min(len(self.heads), len(self._replies)) - 1])
                await writer.drain()
                if self._closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def ended(self) -> None:
        """Wait until nobody is served."""
        await asyncio.gather(*filter(None, self.serving))


def replied(body: bytes, more: bytes = b"") -> bytes:
    """A whole reply."""
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (more, len(body), body)


@asynccontextmanager
async def wired(server: Server, path: str = "/v1/x") -> AsyncGenerator[Wire]:
    """Connections to a server on this machine."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    wire = Wire(f"http://127.0.0.1:{port}{path}", HEADERS, 1000)
    try:
        yield wire
    finally:
        await wire.close()
        listening.close()
        await server.ended()


def test_calls_one_after_the_other_share_a_connection() -> None:
    server = Server([replied(b"1"), replied(b"2")])

    async def told() -> list[bytes]:
        async with wired(server, "/v1/x?version=1 2") as wire:
            return [(await wire.post(body)).body for body in (b"first", b"second")]

    assert asyncio.run(told()) == [b"1", b"2"]
    assert server.bodies == [b"first", b"second"]
    assert server.connections == 1
    first = server.heads[0].decode()
    assert first.startswith("POST /v1/x?version=1%202 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert "Authorization: Bearer none\r\n" in first


def test_calls_at_a_time_have_a_connection_each_and_keep_it() -> None:
    server = Server([replied(b"x")])

    async def told() -> None:
        async with wired(server) as wire:
            for _ in range(3):
                await asyncio.gather(*(wire.post(b"y") for _ in range(5)))

    asyncio.run(told())
    assert len(server.bodies) == 15
    assert server.connections == 5


def test_a_server_that_closes_after_each_reply_is_asked_over_a_new_connection() -> None:
    server = Server([replied(b"x")], closes=True)

    async def told() -> None:
        async with wired(server) as wire:
            for _ in range(3):
                await wire.post(b"y")
                await asyncio.sleep(0.05)

    asyncio.run(told())
    assert server.connections == 3


def test_a_reply_is_never_taken_for_that_of_another_call() -> None:
    server = Server([replied(b"1") + replied(b"nobody asked"), replied(b"2")])

    async def told() -> list[bytes]:
        async with wired(server) as wire:
            return [(await wire.post(b"y")).body for _ in range(2)]

    assert asyncio.run(told()) == [b"1", b"2"]
    assert server.connections == 2


def test_a_call_that_was_given_up_leaves_no_reply_to_the_next() -> None:
    server = Server([b"", replied(b"2")])

    async def told() -> bytes:
        async with wired(server) as wire:
            call = asyncio.create_task(wire.post(b"never answered"))
            while not server.bodies:
                await asyncio.sleep(0.001)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            return (await wire.post(b"y")).body

    assert asyncio.run(told()) == b"2"
    assert server.connections == 2


def test_a_connection_that_breaks_is_an_error_and_the_next_call_has_another() -> None:
    server = Server([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", replied(b"2")], closes=True)

    async def told() -> bytes:
        async with wired(server) as wire:
            with pytest.raises(BadReply):
                await wire.post(b"y")
            return (await wire.post(b"y")).body

    assert asyncio.run(told()) == b"2"


def test_another_loop_has_connections_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        wire = Wire(f"http://127.0.0.1:{port}/", HEADERS, 1000)

        async def told(server: Server) -> bytes:
            serving = await asyncio.start_server(server.serve, sock=listening.dup())
            answer = await wire.post(b"y")
            await wire.close()
            serving.close()
            await server.ended()
            return answer.body

        assert asyncio.run(told(Server([replied(b"1")]))) == b"1"
        assert asyncio.run(told(Server([replied(b"2")]))) == b"2"


def test_nobody_at_the_address_is_an_error_of_the_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        wire = Wire(f"http://127.0.0.1:{unused.getsockname()[1]}/", HEADERS, 1000)
        with pytest.raises(ConnectionRefusedError):
            asyncio.run(wire.post(b"y"))


def test_a_header_cannot_smuggle_another() -> None:
    with pytest.raises(UserError, match="line break"):
        Wire("http://127.0.0.1/", {"X-Name": "a\r\nX-Other: b"}, 1000)
