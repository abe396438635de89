"""Judges asked again and again on the same items -> how steady each is, and whether one does better.

ASTRAL's study of oracles (2025): 20 runs of each judge on one set, accuracy with what has no verdict counted
as wrong, a test of normality, a comparison by ranks with Holm's adjustment, and an effect size. The runs
share their items: they tell how much a judge's own draws move its numbers, and not how it would do on others.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean, stdev

from msgspec import Struct

from plimsoll.calibration.measure import Judged
from plimsoll.stats.confusion import Confusion
from plimsoll.stats.multiple import holm
from plimsoll.stats.normality import shapiro_wilk
from plimsoll.stats.ranked import signed_ranks, superiority

SIGNIFICANT = 0.05


class Repeated(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One judge over its runs."""

    judge: str
    accuracy: tuple[float, ...]
    """Of each run: items judged as people do, of all with a decided label."""
    recall: tuple[float | None, ...]
    precision: tuple[float | None, ...]
    unread: tuple[int, ...]
    """Items of each run without a verdict."""
    changed: int
    """Items on which the runs do not all say the same."""
    mean: float
    deviation: float
    w: float | None = None
    """Shapiro and Wilk's, of the accuracies; nothing where all are the same."""
    normal_p: float | None = None


class Contrast(Struct, frozen=True, kw_only=True):
    """Two judges, run by run."""

    first: str
    second: str
    difference: float
    """Of the mean accuracies."""
    p: float
    """Wilcoxon's, adjusted by Holm for the number of pairs."""
    superiority: float
    """How often a run of the first is more accurate than one of the second (Vargha and Delaney's A)."""

    @property
    def told_apart(self) -> bool:
        """Whether one of them does better on these items."""
        return self.p < SIGNIFICANT


class Steadiness(Struct, frozen=True, kw_only=True):
    """All judges over their runs."""

    runs: int
    judges: tuple[Repeated, ...]
    contrasts: tuple[Contrast, ...] = ()


def steadiness(found: Mapping[str, Sequence[Sequence[Judged]]]) -> Steadiness:
    """Judge -> its runs, each with all items in one order."""
    judges = tuple(_repeated(name, runs) for name, runs in found.items())
    pairs = list(combinations(judges, 2))
    adjusted = holm([signed_ranks(one.accuracy, other.accuracy) for one, other in pairs])
    contrasts = tuple(
        Contrast(
            first=one.judge,
            second=other.judge,
            difference=one.mean - other.mean,
            p=p,
            superiority=superiority(one.accuracy, other.accuracy),
        )
        for (one, other), p in zip(pairs, adjusted, strict=True)
    )
    return Steadiness(
        runs=max((len(each.accuracy) for each in judges), default=0), judges=judges, contrasts=contrasts
    )


def _repeated(name: str, runs: Sequence[Sequence[Judged]]) -> Repeated:
    counted = [_confusion(run) for run in runs]
    decided = [[each for each in run if each.truth is not None] for run in runs]
    accuracy = tuple(
        (each.hits + each.rejections) / max(1, len(items))
        for each, items in zip(counted, decided, strict=True)
    )
    tested = shapiro_wilk(accuracy)
    return Repeated(
        judge=name,
        accuracy=accuracy,
        recall=tuple(each.sensitivity for each in counted),
        precision=tuple(each.precision for each in counted),
        unread=tuple(sum(each.value is None for each in items) for items in decided),
        changed=sum(
            len(set(said)) > 1 for said in zip(*([e.value for e in run] for run in runs), strict=True)
        ),
        mean=fmean(accuracy),
        deviation=stdev(accuracy) if len(accuracy) > 1 else 0.0,
        w=tested.w if tested else None,
        normal_p=tested.p if tested else None,
    )


def _confusion(run: Sequence[Judged]) -> Confusion:
    pairs = [(each.truth, each.value) for each in run if each.truth is not None and each.value is not None]
    return Confusion(
        hits=pairs.count((1.0, 1.0)),
        false_alarms=pairs.count((0.0, 1.0)),
        misses=pairs.count((1.0, 0.0)),
        rejections=pairs.count((0.0, 0.0)),
    )
