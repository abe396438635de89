"""How far an analysis is: who calls it may show it."""

from typing import Protocol


class Told(Protocol):
    """Hears of progress."""

    def begin(self, total: int) -> None:
        """So many steps are to come."""
        ...

    def step(self, steps: int = 1) -> None:
        """Some are done."""
        ...

    def loss(self, value: float) -> None:
        """The loss of a step of training."""
        ...


class Unheard:
    """Shows nothing."""

    def begin(self, total: int) -> None:
        """Nothing."""

    def step(self, steps: int = 1) -> None:
        """Nothing."""

    def loss(self, value: float) -> None:
        """Nothing."""
