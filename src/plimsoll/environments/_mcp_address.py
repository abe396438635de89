"""The address of an MCP server -> its messages, over HTTP as the protocol streams them.

Unlike the package's own client, a reply has a largest size, and one that is packed is refused: few bytes of
it can be very many.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

EVENT = 4 * 1024 * 1024
"""Bytes of one message of a server."""
REPLY = 16 * EVENT
"""Bytes of one reply, all its events together."""


@asynccontextmanager
async def reached(address: str, seconds: float, key: str) -> AsyncGenerator[tuple[Any, Any]]:
    """Open a session with a server, speak with it, end the session."""
    from mcp.client.streamable_http import streamable_http_client

    # Without anybody to tell, Python prints what libraries complain of: errors reach the agent as results.
    logging.getLogger("mcp").addHandler(logging.NullHandler())
    async with (
        _client(seconds, key) as client,
        streamable_http_client(address, http_client=client, max_sse_event_size=EVENT) as (read, write),
    ):
        yield read, write


def _client(seconds: float, key: str) -> "httpx2.AsyncClient":
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        """The body of a reply, up to its largest size."""

        def __init__(self, inner: httpx2.AsyncByteStream, most: int) -> None:
            self.inner = inner
            self.left = most

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for piece in self.inner:
                self.left -= len(piece)
                if self.left < 0:
                    raise httpx2.ReadError("the server sends more than anybody reads")
                yield piece

        async def aclose(self) -> None:
            await self.inner.aclose()

    async def bound(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise httpx2.ReadError("the server packs its replies, which is not asked for")
        streams = response.headers.get("content-type", "").startswith("text/event-stream")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = Bounded(response.stream, REPLY if streams else EVENT)

    headers = {"accept-encoding": "identity", **({"authorization": f"Bearer {key}"} if key else {})}
    return httpx2.AsyncClient(headers=headers, timeout=seconds, event_hooks={"response": [bound]})
