"""What a computation will hold in memory -> a sentence before it starts, where the machine has less."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from plimsoll.core import UserError, files
from plimsoll.internals.library import torch
from plimsoll.internals.stored import Layout

NUMBER = 4
"""Bytes of a number that is computed with on a CPU."""
LOADED = 1.25
"""Of a model's numbers, what is held while it is computed with."""
CPU = "cpu"


@runtime_checkable
class Placed(Protocol):
    """A model that says before its weights are loaded where they will lie."""

    @property
    def device(self) -> str:
        """As torch calls it."""
        ...

    @property
    def width(self) -> int:
        """Bytes of a number there; 0 for as many as it is stored in."""
        ...


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


def free_on(device: str, library: Any = None) -> int | None:
    """Bytes that are free on a device, those included that torch keeps there and does not use.

    Nothing for a device that does not say.

    Args:
        library: What stands for torch.
    """
    if device == CPU:
        return free()
    place = getattr(library or torch(), device.partition(":")[0])
    if hasattr(place, "mem_get_info"):
        left, _ = place.mem_get_info(device)
        return left + place.memory_reserved(device) - place.memory_allocated(device)
    if hasattr(place, "recommended_max_memory"):
        return max(0, place.recommended_max_memory() - place.current_allocated_memory())
    return None


def device_of(model: object) -> str:
    """Where a model's weights will lie."""
    return model.device if isinstance(model, Placed) else CPU


def refuse_more(numbers: float, what: str, *, device: str = CPU, left: int | None = None) -> None:
    """Refuse what takes more memory than is free. Raises `UserError`.

    Args:
        numbers: So many, of 32 bits, are held at once.
        what: What they are for.
        device: Where they will lie.
        left: Bytes that are free.
    """
    _refuse(numbers * NUMBER, what, device, free_on(device) if left is None else left)


def refuse_models(models: Iterable[tuple[object, Iterable[Layout]]], library: Any = None) -> None:
    """Refuse models that do not fit together where each will lie. Raises `UserError`.

    Args:
        models: Each with what is known of its tensors.
        library: What stands for torch.
    """
    needed, numbers = Counter[str](), Counter[str]()
    for model, layouts in models:
        device, width = device_of(model), model.width if isinstance(model, Placed) else NUMBER
        for layout in layouts:
            needed[device] += layout.numbers * width if width else layout.bytes
            numbers[device] += layout.numbers
    for device, size in needed.items():
        what = f"a model of {numbers[device] / 1e6:,.0f} million numbers"
        _refuse(size * LOADED, what, device, free_on(device, library))


def _refuse(needed: float, what: str, device: str, left: int | None) -> None:
    if left is None or needed <= left:
        return
    if device == CPU:
        raise UserError(
            f"{what} takes about {needed / 1e9:.1f} GB of memory and {left / 1e9:.1f} GB are free: "
            "close other programs, or take a smaller model"
        )
    raise UserError(
        f"{what} takes about {needed / 1e9:.1f} GB of the memory of {device} and {left / 1e9:.1f} GB are "
        "free: take a smaller model, dtype=bfloat16, or device=cpu"
    )
