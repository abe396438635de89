"""DARE: task vectors thinned at random and scaled up, then added to the base.

"Language Models are Super Mario" (ICML 2024).
"""

from collections.abc import Sequence
from typing import Any

from plimsoll.core import UserError
from plimsoll.internals import algebra
from plimsoll.realignment._merging import Merge
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

    def rule(name: str, tensors: Sequence[Any]) -> Any:
        tuned, safe, base = (tensor.float() for tensor in tensors)
        drawn = (
            algebra.dare(given - base, drop, f"{seed}:{number}:{name}")
            for number, given in enumerate((tuned, safe))
        )
        return base + strength * sum(drawn)

    return Merge(("tuned", "safe", "base"), rule)
