"""Two guards on the same conversations -> how far they differ, and whether that may be chance."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from plimsoll.core import replace
from plimsoll.screening.measure import FIGURES, Mark, figure, together, values_of
from plimsoll.screening.nouns import NOTHING, Pair
from plimsoll.stats.multiple import holm
from plimsoll.stats.paired import mcnemar_exact
from plimsoll.stats.ranking import difference, p_value


def pairs(guards: Mapping[str, Sequence[Mark]], *, seed: int = 0) -> tuple[Pair, ...]:
    """Every pair of guards, p-values adjusted for how many there are."""
    found = [
        _pair(one, other, guards[one], guards[other], seed=seed) for one, other in combinations(guards, 2)
    ]
    for name in FIGURES:
        adjusted = holm([each.p[name] for each in found])
        found = [replace(each, p={**each.p, name: p}) for each, p in zip(found, adjusted, strict=True)]
    decisions = holm([each.p_decisions for each in found])
    return tuple(replace(each, p_decisions=p) for each, p in zip(found, decisions, strict=True))


def _pair(first: str, second: str, one: Sequence[Mark], other: Sequence[Mark], *, seed: int) -> Pair:
    by_id = {mark.seen.id: mark for mark in other}
    rows = [(mark, by_id[mark.seen.id]) for mark in one if mark.seen.id in by_id]
    a, b = together(rows, seed=seed) if rows else (None, None)
    values = [values_of([row[place] for row in rows]) for place in (0, 1)]
    differences, p = dict.fromkeys(FIGURES, NOTHING), dict.fromkeys(FIGURES, 1.0)
    for name in FIGURES if a is not None and b is not None else ():
        had, has = values[0][name], values[1][name]
        if had is None or has is None:
            continue
        drawn = difference(getattr(a, name), getattr(b, name))
        differences[name] = figure(had - has, drawn, lowest=-1.0)
        p[name] = p_value(had - has, drawn)
    only = [_alone(rows, place) for place in (0, 1)]
    return Pair(
        first=first,
        second=second,
        n=len(rows),
        differences=differences,
        p=p,
        only_first=only[0],
        only_second=only[1],
        p_decisions=_decisions(rows, only),
    )


def _alone(rows: Sequence[tuple[Mark, Mark]], place: int) -> int:
    """How many conversations one of them alone decides rightly."""
    return sum(
        row[place].flagged == row[place].unsafe and row[1 - place].flagged != row[1 - place].unsafe
        for row in rows
    )


def _decisions(rows: Sequence[tuple[Mark, Mark]], only: Sequence[int]) -> float:
    """McNemar's exact test over prompts; of a prompt that repeats, its majority counts once."""
    won: dict[str, int] = {}
    for one, other in rows:
        gain = (one.flagged == one.unsafe) - (other.flagged == other.unsafe)
        won[one.seen.cluster] = won.get(one.seen.cluster, 0) + gain
    if len(won) == len(rows):
        return mcnemar_exact(only[0], only[1])
    return mcnemar_exact(sum(each > 0 for each in won.values()), sum(each < 0 for each in won.values()))
