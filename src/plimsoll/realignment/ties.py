"""TIES: the task vectors of a fine-tuned and a safe model, trimmed, agreed on a sign, and joined.

"TIES-Merging: Resolving Interference When Merging Models" (NeurIPS 2023). Trimmed tensor by tensor, as
mergekit does; SOMF's code trims over the whole vector and adds instead of averaging (`how=sum`).
"""

from collections.abc import Sequence
from typing import Any, Literal

from plimsoll.core import UserError
from plimsoll.internals import algebra
from plimsoll.realignment._merging import Merge
from plimsoll.registry import repair


@repair
def ties(*, density: float = 0.2, strength: float = 1.0, how: Literal["mean", "sum"] = "mean") -> Merge:
    """Join what fine-tuning and alignment changed, where the two agree on a sign.

    Args:
        density: Share of each task vector that is kept, the largest numbers first.
        strength: Of what is added to the base.
        how: Whether numbers that agree are averaged or added.
    """
    if not 0 < density <= 1:
        raise UserError(f"ties: density is {density:g}; it must lie above 0 and at most at 1")

    def rule(_: str, tensors: Sequence[Any]) -> Any:
        tuned, safe, base = (tensor.float() for tensor in tensors)
        return base + strength * algebra.ties((tuned - base, safe - base), density, how)

    return Merge(("tuned", "safe", "base"), rule)
