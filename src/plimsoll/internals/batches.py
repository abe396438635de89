"""Rows of work -> batches that fit: their size is found, and halved where memory is refused.

On a processor rows share its caches, so that the size stays what it was set to. On an accelerator it begins
there and doubles as long as whole batches succeed; a refusal halves it for good.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from plimsoll.core import UserError
from plimsoll.internals.library import torch

T = TypeVar("T")
R = TypeVar("R")

MOST = 1024
"""Rows that a batch grows to."""
REMEDY = "take a smaller model, shorter prompts, dtype=bfloat16, or a machine with more memory"
"""Where not even one row fits."""


@dataclass
class Batches:
    """How many rows go together, learned from how it went."""

    size: int
    grows: bool = False
    """Whether it may be doubled: on an accelerator."""
    remedy: str = REMEDY
    """What to change where not even one row fits."""
    _refused: bool = field(default=False, init=False)

    def over(self, rows: Sequence[T], work: Callable[[Sequence[T]], R]) -> Iterator[tuple[Sequence[T], R]]:
        """Do the work batch by batch, in order; each batch with what came of it.

        Raises `UserError` where not even one row fits.
        """
        begin = 0
        while begin < len(rows):
            batch = rows[begin : begin + self.size]
            done = self.tried(batch, work)
            if done is None:
                continue
            yield batch, done
            begin += len(batch)
            if self.grows and not self._refused and len(batch) == self.size:
                self.size = min(MOST, 2 * self.size)

    def parts(
        self, rows: Sequence[T], work: Callable[[Sequence[T]], R], begin: Callable[[], None]
    ) -> list[R]:
        """Do the work over all rows, part by part, and from the beginning again where memory is refused.

        Raises `UserError` where not even one row fits.

        Args:
            begin: Called before each try: undoes what the last one left.
        """
        done: list[R] | None = None
        while done is None:
            begin()
            done = self._all(rows, work)
        return done

    def _all(self, rows: Sequence[T], work: Callable[[Sequence[T]], R]) -> list[R] | None:
        found, size = list[R](), self.size
        for at in range(0, len(rows), size):
            each = self.tried(rows[at : at + size], work)
            if each is None:
                return None
            found.append(each)
        return found

    def tried(self, batch: Sequence[T], work: Callable[[Sequence[T]], R]) -> R | None:
        """What came of a batch; nothing where memory was refused, and the size is then half of it.

        Raises `UserError` where not even one row fits.
        """
        try:
            return work(batch)
        except (RuntimeError, MemoryError) as error:
            if not refused(error):
                raise
            if len(batch) == 1:
                raise UserError(f"memory does not hold a single row of this: {self.remedy}") from error
            self.size, self._refused = len(batch) // 2, True
        # Only here, after the traceback that held them, are the tensors of the try let go.
        torch().cuda.empty_cache()
        return None


def refused(error: BaseException) -> bool:
    """Whether an error says that memory ran out: a device's own, or the processor's."""
    said = str(error)
    return isinstance(error, (torch().OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and ("out of memory" in said or "can't allocate memory" in said)
    )


@contextmanager
def or_say(remedy: str) -> Generator[None]:
    """Where memory runs out in the block, raise `UserError` with what to change: nothing can be halved."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if refused(error):
            raise UserError(f"memory ran out: {remedy}") from error
        raise


def batches(module: object, size: int) -> Batches:
    """Batches for a module: they grow where it lies on an accelerator."""
    return Batches(size, grows=getattr(getattr(module, "device", None), "type", "cpu") != "cpu")
