"""A command of one's own that speaks JSON lines -> model: `agent_command/python my_agent.py`.

For every request it reads one line, `{"messages": [...], "tools": [...]}`, and writes one: a text, a message,
or a list of messages (the steps that it took with tools of its own, and last its answer), or
`{"error": "why"}`. It is started when it is first asked, once for each request in flight, and goes on living;
one that takes too long, breaks off or writes what is no JSON is ended, and the next request starts another.
"""

import asyncio
import json
import shlex
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, cast

from plimsoll.core import ModelError, Need, Request, Response, UserError, decoding, files
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
        self._idle: list[Process] = []

    @property
    def offers(self) -> frozenset[Need]:
        """Pictures; tools of others where it was said to take them."""
        return frozenset({"images"}) if self.own_tools else frozenset({"images", "tools"})

    async def generate(self, request: Request) -> Response:
        """What the command answers. Raises `ModelError`."""
        line = json.dumps(sent(request), ensure_ascii=False, default=str).encode("utf-8", "replace")
        async with self._free:
            process = self._idle.pop() if self._idle else await self._started()
            try:
                answer = await asyncio.wait_for(_asked(process, line + b"\n"), self._seconds)
            except TimeoutError:
                await _ended(process)
                raise ModelError(f"{self.name} did not answer within {self._seconds:g} seconds") from None
            except BaseException:
                await _ended(process)
                raise
            self._idle.append(process)
        if isinstance(answer, Mapping) and "error" in answer:
            raise ModelError(f"{self.name}: {str(cast('Mapping[str, Any]', answer)['error'])[:2000]}")
        return response_of(answer, request)

    async def close(self) -> None:
        """End its processes."""
        while self._idle:
            await _ended(self._idle.pop())

    async def _started(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._words, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LONGEST
            )
        except OSError as error:
            raise ModelError(f"{self.name} cannot be started: {error.strerror or error}") from None


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


async def _asked(process: Process, line: bytes) -> Any:
    """The command's answer to one line. Raises `ModelError`."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(line)
        await process.stdin.drain()
        answer = await process.stdout.readline()
    except ValueError:
        raise ModelError(f"the command wrote a line of more than {LONGEST:,} bytes") from None
    except OSError:
        answer = b""
    if not answer.endswith(b"\n"):
        raise ModelError("the command ended before it answered: it writes one line for each that it reads")
    try:
        return decoding.loosely(answer)
    except ValueError:
        raise ModelError(f"the command wrote a line that is no JSON: {answer[:SHOWN]!r}") from None


async def _ended(process: Process) -> None:
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            return
        await process.wait()
