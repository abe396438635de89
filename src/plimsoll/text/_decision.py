"""Claims -> the one option that they come down to, or why there is none.

The weightiest claims count. A lighter one that comes later counts as well where a word of correction
introduces it. Among claims of one weight that differ, the last one stands only after a word of
conclusion or correction; without one the reply contradicts itself.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.text._before_letters import CORRECTED, CORRECTS
from plimsoll.text._claims import NONE, SEVERAL, Claim
from plimsoll.text._place import Weight
from plimsoll.text.expressions import expression

_CONCLUDES = (
    r"\b(?:however|but|final|finally|overall|in conclusion|in summary|conclude|after all|ultimately"
    r"|in the end)\b|最终|最后|综上|总之|综合"
)
_CLOSED = expression(rf"{CORRECTS}|{_CONCLUDES}", re.IGNORECASE)
_TURNS = expression(
    rf"{CORRECTS}|{_CONCLUDES}|\b(?:therefore|thus|hence|so)\b|因此|所以|但|不过|应该|\\boxed", re.IGNORECASE
)


_OR = expression(r"[)\]\"']{0,2}\s{0,2},?\s{0,2}(?:or\b|或)", re.IGNORECASE)


class Decision(NamedTuple):
    """What the claims come down to."""

    claim: Claim | None
    reason: str = ""
    """Why no single option is chosen."""


def decide(read: Sequence[Claim], text: str) -> Decision:
    """The claim that stands."""
    read = [claim for claim in read if claim.option != NONE or not _followed(claim, read)]
    top = max(claim.weight for claim in read)
    pool = _with_corrections([claim for claim in read if claim.weight is top], read, text)
    if pool[-1].option == NONE:
        return Decision(None, "none of the options")
    last = pool[-1]
    differing = [place for place, claim in enumerate(pool) if claim.option != last.option]
    if differing:
        before = pool[differing[-1]]
        turns = _TURNS if top >= Weight.TEXT else _CLOSED
        if last.option == SEVERAL or not (
            turns.search(text, before.end, last.end) or _narrows(pool, differing, text)
        ):
            return Decision(None, "contradictory")
    return Decision(None, "several options") if last.option == SEVERAL else Decision(last)


def _narrows(pool: Sequence[Claim], differing: Sequence[int], text: str) -> bool:
    """`It is (I) or (J). The answer is (J).`"""
    return all(
        pool[place].option == SEVERAL and _OR.match(text, pool[place].end) is not None for place in differing
    )


def _followed(none: Claim, read: Sequence[Claim]) -> bool:
    """Whether an option is put forward after all."""
    return any(
        claim.start > none.start and claim.option != NONE and claim.weight > Weight.BEST for claim in read
    )


def _with_corrections(pool: list[Claim], read: Sequence[Claim], text: str) -> list[Claim]:
    """The weightiest claims, and later ones that correct or contradict them."""
    last = pool[-1]
    later = [claim for claim in read if claim.start > last.end and claim.option != last.option]
    for claim in later:
        if claim.weight >= Weight.CHOSEN or (
            claim.weight >= Weight.RIGHT and CORRECTED.search(text, pool[-1].end, claim.start)
        ):
            pool.append(claim)
    return pool
