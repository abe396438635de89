"""Predictions and a layout -> how many are right, by category and part.

Every prediction is compared with its answer, whatever the others were: the work does not depend on
which are right, so its time tells nothing.
"""

from collections import Counter
from typing import NamedTuple

from plimsoll.leaderboard.holdout import Layout
from plimsoll.leaderboard.nouns import Part

NONE = 255
"""Stands for a question without a prediction; no option has this number."""
_IS_RIGHT = bytes([1]) + bytes(255)
"""Turns a difference into 1 where there is none."""


class Hits(NamedTuple):
    """How many predictions of a category (empty: of all) and part are right."""

    category: str
    part: Part
    hits: int
    n: int


def score(layout: Layout, predicted: bytes) -> list[Hits]:
    """Count the right ones: the whole and every category, over the parts `open`, `held` and `all`."""
    inorder = bytes(map(predicted.__getitem__, layout.order))
    size = len(inorder)
    differing = int.from_bytes(inorder, "big") ^ int.from_bytes(layout.right, "big")
    right = differing.to_bytes(size, "big").translate(_IS_RIGHT)
    hits: Counter[tuple[str, Part]] = Counter()
    asked: Counter[tuple[str, Part]] = Counter()
    for span in layout.spans:
        found = sum(right[span.start : span.stop])
        parts: tuple[Part, Part] = (span.part, "all")
        for part in parts:
            for category in ("", span.category):
                hits[category, part] += found
                asked[category, part] += span.stop - span.start
    return [Hits(category, part, hits[category, part], n) for (category, part), n in asked.items() if n]
