"""The number of a process -> whether it is there, on every system, without disturbing it; and its end."""

import ctypes
import os
import signal
from contextlib import suppress
from typing import Any

QUERY = 0x1000
"""The right to ask about a process, and nothing more."""
STILL_ACTIVE = 259
"""What Windows calls the exit code of a process that has none yet."""


def lives(number: int) -> bool:
    """Whether a process of that number runs, whoever it belongs to."""
    try:
        return _is_there(number) if os.name == "posix" else _runs(number)
    except (OverflowError, ValueError):
        return False


def end_all(number: int) -> None:
    """End a process that was started in a session of its own, with all that it started there.

    Where a system knows no sessions, the process alone."""
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(number, signal.SIGKILL)
        else:
            os.kill(number, signal.SIGTERM)


def _is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _runs(number: int) -> bool:
    """On Windows a signal of 0 is Ctrl-C, so the process is asked for by its handle."""
    system: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  only there, so not known to type checkers
    handle = system.OpenProcess(QUERY, False, number)
    if not handle:
        return False
    code = ctypes.c_ulong()
    try:
        return bool(system.GetExitCodeProcess(handle, ctypes.byref(code))) and code.value == STILL_ACTIVE
    finally:
        system.CloseHandle(handle)
