"""A coroutine -> its result, also where a loop is running already, as in a notebook."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; in a thread of its own where this one's loop is busy. Ctrl-C ends the work first."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    return _aside(work)


def _aside(work: Coroutine[Any, Any, T]) -> T:
    loop, ended = asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_turn, args=(loop,), name="plimsoll", daemon=True)

    async def whole() -> T:
        try:
            return await work
        finally:
            ended.set()

    thread.start()
    running = asyncio.run_coroutine_threadsafe(whole(), loop)
    try:
        return running.result()
    except KeyboardInterrupt:
        running.cancel()
        ended.wait()  # the run sums up what it has before it ends
        raise
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    """Turn a loop until it is stopped, and close it."""
    loop.run_forever()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
