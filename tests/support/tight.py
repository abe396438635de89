"""Memory that holds so many numbers for the way back: more are refused, as an accelerator refuses them."""

import math
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest


class Room:
    """How full it is."""

    def __init__(self, numbers: float) -> None:
        self.numbers = numbers
        self.taken = self.most = self.refused = 0


@contextmanager
def room(numbers: float = math.inf) -> Generator[Room]:
    """While the block runs, what is kept for gradients takes room, weights apart."""
    torch = pytest.importorskip("torch")
    found = Room(numbers)

    class Kept:
        def __init__(self, tensor: Any) -> None:
            own = tensor if tensor._base is None else tensor._base
            self.size = 0 if isinstance(own, torch.nn.Parameter) else tensor.numel()
            self.tensor = tensor.detach()  # with its history it would keep itself alive
            found.taken += self.size
            found.most = max(found.most, found.taken)
            if found.taken > found.numbers:
                found.refused += 1
                raise torch.OutOfMemoryError(f"CUDA out of memory: {found.taken} numbers")

        def __del__(self) -> None:
            found.taken -= self.size

    with torch.autograd.graph.saved_tensors_hooks(Kept, lambda kept: kept.tensor):
        yield found
