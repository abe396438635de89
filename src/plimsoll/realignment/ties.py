"""TIES: the task vectors of a fine-tuned and a safe model, trimmed, agreed on a sign, and joined.

"TIES-Merging: Resolving Interference When Merging Models" (NeurIPS 2023). Trimmed tensor by tensor, as
mergekit does; SOMF's code trims over the whole vector and adds instead of averaging (`how=sum`).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from plimsoll.core import UserError
from plimsoll.internals import algebra
from plimsoll.realignment._merging import Likes, Merge
from plimsoll.realignment.repairs import refuse_reversed
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
    refuse_reversed("ties", strength=strength)

    def rule(likes: Likes) -> Iterator[Any]:
        least = [_least_kept(likes, place, density) for place in range(2)]
        balance = sum(algebra.balance(_kept(parts, least)) for parts in likes)
        for parts in likes:
            kept = _kept(parts, least)
            yield parts[-1] + strength * algebra.joined(kept, algebra.agreed(kept, balance), how)

    return Merge(("tuned", "safe", "base"), rule)


def _least_kept(likes: Likes, place: int, density: float) -> float:
    """From which size on numbers of a task vector are kept: what takes a whole tensor's memory."""
    sizes = (abs(parts[place] - parts[-1]) for parts in likes)
    return algebra.least_kept(algebra.whole(sizes, likes.tensors[place].layout.numbers), density)


def _kept(parts: Sequence[Any], least: Sequence[float]) -> list[Any]:
    base = parts[-1]
    return [algebra.trimmed(each - base, own) for each, own in zip(parts, least, strict=False)]
