"""Votes of jurors on items without labels -> how good each juror is, and how likely each item is a yes.

Dawid and Skene 1979, for yes and no: truth and jurors' errors are found in turns. Jurors are believed to be
better than chance beforehand (a few imagined votes), which also keeps yes from being called no.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

Vote = bool | None
"""`None` where a juror gave no verdict."""
RIGHT, WRONG = 2.0, 1.0
"""Imagined votes of each juror on each truth."""
TURNS = 500
STILL = 1e-9


class Found(NamedTuple):
    """What the votes say."""

    sensitivity: tuple[float, ...]
    specificity: tuple[float, ...]
    prevalence: float
    posterior: tuple[float, ...]
    """How likely each item is a yes."""


def dawid_skene(votes: Sequence[Sequence[Vote]]) -> Found | None:
    """Estimate from votes, a row an item; nothing of nothing."""
    kinds = Counter(tuple(row) for row in votes)
    if not kinds:
        return None
    jurors = len(next(iter(kinds)))
    likely = {kind: _share(kind) for kind in kinds}
    sensitivity, specificity, prevalence = [0.5] * jurors, [0.5] * jurors, 0.5
    for _ in range(TURNS):
        sensitivity = [_rate(kinds, likely, juror, yes=True) for juror in range(jurors)]
        specificity = [_rate(kinds, likely, juror, yes=False) for juror in range(jurors)]
        prevalence = (sum(likely[kind] * n for kind, n in kinds.items()) + 1) / (kinds.total() + 2)
        after = {kind: _posterior(kind, sensitivity, specificity, prevalence) for kind in kinds}
        moved = max(abs(after[kind] - likely[kind]) for kind in kinds)
        likely = after
        if moved < STILL:
            break
    posterior = tuple(likely[tuple(row)] for row in votes)
    return Found(tuple(sensitivity), tuple(specificity), prevalence, posterior)


def undecided(posterior: float, margin: float) -> bool:
    """Whether an item is for a human: neither answer is as likely as the margin wants."""
    return max(posterior, 1 - posterior) < margin


def _share(kind: Sequence[Vote]) -> float:
    cast = [vote for vote in kind if vote is not None]
    return sum(cast) / len(cast) if cast else 0.5


def _rate(
    kinds: Counter[tuple[Vote, ...]], likely: dict[tuple[Vote, ...], float], juror: int, *, yes: bool
) -> float:
    """How often a juror is right where the truth is yes, or no."""
    right, all_votes = RIGHT, RIGHT + WRONG
    for kind, n in kinds.items():
        if kind[juror] is None:
            continue
        weight = n * (likely[kind] if yes else 1 - likely[kind])
        all_votes += weight
        right += weight * (kind[juror] is yes)
    return right / all_votes


def _posterior(
    kind: Sequence[Vote], sensitivity: Sequence[float], specificity: Sequence[float], prevalence: float
) -> float:
    yes, no = prevalence, 1 - prevalence
    for vote, hit, pass_ in zip(kind, sensitivity, specificity, strict=True):
        if vote is not None:
            yes *= hit if vote else 1 - hit
            no *= 1 - pass_ if vote else pass_
    return yes / (yes + no)


def majority(votes: Sequence[Vote]) -> bool | None:
    """What more than half of all jurors say; `None` where one gave no verdict, or they are even."""
    if any(vote is None for vote in votes):
        return None
    ayes = sum(bool(vote) for vote in votes)
    return None if 2 * ayes == len(votes) else 2 * ayes > len(votes)
