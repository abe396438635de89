"""Supervised fine-tuning on safe replies: the plainest repair that learns.

SafeChain (Jiang et al. 2025) tunes reasoning models on chains of thought whose replies a guard called safe;
Self-Defense (MultiJail, ICLR 2024) tunes on pairs that the model wrote and translated itself, unsafe and
general ones 3 to 7. Both are this loop over their data, which `plimsoll data pull` or `plimsoll generate`
brings. Strategy A of SAFE-ALIGN (RED-INSTRUCT 2023) is the same on blue data; `realign red_eval` is B.
"""

from collections.abc import Sequence

from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import sft as likelihood
from plimsoll.internals.training import Recipe, Row, tokenised
from plimsoll.realignment import reading
from plimsoll.realignment.learning import USUAL, Learned
from plimsoll.realignment.repairs import Given
from plimsoll.registry import repair


def _rows(held: Handle, given: Given, recipe: Recipe) -> Sequence[Row]:
    found = reading.examples(given, "sft")
    return [tokenised(held, each, recipe) for each in found]


@repair
def sft(
    *,
    recipe: Recipe = USUAL,
) -> Learned:
    """Fine-tune on requests with safe replies (SafeChain, Self-Defense)."""
    return Learned(recipe=recipe, rows=_rows, loss=likelihood)
