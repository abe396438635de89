"""Linear interpolation between a fine-tuned model and a safe one: the simplest repair, and often enough.

"A safe model's weights, mixed in" (model soups): W = (1 - w) tuned + w safe. It also mends what learning to
see did to a language model (Lee et al., ICLR 2025): of a model that sees, the language part is mixed with a
text model; what it sees with, and its tokens of pictures, stay.
"""

from collections.abc import Sequence
from typing import Any

from plimsoll.core import UserError
from plimsoll.internals import algebra
from plimsoll.realignment._merging import Merge, pointwise
from plimsoll.registry import repair


@repair
def linear(*, weight: float = 0.5) -> Merge:
    """Mix the safe model's weights into the fine-tuned one's.

    Args:
        weight: Of the safe model; 0 leaves the fine-tuned model as it is, 1 is the safe one.
    """
    if not 0 <= weight <= 1:
        raise UserError(f"linear: weight is {weight:g}; it must lie between 0 and 1")

    def rule(tensors: Sequence[Any]) -> Any:
        return algebra.linear(tensors, (1 - weight, weight))

    return Merge(("tuned", "safe"), pointwise(rule))
