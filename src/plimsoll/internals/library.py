"""torch, imported where it is used; typed as anything, for its own types say too little."""

import importlib
from typing import Any

from plimsoll.core import MissingExtra


def torch() -> Any:
    """The library. Raises `MissingExtra`."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        raise MissingExtra("internals", "whitebox") from None


def exact(tensor: Any) -> Any:
    """A tensor in double precision, where it lies; on the CPU where its device knows none (Apple's)."""
    return (tensor.cpu() if tensor.device.type == "mps" else tensor).double()
