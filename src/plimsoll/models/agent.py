"""A Python function of one's own -> model: `agent/module:function`, an agent as the subject of any benchmark.

The function is given the messages, as chat completions have them, and returns a text, a message, or a list
of messages: the steps that it took with tools of its own, and last its answer. One that takes a second
argument `tools` is offered the tools of the case's world as well, and its calls are run there.
"""

import asyncio
import importlib
import inspect
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

from plimsoll.core import ModelError, Need, Request, Response, UserError, files
from plimsoll.models._reported import response_of, sent
from plimsoll.registry import WAY, model

TOOLS = "tools"


class OwnAgent:
    """A function as a model."""

    def __init__(self, name: str, reply: Callable[..., Any], revision: str, seconds: float) -> None:
        self.name = name
        self.revision = revision
        self._reply = reply
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
            answer = await asyncio.wait_for(_called(self._reply, given), self._seconds)
        except TimeoutError:
            raise ModelError(f"{self.name} did not answer within {self._seconds:g} seconds") from None
        except Exception as error:
            raise ModelError(f"{self.name} raised {type(error).__name__}: {error}") from error
        return response_of(answer, request)

    async def close(self) -> None:
        """Nothing to let go of."""


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


async def _called(reply: Callable[..., Any], given: list[Any]) -> Any:
    """What a function returns; one that is not asynchronous runs in a thread that nothing waits for."""
    if inspect.iscoroutinefunction(reply):
        return await reply(*given)
    loop = asyncio.get_running_loop()
    told: asyncio.Future[Any] = loop.create_future()

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
            value = reply(*given)
        except Exception as error:  # noqa: BLE001  the agent is anybody's code
            problem = error
        except BaseException as error:  # noqa: BLE001  it may end itself, and not us
            problem = RuntimeError(type(error).__name__)
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, value, problem)

    Thread(target=work, daemon=True).start()
    answer = await told
    return await answer if inspect.isawaitable(answer) else answer
