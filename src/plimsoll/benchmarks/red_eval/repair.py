"""SAFE-ALIGN: learn helpful and harmless talks, and unlearn harmful ones within bounds (RED-INSTRUCT 2023).

Strategy B of "Red-Teaming Large Language Models using Chain of Utterances for Safety-Alignment": the loss is
that of blue examples less `red` times that of red ones, and a red example whose loss exceeds `bound` nats a
token already is pushed no further. Without red examples it is strategy A. The weights 1 and 0.1 and the
bound of 1 are from secondary text; the released code trains strategy A only.
"""

from collections.abc import Sequence
from math import inf

from plimsoll.core import UserError
from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import Signed, bounded_ascent
from plimsoll.internals.training import Recipe, tokenised
from plimsoll.realignment import reading
from plimsoll.realignment.learning import USUAL, Learned
from plimsoll.realignment.repairs import Given
from plimsoll.registry import repair


def _rows(held: Handle, given: Given, recipe: Recipe) -> Sequence[Signed]:
    found = reading.signed(given, "red_eval")
    return [Signed(tokenised(held, each, recipe), learned) for each, learned in found]


@repair
def red_eval(
    *,
    red: float = 0.1,
    bound: float = 1.0,
    recipe: Recipe = USUAL,
) -> Learned:
    """Learn blue examples and unlearn red ones within bounds (RED-INSTRUCT's SAFE-ALIGN).

    Args:
        red: Weight of what is unlearned; 0 is strategy A.
        bound: Nats a token beyond which a red example is pushed no further.
    """
    if not (0 <= red < inf and 0 < bound < inf):
        raise UserError("red_eval: red is 0 or more, and bound above 0")
    return Learned(recipe=recipe, rows=_rows, loss=bounded_ascent(red, bound))
