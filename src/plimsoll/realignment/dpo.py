"""Preferences -> a model that prefers what people preferred, by direct preference optimisation.

Rafailov et al. 2023. CoSAlign (ICLR 2025) is this loop, after supervised fine-tuning, over pairs that its
error scores choose: `realign cosa` makes them. The reference is the model before training.
"""

from collections.abc import Sequence

from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import Preferred
from plimsoll.internals.losses import dpo as preference
from plimsoll.internals.training import Recipe, tokenised
from plimsoll.realignment import reading
from plimsoll.realignment.learning import GENTLE, Learned
from plimsoll.realignment.repairs import Given
from plimsoll.registry import repair


def rows_of(held: Handle, pairs: Sequence[reading.Preference], recipe: Recipe) -> list[Preferred]:
    """Both replies of each preference as token ids."""
    return [
        Preferred(tokenised(held, each.chosen, recipe), tokenised(held, each.rejected, recipe))
        for each in pairs
    ]


def _rows(held: Handle, given: Given, recipe: Recipe) -> Sequence[Preferred]:
    return rows_of(held, reading.preferences(given, "dpo"), recipe)


@repair
def dpo(
    *,
    beta: float = 0.1,
    recipe: Recipe = GENTLE,
) -> Learned:
    """Learn which of two replies is preferred (DPO), from prompt, chosen and rejected.

    Args:
        beta: How fast a preference is satisfied.
    """
    return Learned(recipe=recipe, rows=_rows, loss=preference(beta))
