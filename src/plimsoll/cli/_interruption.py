"""A polite kill (SIGTERM) -> the end that Ctrl-C brings."""

import asyncio
import signal
from contextlib import suppress


def end_when_told() -> None:
    """Have a polite kill cancel the task at hand, where the system knows such a thing."""
    task = asyncio.current_task()
    assert task is not None
    with suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
