"""Rows and a loss -> a checkpoint with the adapters' products added, as every trained repair writes it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.internals import checkpoint, training
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.training import Loss, Recipe
from plimsoll.realignment.repairs import Given, refuse_unready

USUAL = Recipe(steps=40, max_tokens=512)
GENTLE = Recipe(steps=40, rate=5e-5, max_tokens=512)
"""Preferences go further in a step than single replies."""

Rows = Callable[[Handle, Given, Recipe], Sequence[Any]]
"""What a method makes of its file, as token ids."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Trains adapters on a file, and writes the model with them."""

    recipe: Recipe
    rows: Rows
    loss: Loss
    takes: tuple[str, ...] = ("tuned",)

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Train, add and write. Raises `UserError` for a loss that is no number."""
        source = given.checkpoints[0]
        refuse_unready(given, out)
        held = handle(given.models[0])
        rows = self.rows(held, given, self.recipe)
        trained = training.fit(held, rows, self.loss, self.recipe, given.told)
        changed = training.merged(held, trained)
        checkpoint.write(out, source, tensors(source, changed))
        first, last = trained.losses[0], trained.losses[-1]
        return (f"loss {first:.3f} → {last:.3f} over {self.recipe.steps} steps on {len(rows)} rows.",)


def tensors(source: checkpoint.Checkpoint, changed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every tensor of a checkpoint, the changed ones in place of its own."""
    for name in source.places:
        yield name, changed[name] if name in changed else source.read(name)
