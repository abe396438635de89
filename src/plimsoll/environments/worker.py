"""Python code -> worlds with tools, in one process of their own that may write no file and reach nobody.

All worlds of a run share the process, and no object: each is made afresh. A call that takes too long costs
the process its life; the other worlds are then made again and their calls repeated, which nobody notices,
since such worlds do the same thing every time.
"""

import asyncio
import os
import select
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any

import msgspec
from msgspec import Struct

from plimsoll.core import Message, PlimsollError, Tool, ToolCall, decoding

CODE = "import sys; sys.path[:] = {path!r}; from plimsoll.environments.inside import serve; serve({loaded!r})"

LINE = 64 * 1024 * 1024
"""Bytes of one answer: a result and a state, each of which the process itself cuts."""
PIECE = 1024 * 1024
STARTING = 30.0
"""Seconds that the process itself may take to start, on a machine with much else to do."""


class WorldBroken(PlimsollError):
    """A world that cannot be made: its case is recorded as failed."""


class Answer(Struct, frozen=True):
    """What the process says of a world."""

    n: int = 0
    """The number of the wish that it answers."""
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
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._asked = 0
        self.end = weakref.finalize(self, _ended, self._process)

    def ask(self, body: bytes, seconds: float) -> Answer:
        """The answer, or that there will be none."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        self._asked += 1
        limit = seconds if self._asked > 1 else seconds + STARTING
        try:
            _write(stdin, b'{"n":%d,"wish":%s}\n' % (self._asked, body))
            return self._answer(stdout, time.monotonic() + limit)
        except TimeoutError:
            words = f"The tool did not answer within {seconds:g} seconds."
        except (OSError, ValueError):
            words = "The tool's process ended."
        self.end()
        return Answer(text=words, failed=True, gone=True)

    def _answer(self, pipe: IO[bytes], deadline: float) -> Answer:
        """The answer to the last wish. Raises `TimeoutError`, and `ValueError` where there is none.

        A world could write into the pipe itself: what is no whole line holds nobody up, and a line that
        answers another wish, or none, is passed over."""
        read = _pieces if hasattr(select, "poll") else _pieces_by_thread
        held, size = bytearray(), 0
        for piece in read(pipe, deadline):
            held += piece
            size += len(piece)
            if size > LINE:
                raise ValueError("more than anybody reads")
            if b"\n" not in piece:
                continue
            *lines, held = held.split(b"\n")
            for line in lines:
                with suppress(ValueError):
                    if (answer := ANSWER.decode(line)).n == self._asked:
                        return answer
        raise ValueError("the process ended")


def _write(pipe: IO[bytes], body: bytes) -> None:
    """Write all of it: a pipe takes what it has room for."""
    left = memoryview(body)
    while left:
        left = left[pipe.write(left) :]


def _pieces(pipe: IO[bytes], deadline: float) -> Iterator[bytes]:
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN | select.POLLHUP)
    while (left := deadline - time.monotonic()) > 0 and waiting.poll(left * 1000):
        piece = os.read(pipe.fileno(), PIECE)
        if not piece:
            return
        yield piece
    raise TimeoutError


def _pieces_by_thread(pipe: IO[bytes], deadline: float) -> Iterator[bytes]:
    """Where a system cannot tell of pipes, a thread waits."""
    while True:
        found: list[bytes] = []
        reading = Thread(target=_read_into, args=(pipe, found), daemon=True)
        reading.start()
        reading.join(max(0.0, deadline - time.monotonic()))
        if reading.is_alive():
            raise TimeoutError
        if not found or not found[0]:
            return
        yield found[0]


def _read_into(pipe: IO[bytes], found: list[bytes]) -> None:
    found.append(os.read(pipe.fileno(), PIECE))


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
