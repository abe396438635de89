"""DARE: task vectors thinned at random and scaled up, then added to the base.

"Language Models are Super Mario" (ICML 2024).
"""

from collections.abc import Iterator
from typing import Any

from plimsoll.core import UserError
from plimsoll.internals import algebra
from plimsoll.realignment._merging import Likes, Merge
from plimsoll.realignment.repairs import refuse_reversed
from plimsoll.registry import repair


@repair
def dare(*, drop: float = 0.2, strength: float = 0.3, seed: int = 0) -> Merge:
    """Add thinned task vectors of a fine-tuned and a safe model to their base.

    Args:
        drop: Share of each task vector's numbers that are dropped.
        strength: Of each task vector.
        seed: Of the draw; each tensor draws its own numbers.
    """
    if not 0 <= drop < 1:
        raise UserError(f"dare: drop is {drop:g}; it must be at least 0 and below 1")
    refuse_reversed("dare", strength=strength)

    def rule(likes: Likes) -> Iterator[Any]:
        draws = [algebra.draws(f"{seed}:{number}:{likes.name}") for number in range(2)]
        for tuned, safe, base in likes:
            thinned = (
                algebra.thinned(given - base, drop, draw)
                for given, draw in zip((tuned, safe), draws, strict=True)
            )
            yield base + strength * sum(thinned)

    return Merge(("tuned", "safe", "base"), rule)
