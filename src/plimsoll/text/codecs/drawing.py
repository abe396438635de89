"""A seed -> random numbers that are made when the first is drawn: most texts are rewritten without any.

Seeding takes longer than most rewritings.
"""

from collections.abc import Callable
from random import Random
from typing import Any, cast


class Late:
    """Stands for a `Random` until something is drawn."""

    __slots__ = ("_made", "_seed")

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._made: Random | None = None

    def __getattr__(self, name: str) -> Any:
        """What is asked of the numbers."""
        if self._made is None:
            self._made = Random(self._seed)
        return getattr(self._made, name)


drawing = cast("Callable[[str], Random]", Late)
"""The numbers of `Random(seed)`, and the same at every use."""
