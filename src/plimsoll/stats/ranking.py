"""Conversations with labels and scores of guards -> intervals of curves and rates at once, by redraws.

The prompts are drawn again, with all that repeats them (Poisson bootstrap: each counts as often as chance
says). All numbers and all guards see the same redraws, so that differences are paired. Redraws of what was
seen never show what was not: so a few conversations that nobody saw are drawn along, ranked rightly and
wrongly. For the redraws, scores are parted into as many ranks as matter; the values themselves are exact.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, product
from math import exp, lgamma, log, sqrt
from random import Random
from typing import NamedTuple, TypeVar

from plimsoll.stats.intervals import Interval

RANKS = 256
"""Parts that scores are put into for the redraws: equally many scores in each."""
MOST, LEAST = 1_000, 200
"""Redraws, as many as the work allows."""
WORK = 3_000_000
"""Redraws times labelled scores that are worth their time."""
UNSEEN = 0.5
"""How many prompts nobody saw, of each kind: unsafe or safe, ranked at the top or at the bottom. Each has as
many conversations as those that were seen have on the mean, so that repeats of them all change nothing."""
APART = 0.4
"""Share of these on which guards decide each on its own: that two agreed on all that was seen does not show
that they always do. Chosen by simulation: of 100 intervals of guards that are alike, 93 to 99 hold zero."""
LEAST_DEFINED = 0.9

CELLS = ((True, True), (True, False), (False, True), (False, False))
"""Unsafe or not, flagged or not."""

Key = TypeVar("Key")
Column = Sequence[float]
"""How often each redraw took something."""


class Marked(NamedTuple):
    """A conversation as people and guards see it."""

    cluster: str
    """Conversations of one prompt are drawn together."""
    unsafe: bool
    scores: tuple[float, ...]
    """One a guard."""
    flags: tuple[bool, ...]
    """What each guard decided."""


class Redraws(NamedTuple):
    """Each number of a guard, first as it was seen, then on every redraw; `None` where it is not defined."""

    auroc: Sequence[float | None]
    auprc: Sequence[float | None]
    precision: Sequence[float | None]
    recall: Sequence[float | None]
    f1: Sequence[float | None]
    false_alarms: Sequence[float | None]


def redrawn(items: Sequence[Marked], *, seed: int = 0, most: int = MOST) -> list[Redraws]:
    """The numbers of every guard on the same redraws."""
    if not items:
        return []
    scales = [_Scale.of([item.scores[guard] for item in items]) for guard in range(len(items[0].scores))]
    profiles = _profiles(items, scales)
    size = sum(len(profile) for profile in profiles)
    draws = max(LEAST, min(most, WORK // max(1, size * len(scales))))
    random = Random(seed)
    usual = len(items) / sum(profiles.values())
    tallies = [_Tally(scale, draws + 1) for scale in scales]
    for profile in sorted(profiles):
        column = [profiles[profile], *_poisson(random, float(profiles[profile]), draws)]
        for unsafe, *ranks in profile:
            for tally, rank in zip(tallies, ranks, strict=True):
                tally.add(bool(unsafe), rank // 2, bool(rank % 2), column)
    kinds = list(product((True, False), repeat=len(tallies)))
    for unsafe in (True, False):
        for tops in kinds:
            rate = UNSEEN * ((1 - APART) * (len(set(tops)) == 1) + 2 * APART / len(kinds))
            column = [0, *(usual * times for times in _poisson(random, rate, draws))]
            for tally, top in zip(tallies, tops, strict=True):
                tally.add(unsafe, tally.scale.size - 1 if top else 0, top, column)
    return [tally.read() for tally in tallies]


def interval(
    value: float | None, drawn: Sequence[float | None], *, lowest: float = 0.0, level: float = 0.95
) -> Interval | None:
    """The percentile interval of a number between `lowest` and 1, which always holds the number itself.

    What the ranks lose of it is added again."""
    seen, *redraws = drawn
    found = sorted(each for each in redraws if each is not None)
    if value is None or seen is None or len(found) < LEAST_DEFINED * len(redraws):
        return None
    tail, last, lost = (1 - level) / 2, len(found) - 1, value - seen
    low, high = (found[round(share * last)] + lost for share in (tail, 1 - tail))
    return Interval(max(lowest, min(value, low)), min(1.0, max(value, high)))


def difference(first: Iterable[float | None], second: Iterable[float | None]) -> list[float | None]:
    """One guard's numbers minus another's, redraw by redraw."""
    return [None if a is None or b is None else a - b for a, b in zip(first, second, strict=True)]


def p_value(value: float | None, drawn: Sequence[float | None]) -> float:
    """Two-sided: twice the share of redraws on the other side of nothing, one redraw more on either side."""
    found = [each for each in drawn[1:] if each is not None]
    if not found or not value:
        return 1.0
    low = sum((each < 0) + (each == 0) / 2 for each in found) + 1
    high = sum((each > 0) + (each == 0) / 2 for each in found) + 1
    return min(1.0, 2 * min(low, high) / (len(found) + 2))


class _Scale(NamedTuple):
    """A guard's scores in ranks, from below."""

    edges: tuple[float, ...]
    """The smallest score of each rank but the first."""

    @classmethod
    def of(cls, scores: Sequence[float]) -> "_Scale":
        distinct = sorted(set(scores))
        if len(distinct) <= RANKS:
            return cls(tuple(distinct[1:]))
        ordered = sorted(scores)
        cuts = {ordered[len(ordered) * k // RANKS] for k in range(1, RANKS)} - {ordered[0]}
        return cls(tuple(sorted(cuts)))

    @property
    def size(self) -> int:
        return len(self.edges) + 1

    def rank(self, score: float) -> int:
        at = bisect_left(self.edges, score)
        return at + 1 if at < len(self.edges) and self.edges[at] == score else at


def _profiles(items: Sequence[Marked], scales: Sequence[_Scale]) -> Counter[tuple[tuple[int, ...], ...]]:
    """How many prompts hold which labels, and of each guard twice the rank, and one more if it flags."""
    known: list[dict[float, int]] = [{} for _ in scales]
    held: dict[str, list[tuple[int, ...]]] = {}
    for cluster, unsafe, scores, flags in items:
        row = [int(unsafe)]
        for scale, ranks, score, flag in zip(scales, known, scores, flags, strict=True):
            rank = ranks.get(score)
            if rank is None:
                rank = ranks[score] = 2 * scale.rank(score)
            row.append(rank + flag)
        held.setdefault(cluster, []).append(tuple(row))
    return Counter(tuple(sorted(rows)) if len(rows) > 1 else tuple(rows) for rows in held.values())


class _Tally:
    """How often each redraw holds unsafe and safe conversations of each rank."""

    def __init__(self, scale: _Scale, draws: int) -> None:
        self.scale, self.draws = scale, draws
        self.ranked: dict[tuple[int, bool], Column] = {}
        self.decided: dict[tuple[bool, bool], Column] = {}

    def add(self, unsafe: bool, rank: int, flagged: bool, column: Column) -> None:
        _add(self.ranked, (rank, unsafe), column)
        _add(self.decided, (unsafe, flagged), column)

    def read(self) -> Redraws:
        """From the highest rank down: hits and false alarms so far, and the areas below the curves."""
        hits, alarms = [0.0] * self.draws, [0.0] * self.draws
        steps, pairs = [0.0] * self.draws, [0.0] * self.draws
        for rank in range(self.scale.size - 1, -1, -1):
            more, less = self.ranked.get((rank, True)), self.ranked.get((rank, False))
            if less is not None:
                over = hits if more is None else [h + m / 2 for h, m in zip(hits, more, strict=True)]
                pairs = [p + n * h for p, n, h in zip(pairs, less, over, strict=True)]
                alarms = [a + n for a, n in zip(alarms, less, strict=True)]
            if more is not None:
                hits = [h + m for h, m in zip(hits, more, strict=True)]
                steps = [
                    s + m * h / (h + a) if m else s
                    for s, m, h, a in zip(steps, more, hits, alarms, strict=True)
                ]
        tables = zip(*(self.decided.get(cell, [0] * self.draws) for cell in CELLS), strict=True)
        found = [dict(rates(dict(zip(CELLS, table, strict=True)))) for table in tables]
        return Redraws(
            [_share(p, h * a) for p, h, a in zip(pairs, hits, alarms, strict=True)],
            [_share(s, h) for s, h in zip(steps, hits, strict=True)],
            *([each[name] for each in found] for name in Redraws._fields[2:]),
        )


def _add(columns: dict[Key, Column], key: Key, column: Column) -> None:
    held = columns.get(key)
    columns[key] = column if held is None else [a + b for a, b in zip(held, column, strict=True)]


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _poisson(random: Random, mean: float, draws: int) -> list[int]:
    first, weights = _table(mean)
    return random.choices(range(first, first + len(weights)), cum_weights=weights, k=draws)


@lru_cache(maxsize=4096)
def _table(mean: float) -> tuple[int, Sequence[float]]:
    """The smallest number that matters, and the sums of the chances from there on."""
    reach = 9 * sqrt(mean) + 9
    first, last = max(0, int(mean - reach)), int(mean + reach)
    return first, list(accumulate(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(first, last + 1)))


def counted(items: Iterable[tuple[bool, bool]]) -> Mapping[tuple[bool, bool], int]:
    """How many were unsafe or not, and flagged or not."""
    return Counter(items)


def rates(table: Mapping[tuple[bool, bool], float]) -> Iterator[tuple[str, float | None]]:
    """Precision, recall, F1 and the share of false alarms; `None` where there is nothing to divide by."""
    hit, missed = table.get((True, True), 0), table.get((True, False), 0)
    alarm, passed = table.get((False, True), 0), table.get((False, False), 0)
    yield "precision", _share(hit, hit + alarm)
    yield "recall", _share(hit, hit + missed)
    yield "f1", _share(2 * hit, 2 * hit + alarm + missed)
    yield "false_alarms", _share(alarm, alarm + passed)
