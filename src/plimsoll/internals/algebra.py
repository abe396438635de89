"""Tensors of the same name in several checkpoints -> one tensor: sums, arcs, and votes over task vectors.

A task vector is what a fine-tuned tensor has beyond its base. Numbers come in parts, so that each function
says what it must know of the whole beforehand: an arc its two lengths, a trimmed vector its least size.
"""

from collections.abc import Iterable, Sequence
from math import acos, inf, sin
from typing import Any, NamedTuple

from plimsoll.internals.library import numpy

NEARLY_PARALLEL = 0.9995
"""Cosine beyond which an arc is a straight line (as in mergekit)."""


def linear(tensors: Sequence[Any], weights: Sequence[float]) -> Any:
    """The weighted sum, of numpy or of torch; what weighs nothing is left out, so that an end is itself."""
    total: Any = None
    for weight, tensor in zip(weights, tensors, strict=True):
        if weight:
            part = tensor if weight == 1 else weight * tensor
            total = part if total is None else total + part
    return 0 * tensors[0] if total is None else total


def product(one: Any, other: Any) -> float:
    """Of two vectors. The library that is quicker at it wakes threads for each part, which cost more."""
    return float((one * other).sum(dtype=float))


class Arc(NamedTuple):
    """What is known of two tensors, seen as vectors: enough to go from one to the other."""

    first: float = 0.0
    """Squared length."""
    second: float = 0.0
    across: float = 0.0
    """Their product."""

    def longer(self, one: Any, other: Any) -> "Arc":
        """With one more part of each."""
        return Arc(
            self.first + product(one, one),
            self.second + product(other, other),
            self.across + product(one, other),
        )

    def weights(self, share: float) -> tuple[float, float]:
        """Of either tensor at some share of the way; a straight line where they are nearly parallel."""
        lengths = max(self.first**0.5, 1e-12) * max(self.second**0.5, 1e-12)
        cosine = max(-1.0, min(1.0, self.across / lengths))
        if abs(cosine) > NEARLY_PARALLEL:
            return 1 - share, share
        angle = acos(cosine)
        return sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle)


def least_kept(sizes: Any, density: float) -> float:
    """The size from which on numbers belong to the share of a vector that is largest.

    As many as mergekit keeps: the part of a number cut off, and one at least; of sizes that are equal to the
    least it keeps some, and we all. The sizes are changed.
    """
    if density <= 0 or not sizes.size:
        return inf
    keep = min(max(1, int(density * sizes.size)), sizes.size)
    sizes.partition(sizes.size - keep)
    return float(sizes[sizes.size - keep])


def trimmed(vector: Any, least: float) -> Any:
    """The numbers that are at least so large; the rest is zero."""
    library = numpy()
    return library.where(library.abs(vector) >= least, vector, library.float32(0))


def balance(kept: Sequence[Any]) -> float:
    """By how many numbers the positive sums outweigh the negative ones: what decides where sums are zero."""
    library = numpy()
    return float(library.sign(sum(kept)).sum())


def agreed(kept: Sequence[Any], balance: float) -> Any:
    """Vectors x numbers: which bear the sign that is elected for their place.

    It is that of the sum; where the sum is nothing, that of most numbers of the tensor (TIES-merging).
    """
    library = numpy()
    signs = library.sign(sum(kept))
    signs[signs == 0] = -1 if balance < 0 else 1
    return library.stack([library.sign(vector) == signs for vector in kept])


def joined(kept: Sequence[Any], votes: Any, how: str) -> Any:
    """The sum of the numbers that agree, or their mean."""
    total = sum(vector * vote for vector, vote in zip(kept, votes, strict=True))
    return total if how == "sum" else total / numpy().maximum(votes.sum(0), 1)


def draws(seed: str) -> Any:
    """Draws that a seed decides, whatever is drawn elsewhere."""
    from hashlib import sha256

    return numpy().random.default_rng(list(sha256(seed.encode()).digest()))


def thinned(vector: Any, drop: float, draw: Any) -> Any:
    """Drop numbers of a task vector at random, and scale the rest up so that its mean stays (DARE)."""
    library = numpy()
    kept = draw.random(vector.size, library.float32).reshape(vector.shape) >= drop
    return vector * kept * library.float32(1 / (1 - drop))


def whole(parts: Iterable[Any], numbers: int) -> Any:
    """Parts one after the other as one vector of 32 bits."""
    library = numpy()
    made, end = library.empty(numbers, library.float32), 0
    for part in parts:
        made[end : end + part.size] = part
        end += part.size
    return made[:end]
