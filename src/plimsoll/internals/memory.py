"""What a computation will hold in memory -> a sentence before it starts, where the machine has less."""

import os
from collections.abc import Iterator
from pathlib import Path

from plimsoll.core import UserError, files

NUMBER = 4
"""Bytes of a number that is computed with on a CPU."""


GROUPS = (
    ("memory.max", "memory.current", "memory.stat"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
)
"""What a container may take, what it takes, and of what that consists, by either version of the kernel's
groups."""
GIVEN_BACK = "inactive_file "
"""Files that were read and are kept until somebody needs the memory."""


def free(root: Path = Path("/")) -> int:
    """Bytes that a process may still take, in a container what is left of its limit; all that the machine
    has, where it does not say."""
    try:
        told = files.read_text(root / "proc/meminfo")
        line = next(line for line in told.splitlines() if line.startswith("MemAvailable:"))
        machine = int(line.split()[1]) * 1024
    except (OSError, StopIteration, IndexError, ValueError):
        machine = (
            os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 1 << 62
        )
    return min([machine, *_left(root / "sys/fs/cgroup")])


def _left(groups: Path) -> Iterator[int]:
    """What is left of a container's limit, where there is one."""
    for most, taken, stat in GROUPS:
        try:
            limit, used = (int(files.read_text(groups / name)) for name in (most, taken))
        except (OSError, ValueError):
            continue  # no such file, or no limit: "max"
        yield max(0, limit - max(0, used - _given_back(groups / stat)))


def _given_back(stat: Path) -> int:
    try:
        lines = files.read_text(stat).splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(GIVEN_BACK))
    except (OSError, StopIteration, IndexError, ValueError):
        return 0


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
