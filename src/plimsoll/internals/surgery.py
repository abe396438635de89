"""Heads of a decoder -> the same heads with other weights, and back again bit for bit."""

from dataclasses import dataclass
from typing import Any, Literal

from plimsoll.core import UserError
from plimsoll.internals.handle import Handle

Projection = Literal["q", "k", "v", "o"]


@dataclass(frozen=True, kw_only=True)
class Undo:
    """What stood where weights were changed."""

    weight: Any
    """The tensor that was changed."""
    block: tuple[slice, ...]
    before: Any

    def undo(self) -> None:
        """Put the weights back."""
        self.weight.data[self.block] = self.before

    @property
    def changed(self) -> int:
        """How many numbers were changed."""
        return int(self.before.numel())


def scale_weights(handle: Handle, layer: int, projection: Projection, head: int, factor: float) -> Undo:
    """Multiply a head's rows of `q`, `k` or `v`, or its columns of `o`, by a factor.

    Args:
        head: A query head for `q` and `o`; for `k` and `v` a key-value head, which serves several of them.

    Raises `UserError` for a head that the layer does not have.
    """
    heads = handle.shape.kv_heads if projection in ("k", "v") else handle.shape.heads
    if not 0 <= head < heads or not 0 <= layer < handle.shape.layers:
        raise UserError(
            f"{handle.name} has {handle.shape.layers} layers with {heads} heads of {projection}: "
            f"there is no head {head} in layer {layer}"
        )
    linear = getattr(handle.layers[layer].self_attn, f"{projection}_proj")
    own = slice(head * handle.shape.head_dim, (head + 1) * handle.shape.head_dim)
    block = (slice(None), own) if projection == "o" else (own,)
    weight = linear.weight
    undo = Undo(weight=weight, block=block, before=weight.data[block].clone())
    weight.data[block] *= factor
    return undo
