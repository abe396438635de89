"""RESTA: a safety vector added to a fine-tuned model.

"Language Models are Homer Simpson! Safety Re-Alignment of Fine-tuned Language Models through Task
Arithmetic" (ACL 2024): W = tuned + w (safe - unsafe), where `unsafe` is the model without its alignment.
"""

from collections.abc import Sequence
from typing import Any

from plimsoll.internals import algebra
from plimsoll.realignment._merging import Merge, pointwise
from plimsoll.realignment.repairs import refuse_reversed
from plimsoll.registry import repair


@repair
def resta(*, weight: float = 0.5) -> Merge:
    """Add the difference of a safe and an unsafe model to a fine-tuned one.

    Args:
        weight: Of the safety vector.
    """
    refuse_reversed("resta", weight=weight)

    def rule(tensors: Sequence[Any]) -> Any:
        return algebra.linear(tensors, (1.0, weight, -weight))

    return Merge(("tuned", "safe", "unsafe"), pointwise(rule))
