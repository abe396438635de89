"""Hits -> a number that may be shown.

While a round is open, who may ask for many scores could learn single answers from their differences:
change one prediction, see whether the score moves. So (1) a shown value moves in steps that stand for
at least `grain` questions, and (2) before it is rounded, a keyed draw of up to a whole step either way
is added: a file that answers next to nothing may show a step above nothing without a single
hit. The draw hangs on all predictions together: the same file always shows the same number, asking
again teaches nothing, and any change draws anew, so no file can be kept at the edge of a step.
The interval is widened by a step and a half, so that it is valid for the exact value too.

Once the host closes the round, published rows show the exact value to a hundredth of a percent.
"""

import hashlib

from plimsoll.leaderboard.nouns import Score
from plimsoll.stats.intervals import wilson

EXACT = 0.0001
"""A hundredth of a percent: fewer than one question on every board of up to 10,000."""
SPREAD = 1.5
"""Steps by which a shown value may be off: the draw, and half a step of rounding."""
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def step_for(n: int, grain: int) -> float:
    """The least step that stands for at least `grain` of `n` questions."""
    if grain <= 0:
        return EXACT
    return next((step for step in STEPS if step * n >= grain), STEPS[-1])


def exact(category: str, hits: float, n: int) -> Score:
    """The number as it is."""
    low, high = wilson(hits, n)
    return Score(
        category=category, value=round(hits / n, 4), low=round(low, 4), high=round(high, 4), n=n, step=EXACT
    )


def blunted(category: str, hits: float, n: int, *, grain: int, draw: float) -> Score:
    """The number in steps; `draw` in [0, 1) is the keyed draw of `keyed_draw`."""
    if grain <= 0:
        return exact(category, hits, n)
    step = step_for(n, grain)
    value = min(max(round(hits / n / step + 2 * draw - 1) * step, 0.0), 1.0)
    off = SPREAD * step
    low, high = wilson(max(value - off, 0.0) * n, n).low, wilson(min(value + off, 1.0) * n, n).high
    return Score(
        category=category, value=round(value, 4), low=round(low, 4), high=round(high, 4), n=n, step=step
    )


def keyed_draw(secret: bytes, seed: str, place: str) -> float:
    """A number in [0, 1) that hangs on the round's secret, all predictions (`seed`) and the place."""
    digest = hashlib.blake2b(f"{seed}:{place}".encode(), key=secret[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
