"""A rule for one tensor -> a repair that runs it over whole checkpoints, a tensor in memory at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.core import DataError
from plimsoll.internals import checkpoint
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.realignment.repairs import Given

Rule = Callable[[str, Sequence[Any]], Any]
"""Name and the tensors of that name, one of each checkpoint -> the tensor that is written."""


@dataclass(frozen=True)
class Merge:
    """Merges checkpoints of one model."""

    takes: tuple[str, ...]
    rule: Rule

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Write the merged checkpoint. Raises `UserError` for checkpoints of different models."""
        checkpoints = given.checkpoints
        checkpoint.refuse_unlike(checkpoints)
        given.told.begin(len(checkpoints[0].places))
        moved = _Moved()
        checkpoint.write(out, checkpoints[0], self._merged(checkpoints, given, moved))
        return (f"{moved.share:.2%} of the first model's length was moved.",)

    def _merged(
        self, checkpoints: Sequence[Checkpoint], given: Given, moved: "_Moved"
    ) -> Iterator[tuple[str, Any]]:
        for name in checkpoints[0].places:
            tensors = [_sound(name, each) for each in checkpoints]
            made = self.rule(name, tensors) if tensors[0].is_floating_point() else tensors[0]
            moved.add(tensors[0], made)
            yield name, made
            given.told.step()


class _Moved:
    """How far the first checkpoint was changed."""

    def __init__(self) -> None:
        self.size = self.change = 0.0

    def add(self, before: Any, after: Any) -> None:
        # Part by part: whole temporaries would take a tensor's memory each.
        for old, new in zip(
            before.flatten().split(checkpoint.PART), after.flatten().split(checkpoint.PART), strict=True
        ):
            self.size += float(old.float().square().sum())
            self.change += float((new.float() - old.float()).square().sum())

    @property
    def share(self) -> float:
        return (self.change / self.size) ** 0.5 if self.size else 0.0


def _sound(name: str, source: Checkpoint) -> Any:
    tensor = source.read(name)
    if checkpoint.has_nan(tensor):
        raise DataError(f"{name} of {source.folder} holds NaN: nothing was written")
    return tensor
