"""A command that starts an MCP server -> its lines, as a session reads and writes them.

Unlike the package's own transport, a line has a largest size, and what the server started ends with it.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from plimsoll.core.processes import end_all

LINE = 4 * 1024 * 1024
"""Bytes that a line of a server may have."""


@asynccontextmanager
async def started(words: Sequence[str]) -> AsyncGenerator[tuple[Any, Any]]:
    """Start a server, speak with it, end it."""
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
    end_all(process.pid)
    await process.wait()
