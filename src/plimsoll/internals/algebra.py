"""Tensors of the same name in several checkpoints -> one tensor: sums, arcs, and votes over task vectors.

A task vector is what a fine-tuned tensor has beyond its base. All is computed in 32 bits or more.
"""

from collections.abc import Sequence
from typing import Any, Literal

from plimsoll.internals.library import torch

NEARLY_PARALLEL = 0.9995
"""Cosine beyond which an arc is a straight line (as in mergekit)."""


def linear(tensors: Sequence[Any], weights: Sequence[float]) -> Any:
    """The weighted sum."""
    total = tensors[0].float() * weights[0]
    for weight, tensor in zip(weights[1:], tensors[1:], strict=True):
        total.add_(tensor, alpha=weight)
    return total


def slerp(first: Any, second: Any, share: float) -> Any:
    """The way along the arc between two tensors, seen as vectors; a straight line where they are parallel."""
    library = torch()
    one, other = first.float(), second.float()
    unit, second_unit = (each / each.norm().clamp(min=1e-12) for each in (one, other))
    cosine = (unit * second_unit).sum().clamp(-1, 1)
    if abs(float(cosine)) > NEARLY_PARALLEL:
        return one + share * (other - one)
    angle = library.acos(cosine)
    sine = library.sin(angle)
    return library.sin((1 - share) * angle) / sine * one + library.sin(share * angle) / sine * other


def trimmed(vector: Any, density: float) -> Any:
    """The share of a vector that is largest in size; the rest is zero."""
    keep = round(density * vector.numel())
    if keep >= vector.numel():
        return vector
    kept = vector.new_zeros(vector.numel())
    if keep:
        places = vector.abs().flatten().topk(keep).indices
        kept[places] = vector.flatten()[places]
    return kept.view_as(vector)


def ties(vectors: Sequence[Any], density: float, how: Literal["mean", "sum"] = "mean") -> Any:
    """Trim each task vector, elect a sign for each number, and join those that bear it (TIES-merging).

    The sign is that of the sum; where the sum is nothing, that of most numbers of the tensor.
    """
    library = torch()
    kept = library.stack([trimmed(vector.float(), density) for vector in vectors])
    sign = library.sign(kept.sum(0))
    sign[sign == 0] = library.sign(sign.sum()) or 1.0
    agreed = library.where(library.sign(kept) == sign, kept, 0.0)
    total = agreed.sum(0)
    return total if how == "sum" else total / (agreed != 0).sum(0).clamp(min=1)


def dare(vector: Any, drop: float, seed: str) -> Any:
    """Drop numbers of a task vector at random, and scale the rest up so that its mean stays."""
    library = torch()
    if drop >= 1:
        return vector.float() * 0
    generator = library.Generator().manual_seed(int.from_bytes(_digest(seed), "big"))
    kept = library.rand(vector.shape, generator=generator) >= drop
    return vector.float() * kept / (1 - drop)


def _digest(seed: str) -> bytes:
    from hashlib import sha256

    return sha256(seed.encode()).digest()[:7]
