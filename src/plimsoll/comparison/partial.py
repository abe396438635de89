"""Differences by subset -> the same, those of few questions with what the subsets beside them say of them.

Languages are taken as some of their kind, categories as some of theirs, and a category in one language as
one of those of its language.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import fsum, sqrt
from statistics import NormalDist

from plimsoll.comparison.nouns import Difference, Shrunk
from plimsoll.core import replace
from plimsoll.stats.pooling import SMALL, Measured, drawn_together

Z = NormalDist().inv_cdf(0.975)


def partially_pooled(found: Sequence[Difference]) -> Iterator[Difference]:
    """Every difference, in the order given."""
    kinds: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, each in enumerate(found):
        crossed = len(each.group) > 1
        kinds[(*each.group, each.group.get("language", "") if crossed else "")].append(place)
    made: dict[int, Shrunk] = {}
    for places in kinds.values():
        if all(found[place].clusters >= SMALL for place in places):
            continue
        together = drawn_together(_measured([found[place] for place in places]))
        made |= {
            place: Shrunk(value=each.value, low=each.low, high=each.high)
            for place, each in zip(places, together, strict=False)
            if found[place].clusters < SMALL
        }
    return (replace(each, partial=made.get(place)) for place, each in enumerate(found))


def _measured(found: Sequence[Difference]) -> list[Measured]:
    """Each as far as its own interval says that chance moves it, or as all of its kind together say.

    Three questions that happen not to flip do not show that none of their kind does.
    """
    moved = fsum(each.discordance * each.n for each in found) / sum(each.n for each in found)
    return [
        Measured(each.difference, max((each.high - each.low) / 2 / Z, sqrt(moved / each.clusters)))
        for each in found
    ]
