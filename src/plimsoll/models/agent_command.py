"""A command of one's own that speaks JSON lines -> model: `agent_command/python my_agent.py`.

For every request it reads one line, `{"messages": [...], "tools": [...]}`, and writes one: a text, a message,
or a list of messages (the steps that it took with tools of its own, and last its answer), or
`{"error": "why"}`. It is started when it is first asked, once for each request in flight, and goes on living;
one that takes too long, breaks off, writes what is no JSON or speaks unasked is ended with all that it
started, and the next request starts another.
"""

import asyncio
import json
import shlex
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, cast

from plimsoll.core import ModelError, Need, Request, Response, UserError, decoding, files
from plimsoll.core.processes import end_all
from plimsoll.models._reported import response_of, sent
from plimsoll.registry import WAY, model

LONGEST = 32 * 1024 * 1024
"""Bytes that a line may have."""
SHOWN = 120
"""Bytes of an odd line that an error repeats."""


class AgentCommand:
    """A command as a model."""

    def __init__(self, command: str, revision: str, *, tools: bool, seconds: float, parallel: int) -> None:
        self.name = f"agent_command/{command}"
        self.revision = revision
        self.own_tools = not tools
        self._words = shlex.split(command)
        self._seconds = seconds
        self._free = asyncio.Semaphore(parallel)
        self._idle: list[_Talk] = []

    @property
    def offers(self) -> frozenset[Need]:
        """Pictures; tools of others where it was said to take them."""
        return frozenset({"images"}) if self.own_tools else frozenset({"images", "tools"})

    async def generate(self, request: Request) -> Response:
        """What the command answers. Raises `ModelError`."""
        line = json.dumps(sent(request), ensure_ascii=False, default=str).encode("utf-8", "replace")
        async with self._free:
            talk = await self._ready()
            try:
                answer = await asyncio.wait_for(talk.asked(line + b"\n"), self._seconds)
            except TimeoutError:
                await talk.end()
                raise ModelError(f"{self.name} did not answer within {self._seconds:g} seconds") from None
            except BaseException:
                await talk.end()
                raise
            self._idle.append(talk)
        if isinstance(answer, Mapping) and "error" in answer:
            raise ModelError(f"{self.name}: {str(cast('Mapping[str, Any]', answer)['error'])[:2000]}")
        return response_of(answer, request)

    async def close(self) -> None:
        """End its processes."""
        while self._idle:
            await self._idle.pop().end()

    async def _ready(self) -> "_Talk":
        """A process that waits for a question; one that ended meanwhile is gone. Raises `ModelError`."""
        while self._idle:
            talk = self._idle.pop()
            if not talk.next.done():
                return talk
            await talk.end()
            if talk.spoke:
                raise ModelError(
                    f"{self.name} wrote a line that nobody asked for: it writes one for each that it reads, "
                    "and what it prints beside goes to standard error"
                )
        return await self._started()

    async def _started(self) -> "_Talk":
        try:
            process = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=LONGEST,
                start_new_session=True,
            )
        except OSError as error:
            raise ModelError(f"{self.name} cannot be started: {error.strerror or error}") from None
        return _Talk(process)


@model
def agent_command(
    model_id: str = "",
    *,
    tools: bool = False,
    version: str = "",
    seconds: Annotated[float, WAY] = 120.0,
    parallel: Annotated[int, WAY] = 4,
) -> AgentCommand:
    """An agent of your own, as a command that reads and writes JSON lines: agent_command/COMMAND.

    Args:
        model_id: The command with its arguments, as in `python my_agent.py`; no shell reads it.
        tools: Whether it is offered the tools of the case's world, instead of having its own alone.
        version: Tells agents of the same files apart: another prompt, another model inside.
        seconds: How long an answer may take.
        parallel: How many processes answer side by side.
    """
    for option, value in (("seconds", seconds), ("parallel", parallel)):
        if value <= 0:
            raise UserError(f"agent_command: {option} is {value:g}; it must be more than 0")
    try:
        words = shlex.split(model_id)
    except ValueError as error:
        raise UserError(f"agent_command: {model_id!r} is no command ({error})") from None
    if not words or "\x00" in model_id or shutil.which(words[0]) is None:
        raise UserError(
            f"agent_command finds no program {''.join(words[:1])!r}: write agent_command/PROGRAM ARGUMENTS"
        )
    revision = f"{_files(words)} {version}".strip()
    return AgentCommand(model_id, revision, tools=tools, seconds=seconds, parallel=parallel)


def _files(words: list[str]) -> str:
    """A hash over those of the command's words that are files: another script is another agent."""
    digest = sha256()
    for word in words[1:]:
        path = Path(word)
        digest.update(files.read(path) if path.is_file() else word.encode())
    return f"sha256:{digest.hexdigest()[:16]}"


class _Talk:
    """A process under way. Its next line is always waited for, so that one that comes unasked is seen."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.next = self._listening()

    @property
    def spoke(self) -> bool:
        """Whether it wrote something that it was not asked for, and did not merely end."""
        return self.next.done() and (self.next.exception() is not None or bool(self.next.result()))

    async def asked(self, line: bytes) -> Any:
        """The answer to one line. Raises `ModelError`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            await self._process.stdin.drain()
            answer = await self.next
        except ValueError:
            raise ModelError(f"the command wrote a line of more than {LONGEST:,} bytes") from None
        except OSError:
            answer = b""
        if not answer.endswith(b"\n"):
            raise ModelError(
                "the command ended before it answered: it writes one line for each that it reads"
            )
        self.next = self._listening()
        try:
            return decoding.loosely(answer)
        except ValueError:
            raise ModelError(f"the command wrote a line that is no JSON: {answer[:SHOWN]!r}") from None

    async def end(self) -> None:
        """End the process with all that it started."""
        if not self.next.done():
            self.next.cancel()
        with suppress(asyncio.CancelledError, ValueError, OSError):
            await self.next
        end_all(self._process.pid)
        await self._process.wait()

    def _listening(self) -> asyncio.Task[bytes]:
        assert self._process.stdout is not None
        return asyncio.create_task(self._process.stdout.readline())
