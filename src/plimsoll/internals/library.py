"""torch and numpy, imported where they are used; typed as anything, for their own types say too little."""

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from plimsoll.core import MissingExtra


def torch() -> Any:
    """The library. Raises `MissingExtra`."""
    return _imported("torch")


def numpy() -> Any:
    """The library. Raises `MissingExtra`."""
    return _imported("numpy")


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtra("internals", "whitebox") from None


def exact(tensor: Any) -> Any:
    """A tensor in double precision, where it lies; on the CPU where its device knows none (Apple's)."""
    return (tensor.cpu() if tensor.device.type == "mps" else tensor).double()


@contextmanager
def one_thread() -> Generator[None]:
    """Compute by one thread while the block runs: many threads make small products slow."""
    library = torch()
    before = library.get_num_threads()
    library.set_num_threads(1)
    try:
        yield
    finally:
        library.set_num_threads(before)
