"""What a computation will hold in memory -> a sentence before it starts, where the machine has less."""

import os
from pathlib import Path

from plimsoll.core import UserError, files

NUMBER = 4
"""Bytes of a number that is computed with on a CPU."""


def free() -> int:
    """Bytes that a process may still take; all that the machine has, where it does not say."""
    try:
        told = files.read_text(Path("/proc/meminfo"))
        line = next(line for line in told.splitlines() if line.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration, IndexError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 1 << 62


def refuse_more(numbers: float, what: str, left: int | None = None) -> None:
    """Refuse what takes more memory than is free. Raises `UserError`.

    Args:
        numbers: So many, of 32 bits, are held at once.
        what: What they are for.
        left: Bytes that are free.
    """
    left = free() if left is None else left
    needed = numbers * NUMBER
    if needed > left:
        raise UserError(
            f"{what} takes about {needed / 1e9:.1f} GB of memory and {left / 1e9:.1f} GB are free: "
            "close other programs, or take a smaller model"
        )
