"""What a repair is given, and what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Protocol

from plimsoll.core import UserError, WhiteBox
from plimsoll.internals import checkpoint, kin, memory
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.told import Told

MORE = "..."
"""Ends the name of a model of which there may be several."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """The models that a repair takes, in the order of its `takes`."""

    models: Sequence[WhiteBox]
    """Loaded when their weights are asked for."""
    folders: Sequence[Path]
    """Their weights as safetensors."""
    on: Path | None
    """The file that the repair learns or measures on, where it needs one."""
    told: Told

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """The folders, to be read tensor by tensor."""
        return [Checkpoint(folder) for folder in self.folders]


class Repair(Protocol):
    """Checkpoints -> a checkpoint."""

    takes: tuple[str, ...]
    """What the models are, in their order: `tuned`, `safe`; `tuned...` where there may be several."""

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Write the repaired model into a folder that is not there yet; says what was done."""
        ...


def refuse_unready(given: Given, out: Path) -> None:
    """Say before a model is loaded what would stop the work at its end. Raises `UserError`, `DataError`.

    Another model's weights, a folder that is there, a full disk, too little memory, numbers that are none.
    """
    first, *others = given.checkpoints
    checkpoint.refuse_place(out, first)
    for other in others:
        kin.matched(first, other)
    memory.refuse_models([(given.models[0], first.layouts.values())])
    for each in given.checkpoints:
        checkpoint.refuse_nan(each)


def refuse_reversed(method: str, **strengths: float) -> None:
    """Say that below 0 a repair would do the reverse of what it is for. Raises `UserError`."""
    for name, strength in strengths.items():
        if not (isfinite(strength) and strength >= 0):
            raise UserError(
                f"{method}: {name} is {strength:g}; it must be 0 or more: below 0 it would take safety away"
            )
