"""A batch and its loss -> one step of weights down it, however few of its rows memory holds at once.

A batch that does not fit is taken in halves, down to single rows, and their gradients are added up. A loss is
told of the batch that its rows are part of, and divides by what the whole of it holds, so that the step is
that of the whole but for rounding. What a loss draws is drawn alike for every part; only dropout, which
draws for each row, draws otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from plimsoll.core import UserError
from plimsoll.internals.batches import Batches, or_say
from plimsoll.internals.library import torch

T = TypeVar("T")

TOTAL = "total"
LENGTH = 1.0
"""Of a gradient at most."""


class Share(NamedTuple):
    """What some rows add to the loss of their batch."""

    loss: Any
    parts: Mapping[str, float]
    """Its terms as numbers, with their `total`."""


Loss = Callable[[Sequence[T], Sequence[T]], Share]
"""Rows, and the batch that they are part of -> what they add to its loss."""


def share(loss: Any) -> Share:
    """A loss of one term."""
    return Share(loss, {TOTAL: float(loss.detach())})


class Descent:
    """Weights that go down a loss by AdamW."""

    def __init__(self, weights: Sequence[Any], *, rate: float, batch: int, remedy: str) -> None:
        """Begin.

        Args:
            weights: Those that learn.
            rate: Learning rate.
            batch: Rows that are tried at once; halved where memory is refused.
            remedy: What to change where memory does not hold a single row.
        """
        self.weights = weights
        self.optimiser: Any = torch().optim.AdamW(weights, lr=rate)
        self._batches = Batches(batch, remedy=remedy)

    def step(self, number: int, batch: Sequence[T], loss: Loss[T]) -> dict[str, float]:
        """Go one step, of which the first is 1; gives the terms of the batch's loss.

        Raises `UserError` where the loss is no number, or memory does not hold a single row.
        """
        library, draws = torch(), Draws(self.weights[0].device)

        def work(rows: Sequence[T]) -> Mapping[str, float]:
            draws.again()
            found = loss(rows, batch)
            if not bool(library.isfinite(found.loss)):
                raise UserError(f"the loss of step {number} is no number: lower the learning rate")
            if found.loss.requires_grad:
                found.loss.backward()
            return found.parts

        told = self._batches.parts(batch, work, self.optimiser.zero_grad)
        with or_say("learn fewer numbers at once (rank, layers), or take a smaller model"):
            library.nn.utils.clip_grad_norm_(self.weights, LENGTH)
            self.optimiser.step()
        return {name: sum(each[name] for each in told) for name in told[0]}


class Draws:
    """Where the generators of a device stand, to go on from there again."""

    def __init__(self, device: Any) -> None:
        """Remember it."""
        library = torch()
        self._sources = [library, *([getattr(library, device.type)] if device.type != "cpu" else [])]
        self._states = [each.get_rng_state() for each in self._sources]

    def again(self) -> None:
        """Draw what was drawn from there on."""
        for each, state in zip(self._sources, self._states, strict=True):
            each.set_rng_state(state)
