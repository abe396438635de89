"""Spherical interpolation between a fine-tuned model and a safe one: along the arc, tensor by tensor."""

from collections.abc import Iterator
from typing import Any

from plimsoll.core import UserError
from plimsoll.internals import algebra
from plimsoll.realignment._merging import Likes, Merge
from plimsoll.registry import repair


@repair
def slerp(*, weight: float = 0.5) -> Merge:
    """Go along the arc from the fine-tuned model's weights to the safe one's.

    Args:
        weight: How far; 0 leaves the fine-tuned model as it is, 1 is the safe one.
    """
    if not 0 <= weight <= 1:
        raise UserError(f"slerp: weight is {weight:g}; it must lie between 0 and 1")

    def rule(likes: Likes) -> Iterator[Any]:
        arc = algebra.Arc()
        for tuned, safe in likes:
            arc = arc.longer(tuned, safe)
        for tensors in likes:
            yield algebra.linear(tensors, arc.weights(weight))

    return Merge(("tuned", "safe"), rule)
