"""Python code -> worlds with tools, in one process of their own that may write no file and reach nobody.

All worlds of a run share the process, and no object: each is made afresh. A call that takes too long costs
the process its life; the other worlds are then made again and their calls repeated, which nobody notices,
since such worlds do the same thing every time.
"""

import asyncio
import select
import subprocess
import sys
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any, cast

import msgspec
from msgspec import Struct

from plimsoll.core import Message, PlimsollError, Tool, ToolCall, decoding

CODE = "import sys; sys.path[:] = {path!r}; from plimsoll.environments.inside import serve; serve({loaded!r})"


class WorldBroken(PlimsollError):
    """A world that cannot be made: its case is recorded as failed."""


class Answer(Struct, frozen=True):
    """What the process says of a world."""

    text: str = ""
    failed: bool = False
    tools: tuple[Tool, ...] = ()
    state: dict[str, Any] | None = None
    gone: bool = False
    """Whether it said nothing any more: it ended, or had to be ended."""


ANSWER = decoding.Decoder(Answer)


class _Process:
    """The process, asked one thing at a time."""

    def __init__(self, loaded: str) -> None:
        # An empty entry stands for the folder that one works in, where a user's own world may lie.
        code = CODE.format(path=[path or str(Path.cwd()) for path in sys.path], loaded=loaded)
        command = [sys.executable, "-I", "-c", code]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.end = weakref.finalize(self, _ended, self._process)

    def ask(self, body: bytes, seconds: float) -> Answer:
        """The answer, or that there will be none."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        late, line = False, b""
        try:
            stdin.write(body + b"\n")
            stdin.flush()
            late = not _ready(stdout, seconds)
            line = b"" if late else stdout.readline()
        except (OSError, ValueError):
            line = b""
        if line.endswith(b"\n"):
            return ANSWER.decode(line)
        self.end()
        words = (
            f"The tool did not answer within {seconds:g} seconds." if late else "The tool's process ended."
        )
        return Answer(text=words, failed=True, gone=True)


def _ready(pipe: IO[bytes], seconds: float) -> bool:
    """Whether something can be read within a time; where a system cannot tell of pipes, a thread waits."""
    if hasattr(select, "poll"):
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN | select.POLLHUP)
        return bool(waiting.poll(seconds * 1000))
    reading = Thread(target=cast("BufferedReader", pipe).peek, args=(1,), daemon=True)
    reading.start()
    reading.join(seconds)
    return not reading.is_alive()


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                continue
    process.wait()


@dataclass
class Worker:
    """One process for all worlds of a run; started when the first is made, ended with this object."""

    seconds: float = 5.0
    """How long a world may take to be made, or to answer a call."""
    loaded: str = ""
    """A module whose `load` the process calls before anything is refused it."""
    starts: int = 0
    """How often a process was started: more than once where calls hung."""
    _process: _Process | None = None
    _lock: Lock = field(default_factory=Lock)
    _worlds: int = 0

    async def world(self, place: str, arguments: Mapping[str, Any], seed: str = "") -> "PythonWorld":
        """Make a world of what `module:Class` names. Raises `WorldBroken`."""
        self._worlds += 1
        world = PythonWorld(self, self._worlds, place, arguments, seed)
        await world.begin()
        return world

    def look(self, place: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The state of a world that is made to be looked at, and then forgotten. Raises `WorldBroken`."""
        self._worlds += 1
        wish = {"do": "make", "place": place, "arguments": arguments, "world": self._worlds, "seed": ""}
        answer, generation = self.ask((), self.starts, _line(wish))
        if answer.failed:
            raise WorldBroken(f"{place}: {answer.text}")
        self.ask((), generation, _line({"do": "drop", "world": self._worlds}))
        return answer.state or {}

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is not None:
                self._process.end()
            self._process = None

    def ask(self, wishes: Sequence[bytes], generation: int, last: bytes) -> tuple[Answer, int]:
        """The answer to the last wish; in a process that does not know the world, its wishes go before."""
        with self._lock:
            if self._process is None:
                self._process = _Process(self.loaded)
                self.starts += 1
            missed = () if generation == self.starts else wishes
            answer = Answer()
            for body in (*missed, last):
                answer = self._process.ask(body, self.seconds)
                if answer.gone:
                    self._process = None
                    return answer, 0
            return answer, self.starts


class PythonWorld:
    """A world in the worker process, as the agent sees it."""

    def __init__(
        self, worker: Worker, number: int, place: str, arguments: Mapping[str, Any], seed: str
    ) -> None:
        self._worker = worker
        self._number = number
        self._seed = seed
        self._generation = 0
        self._tools: tuple[Tool, ...] = ()
        self._state: Mapping[str, Any] = {}
        self._done: list[bytes] = []
        self._place = place
        self._arguments = arguments

    @property
    def tools(self) -> Sequence[Tool]:
        """What the agent may call."""
        return self._tools

    async def begin(self) -> None:
        """Make the world. Raises `WorldBroken`."""
        answer = await self._asked({"do": "make", "place": self._place, "arguments": self._arguments})
        if answer.failed:
            raise WorldBroken(f"{self._place}: {answer.text}")
        self._tools = answer.tools

    async def call(self, call: ToolCall) -> Message:
        """Run a tool; the arguments are copied on the way, so that nobody changes the record."""
        answer = await self._asked({"do": "call", "name": call.name, "arguments": call.arguments})
        return Message(role="tool", text=answer.text, call_id=call.id, error=answer.failed)

    def state(self) -> Mapping[str, Any]:
        """The world as it stood after the last call."""
        return self._state

    async def close(self) -> None:
        """Let the process forget the world."""
        if self._generation:
            await self._asked({"do": "drop"})

    async def _asked(self, wish: Mapping[str, Any]) -> Answer:
        body = _line({**wish, "world": self._number, "seed": self._seed})
        answer, self._generation = await asyncio.to_thread(
            self._worker.ask, tuple(self._done), self._generation, body
        )
        if answer.state is not None:
            self._state = answer.state
        if not answer.gone:
            self._done.append(body)
        return answer


def _line(wish: Mapping[str, Any]) -> bytes:
    """A wish as one line; what JSON cannot hold is held in words."""
    try:
        return msgspec.json.encode(wish)
    except (UnicodeEncodeError, OverflowError, TypeError, RecursionError):
        import json

        return json.dumps(wish, ensure_ascii=False, default=str).encode("utf-8", "replace")
