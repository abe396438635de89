"""A rule for one tensor -> a repair that runs it over whole checkpoints, a part of a tensor at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.core import DataError
from plimsoll.internals import checkpoint, kin
from plimsoll.internals.algebra import product
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.stored import Stored, is_unsound
from plimsoll.realignment.repairs import Given


@dataclass(frozen=True)
class Likes:
    """The tensors of one name, one of each checkpoint, to be gone through as often as it takes."""

    name: str
    tensors: Sequence[Stored]

    def __iter__(self) -> Iterator[Sequence[Any]]:
        """Parts of all that lie at the same place; raises `DataError` where one is no number."""
        # Where the first has more rows (tokens of pictures), the last parts are of different lengths.
        for parts in zip(*(tensor.parts() for tensor in self.tensors), strict=False):
            shared = min(part.size for part in parts)
            for tensor, part in zip(self.tensors, parts, strict=True):
                if is_unsound(part):
                    where = f"{self.name} of {tensor.path.parent}"
                    raise DataError(f"{where} holds NaN or infinite numbers: nothing was written")
            yield [part[:shared] for part in parts]


Rule = Callable[[Likes], Iterator[Any]]
"""The tensors of one name -> the parts of the tensor that is written."""


def pointwise(rule: Callable[[Sequence[Any]], Any]) -> Rule:
    """A rule that needs to know of no number but those at the same place."""

    def over(likes: Likes) -> Iterator[Any]:
        return map(rule, likes)

    return over


@dataclass(frozen=True)
class Merge:
    """Merges checkpoints of one model."""

    takes: tuple[str, ...]
    rule: Rule

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Write the merged checkpoint. Raises `UserError` for checkpoints of different models."""
        first, *others = given.checkpoints
        checkpoint.refuse_place(out, first)
        kin.keep_speakers(first, others)
        likes = [kin.matched(first, other) for other in others]
        given.told.begin(len(first.places))
        moved = _Moved()
        checkpoint.stream(out, first, self._merged(given.checkpoints, likes, given, moved))
        alone = [name for name in first.places if any(name not in names for names in likes)]
        kept = (f"{len(alone)} tensors that only the first model has stay: {alone[0]} …",) if alone else ()
        return (f"{moved.share:.2%} of the first model's length was moved.", *kept)

    def _merged(
        self,
        checkpoints: Sequence[Checkpoint],
        likes: Sequence[Mapping[str, str]],
        given: Given,
        moved: "_Moved",
    ) -> Iterator[tuple[str, Iterator[Any]]]:
        first, *others = checkpoints
        for name, own in first.stored.items():
            if own.layout.is_float and all(name in names for names in likes):
                theirs = [each.stored[names[name]] for each, names in zip(others, likes, strict=True)]
                yield name, moved.seen(own, self.rule(Likes(name, (own, *theirs))))
            else:
                yield name, own.parts()
            given.told.step()


class _Moved:
    """How far the first checkpoint was changed."""

    def __init__(self) -> None:
        self.size = self.change = 0.0

    def seen(self, first: Stored, parts: Iterator[Any]) -> Iterator[Any]:
        """What is written in a tensor's place: new parts, and what the first has beyond them."""
        for before in first.parts():
            after = next(parts, before[:0])
            both = before[: after.size]
            self.size += product(both, both)
            apart = after - both
            self.change += product(apart, apart)
            yield after
            if after.size < before.size:
                yield before[after.size :]

    @property
    def share(self) -> float:
        return (self.change / self.size) ** 0.5 if self.size else 0.0
