"""An MCP server -> worlds with its tools: a command that starts it, or its address.

A command is started for each case and ended after it with all that it started. It is anybody's code and runs
with the rights of whoever starts the run: put one that is not trusted into a container, and name the command
that starts it there. A server at an address is given a session for each case; what it keeps beyond a session
is its own. What a server says is data: lines, replies, results, tools and descriptions have a largest size,
names are brought into a plain form. It learns no key: of the environment a command is given the few variables
alone that the `mcp` package names, and an address the one token that is meant for it. A call that takes too
long is an error for the agent.
"""

import asyncio
import json
import os
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from plimsoll.core import (
    Environment,
    Message,
    MissingExtra,
    PlimsollError,
    Sample,
    Tool,
    ToolCall,
    UserError,
)
from plimsoll.environments import _mcp_address, _mcp_command
from plimsoll.text.calls import shallow

LONGEST = 200_000
"""Characters of a result that are handed on."""
DESCRIPTION = 4_000
"""Characters of a tool's description, and of an error, that are handed on."""
SCHEMA = 50_000
"""Characters of a tool's schema; a longer one is left out."""
MOST = 256
"""Tools that are offered."""
_ODD = re.compile(r"[^A-Za-z0-9_-]")
"""What the names of tools may not hold at endpoints."""


class ServerBroken(PlimsollError):
    """A server that cannot be started or does not speak MCP: its case is recorded as failed."""


@dataclass(frozen=True)
class McpWorlds:
    """Makes the world of a case: a server started for it, or a session with one that runs."""

    server: str
    """A command, or an address that begins with http:// or https://."""
    seconds: float = 20.0
    """How long the server may take to start, and to answer a call."""
    key_env: str = ""
    """The variable that holds the token for a server at an address."""

    def __post_init__(self) -> None:
        try:
            import mcp  # noqa: F401  # pyright: ignore[reportUnusedImport]
        except ImportError:
            raise MissingExtra("environments/mcp", "agents") from None
        if is_address(self.server):
            _refuse_odd(self.server)
            self._key()
        elif self.key_env:
            raise UserError("a command is given no key: server_key_env= is for servers at an address")
        elif not (words := _words(self.server)) or shutil.which(words[0]) is None:
            raise UserError(
                f"no MCP server is started by {self.server!r}: name a program and its arguments, or the "
                "address of a server, http://..."
            )

    async def __call__(self, sample: Sample) -> Environment:
        """The world of one case. Raises `ServerBroken`."""
        world = McpWorld(self.server, self.seconds, self._key())
        await world.begin()
        return world

    def _key(self) -> str:
        if not self.key_env:
            return ""
        if not (key := os.environ.get(self.key_env, "").strip()):
            raise UserError(f"the MCP server needs a key: export {self.key_env}=...")
        return key


def is_address(server: str) -> bool:
    """Whether a server is reached at an address, and not started by a command."""
    return server.startswith(("http://", "https://"))


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _refuse_odd(address: str) -> None:
    try:
        parts = urlsplit(address)
        known = bool(parts.hostname) and parts.port != 0
    except ValueError:
        known, parts = False, None
    if not known or parts is None:
        raise UserError(f"{address!r} is no address of an MCP server: write http://HOST:PORT/mcp")
    if parts.username or parts.password:
        raise UserError("an address is kept with the run: name the variable of the key by server_key_env=")


class _Wish(NamedTuple):
    call: ToolCall
    answer: asyncio.Future[Message]


@dataclass
class McpWorld:
    """A server's tools, for one case."""

    server: str
    seconds: float
    key: str = field(default="", repr=False)
    _tools: dict[str, Tool] = field(default_factory=dict[str, Tool])
    _named: dict[str, str] = field(default_factory=dict[str, str])
    """Name of a tool as models know it -> as the server does."""
    _wishes: asyncio.Queue[_Wish | None] = field(default_factory=asyncio.Queue["_Wish | None"])
    _serving: asyncio.Task[None] | None = None

    @property
    def tools(self) -> Sequence[Tool]:
        """What the agent may call."""
        return tuple(self._tools.values())

    async def begin(self) -> None:
        """Start the server and ask for its tools. Raises `ServerBroken`."""
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # The session's scopes must be left in the task that entered them: that task is this one.
        self._serving = asyncio.create_task(self._serve(ready))
        try:
            await asyncio.wait_for(asyncio.shield(ready), self.seconds)
        except TimeoutError:
            ready.cancel()  # what the server says of itself by now, nobody waits for
            await self.close()
            raise ServerBroken(f"{self._shown} was not ready within {self.seconds:g} seconds") from None

    async def call(self, call: ToolCall) -> Message:
        """What the server answers."""
        if call.name not in self._named:
            return _failed(call, f"No tool is called {call.name[:200]}.")
        if self._serving is None or self._serving.done():
            return _failed(call, "The server ended.")
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._wishes.put_nowait(_Wish(call, answer))
        await asyncio.wait((answer, self._serving), return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else _failed(call, "The server ended.")

    def state(self) -> Mapping[str, Any]:
        """Nothing: a server keeps its state to itself."""
        return {}

    async def close(self) -> None:
        """End the server."""
        if self._serving is None:
            return
        self._wishes.put_nowait(None)
        await asyncio.wait((self._serving,), timeout=1.0)
        self._serving.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._serving

    @property
    def _shown(self) -> str:
        return f"the MCP server {self.server!r}"

    def _reached(self) -> AbstractAsyncContextManager[tuple[Any, Any]]:
        """The server's messages, as a session reads and writes them."""
        if is_address(self.server):
            return _mcp_address.reached(self.server, self.seconds, self.key)
        return _mcp_command.started(_words(self.server))

    async def _serve(self, ready: asyncio.Future[None]) -> None:
        """Hold the session open, and carry out one wish after the other."""
        from mcp import ClientSession

        try:
            async with self._reached() as (read, write), ClientSession(read, write) as session:
                await session.initialize()
                await self._learn(session)
                ready.set_result(None)
                while (wish := await self._wishes.get()) is not None:
                    answer = await self._called(session, wish.call)
                    if not wish.answer.done():
                        wish.answer.set_result(answer)
        except Exception as error:  # noqa: BLE001  a server is anybody's code
            if not ready.done():
                reason = " ".join(self._without_key(_told(error)).split())
                ready.set_exception(ServerBroken(f"{self._shown} does not serve: {reason}"))

    async def _learn(self, session: Any) -> None:
        """Ask for the tools, page by page."""
        from mcp.types import PaginatedRequestParams

        cursor: str | None = None
        for _ in range(MOST):
            listed = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
            for given in listed.tools[: MOST - len(self._tools)]:
                tool = _tool(given.name, given.description, given.input_schema)
                self._tools.setdefault(tool.name, tool)
                self._named.setdefault(tool.name, given.name)
            cursor = listed.next_cursor
            if not cursor or len(self._tools) >= MOST:
                return

    async def _called(self, session: Any, call: ToolCall) -> Message:
        name = self._named[call.name]
        try:
            found = await session.call_tool(name, dict(call.arguments), read_timeout_seconds=self.seconds)
        except Exception as error:  # noqa: BLE001  a server is anybody's code
            return _failed(call, self._without_key(_told(error)))
        text = "\n".join(_block(each) for each in found.content)
        if not found.content and found.structured_content is not None:
            text = json.dumps(found.structured_content, ensure_ascii=False, default=str)
        text = self._without_key(_cut(text, LONGEST))
        return Message(role="tool", text=text, call_id=call.id, error=bool(found.is_error))

    def _without_key(self, text: str) -> str:
        """What a server says is kept with the run; the key that it was sent is not."""
        return text.replace(self.key, "[key]") if self.key else text


def _tool(name: str, description: str | None, schema: Mapping[str, Any]) -> Tool:
    """A tool as an agent is offered it."""
    fits = shallow(schema) and len(json.dumps(schema, default=str)) <= SCHEMA
    return Tool(
        name=_ODD.sub("_", name)[:64] or "_",
        description=_cut(description or "", DESCRIPTION),
        parameters=dict(schema) if fits else {"type": "object"},
    )


def _block(block: Any) -> str:
    """A piece of a result in words."""
    text = getattr(block, "text", None) or getattr(getattr(block, "resource", None), "text", None)
    if isinstance(text, str):
        return text
    return f"[{getattr(block, 'type', 'something')} {getattr(block, 'mime_type', None) or ''}".rstrip() + "]"


def _failed(call: ToolCall, words: str) -> Message:
    return Message(role="tool", text=_cut(words, DESCRIPTION), call_id=call.id, error=True)


def _cut(text: str, most: int) -> str:
    plain = text.encode("utf-8", "replace").decode()
    left = len(plain) - most
    return plain if left <= 0 else f"{plain[:most]}\n[... {left:,} characters left out ...]"


def _told(error: BaseException) -> str:
    """What went wrong; of a group of errors, the first."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return _told(group.exceptions[0])
    return _cut(f"{type(error).__name__}: {error}", DESCRIPTION)
