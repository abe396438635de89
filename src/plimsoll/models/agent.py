"""A Python function of one's own -> model: `agent/module:function`, an agent as the subject of any benchmark.

The function is given the messages, as chat completions have them, and returns a text, a message, or a list
of messages: the steps that it took with tools of its own, and last its answer. One that takes a second
argument `tools` is offered the tools of the case's world as well, and its calls are run there. What it prints
goes to standard error.
"""

import asyncio
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock, Thread
from typing import Annotated, Any, TextIO

from plimsoll.core import ModelError, Need, Request, Response, UserError, files
from plimsoll.models._reported import response_of, sent
from plimsoll.registry import WAY, model

TOOLS = "tools"
BLOCKED = 0.5
"""Seconds without a turn after which a loop is blocked."""


class OwnAgent:
    """A function as a model."""

    def __init__(self, name: str, reply: Callable[..., Any], revision: str, seconds: float) -> None:
        self.name = name
        self.revision = revision
        self._calls = _Calls(reply)
        self._seconds = seconds
        self._given = TOOLS in inspect.signature(reply).parameters

    @property
    def offers(self) -> frozenset[Need]:
        """Pictures; tools of others where the function takes them."""
        return frozenset({"images", "tools"}) if self._given else frozenset({"images"})

    @property
    def own_tools(self) -> bool:
        """Whether it has tools of its own alone."""
        return not self._given

    async def generate(self, request: Request) -> Response:
        """What the function says. Raises `ModelError` where it raises or takes too long."""
        body = sent(request)
        given = [body["messages"], *([body.get(TOOLS, [])] if self._given else [])]
        try:
            answer = await asyncio.wait_for(self._calls.answer(given), self._seconds)
        except TimeoutError:
            await self._calls.leave()
            raise ModelError(f"{self.name} did not answer within {self._seconds:g} seconds") from None
        except Exception as error:
            raise ModelError(f"{self.name} raised {type(error).__name__}: {error}") from error
        return response_of(answer, request)

    async def close(self) -> None:
        """Let go of the loop in which it waits."""
        self._calls.close()


@model
def agent(model_id: str = "", *, version: str = "", seconds: Annotated[float, WAY] = 120.0) -> OwnAgent:
    """An agent of your own, as a Python function: agent/MODULE:FUNCTION.

    Args:
        model_id: Module and function, as in `my_agent:reply`; the current folder is looked in first.
        version: Tells agents of the same code apart: another prompt, another model inside.
        seconds: How long an answer may take.
    """
    if seconds <= 0:
        raise UserError(f"agent: seconds is {seconds:g}; it must be more than 0")
    reply = _found(model_id)
    return OwnAgent(f"agent/{model_id}", reply, f"{_source(model_id)} {version}".strip(), seconds)


def _found(model_id: str) -> Callable[..., Any]:
    """The function that is meant. Raises `UserError`."""
    place, colon, name = model_id.partition(":")
    if not (colon and place and name.isidentifier()):
        raise UserError(
            f"agent/{model_id} names no function: write agent/MODULE:FUNCTION, as in my_agent:reply"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(place), name, None)
    except Exception as error:
        raise UserError(
            f"agent/{model_id}: {place} cannot be imported ({type(error).__name__}: {error})"
        ) from error
    if not callable(found):
        raise UserError(f"agent/{model_id}: {place} has no function {name!r}")
    return found


def _source(model_id: str) -> str:
    """A hash over the module's file; where it is one of a package, over all files of that folder."""
    module = sys.modules[model_id.partition(":")[0]]
    path = Path(getattr(module, "__file__", None) or "")
    code = sorted(path.parent.rglob("*.py")) if module.__package__ else [path]
    digest = sha256()
    for file in code:
        digest.update(files.read(file) if file.is_file() else b"")
    return f"sha256:{digest.hexdigest()[:16]}"


class _Calls:
    """Calls of a function, in threads that nothing waits for: one that blocks, ends itself or never ends
    holds up nobody. What is asynchronous shares one loop, as clients that it keeps expect."""

    def __init__(self, reply: Callable[..., Any]) -> None:
        self._reply = reply
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left: list[asyncio.AbstractEventLoop] = []

    async def answer(self, given: list[Any]) -> Any:
        """What the function returns, or raises."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Any] = loop.create_future()
        here = os.getpid()

        def tell(value: Any, error: Exception | None) -> None:
            if told.done():
                return
            if error is None:
                told.set_result(value)
            else:
                told.set_exception(error)

        def work() -> None:
            value, problem = None, None
            try:
                value = self._waited(self._reply(*given))
            except Exception as error:  # noqa: BLE001  the agent is anybody's code
                problem = error
            except BaseException as error:  # noqa: BLE001  it may end itself, and not us
                problem = RuntimeError(type(error).__name__)
            # A function that forks comes back twice.
            if os.getpid() == here and not loop.is_closed():
                loop.call_soon_threadsafe(tell, value, problem)

        with _ASIDE.held():
            Thread(target=work, daemon=True).start()
            return await told

    async def leave(self) -> None:
        """Give the loop up where something blocks it, so that later calls have another."""
        loop = self._loop
        if loop is None:
            return
        turn = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop)
        try:
            await asyncio.wait_for(asyncio.wrap_future(turn), BLOCKED)
        except TimeoutError:
            self._left.append(loop)
            self._loop = None

    def close(self) -> None:
        """Stop all loops; what blocks one goes on in its thread."""
        with self._lock:
            loops, self._left, self._loop = [*self._left, self._loop], [], None
        for loop in loops:
            if loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(loop.stop)

    def _waited(self, answer: Any) -> Any:
        """The answer, where what came is one to be waited for."""
        if not inspect.isawaitable(answer):
            return answer

        async def waited() -> Any:
            try:
                return await answer
            except (SystemExit, KeyboardInterrupt) as error:
                raise RuntimeError(type(error).__name__) from None

        return asyncio.run_coroutine_threadsafe(waited(), self._running()).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=_run, args=(self._loop,), daemon=True).start()
            return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


class _Aside:
    """While agents are at work, what they print goes to standard error: our output is for who reads it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._kept: TextIO | None = None

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold it aside; of several at once the last gives it back."""
        with self._lock:
            self._count += 1
            if self._count == 1:
                self._kept, sys.stdout = sys.stdout, sys.stderr
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
                if not self._count and self._kept is not None:
                    sys.stdout, self._kept = self._kept, None


_ASIDE = _Aside()
