"""A command that starts an MCP server -> worlds with its tools, over standard input and output.

Each case has a server of its own, started for it and ended after it with all that it started. The server is
anybody's code and runs with the rights of whoever starts the run: put one that is not trusted into a
container, and name the command that starts it there. What it says is data: lines, results, tools and
descriptions have a largest size, names are brought into a plain form, and it learns no key, since of the
environment it is given the few variables alone that the `mcp` package names. A call that takes too long is
an error for the agent.
"""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

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
from plimsoll.text.calls import shallow

LINE = 4 * 1024 * 1024
"""Bytes that a line of a server may have."""
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
    """Makes the world of a case: a server started for it."""

    command: str
    seconds: float = 20.0
    """How long the server may take to start, and to answer a call."""

    def __post_init__(self) -> None:
        try:
            import mcp  # noqa: F401  # pyright: ignore[reportUnusedImport]
        except ImportError:
            raise MissingExtra("environments/mcp", "agents") from None
        try:
            words = shlex.split(self.command)
        except ValueError:
            words = []
        if not words or shutil.which(words[0]) is None:
            raise UserError(f"no MCP server is started by {self.command!r}: name a program and its arguments")

    async def __call__(self, sample: Sample) -> Environment:
        """The world of one case. Raises `ServerBroken`."""
        world = McpWorld(shlex.split(self.command), self.seconds)
        await world.begin()
        return world


class _Wish(NamedTuple):
    call: ToolCall
    answer: asyncio.Future[Message]


@dataclass
class McpWorld:
    """A server's tools, for one case."""

    words: Sequence[str]
    seconds: float
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
        return f"the MCP server {' '.join(self.words)!r}"

    async def _serve(self, ready: asyncio.Future[None]) -> None:
        """Hold the session open, and carry out one wish after the other."""
        from mcp import ClientSession

        try:
            async with _transport(self.words) as (read, write), ClientSession(read, write) as session:
                await session.initialize()
                listed = await session.list_tools()
                for given in listed.tools[:MOST]:
                    tool = _tool(given.name, given.description, given.input_schema)
                    self._tools.setdefault(tool.name, tool)
                    self._named.setdefault(tool.name, given.name)
                ready.set_result(None)
                while (wish := await self._wishes.get()) is not None:
                    answer = await self._called(session, wish.call)
                    if not wish.answer.done():
                        wish.answer.set_result(answer)
        except Exception as error:  # noqa: BLE001  a server is anybody's code
            if not ready.done():
                ready.set_exception(ServerBroken(f"{self._shown} does not serve: {_told(error)}"))

    async def _called(self, session: Any, call: ToolCall) -> Message:
        name = self._named[call.name]
        try:
            found = await session.call_tool(name, dict(call.arguments), read_timeout_seconds=self.seconds)
        except Exception as error:  # noqa: BLE001  a server is anybody's code
            return _failed(call, _told(error))
        text = "\n".join(_block(each) for each in found.content)
        if not found.content and found.structured_content is not None:
            text = json.dumps(found.structured_content, ensure_ascii=False, default=str)
        return Message(role="tool", text=_cut(text, LONGEST), call_id=call.id, error=bool(found.is_error))


@asynccontextmanager
async def _transport(words: Sequence[str]) -> AsyncGenerator[tuple[Any, Any]]:
    """A server's lines as a session reads and writes them; unlike the package's own, with a largest line."""
    import anyio
    from mcp.client.stdio import get_default_environment

    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=LINE,
        env=get_default_environment(),
        start_new_session=True,
    )
    heard_in, heard = anyio.create_memory_object_stream[Any](0)
    said, said_out = anyio.create_memory_object_stream[Any](0)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_hear, process, heard_in)
            group.start_soon(_say, process, said_out)
            yield heard, said
            group.cancel_scope.cancel()
    finally:
        for stream in (heard_in, heard, said, said_out):
            stream.close()
        await _ended(process)


async def _hear(process: Process, into: Any) -> None:
    from mcp.shared.message import SessionMessage
    from mcp.types import jsonrpc_message_adapter

    assert process.stdout is not None
    async with into:
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than any line may be
                return
            if not line:
                return
            try:
                message = SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
            except ValueError as error:
                message = error
            await into.send(message)


async def _say(process: Process, out: Any) -> None:
    assert process.stdin is not None
    async with out:
        async for message in out:
            body = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            try:
                process.stdin.write(f"{body}\n".encode("utf-8", "replace"))
                await process.stdin.drain()
            except OSError:
                return


async def _ended(process: Process) -> None:
    """End a server and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()


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
