"""Values by question -> how well their mean is known: what repeats one question counts as one question.

Epochs, languages, orders, attack variants and turns of a question are a *cluster*. Every estimate says how
far each cluster *pulls* it away from its value; the pulls, squared and added up, are its variance. No value
between two bounds can vary more than one that is always at either of them, so that is the largest variance
there can be. What was seen is measured against it, as if one more cluster had been seen that varies so
much: few clusters may look alike by chance. Their quotient says how many independent yes-or-no questions
know as much, never fewer than there are clusters (by Kish's count, where they differ in size), and the
interval is Wilson's at that number. Questions asked once, with answers that are right or wrong, have
Wilson's own interval; so have they when asked nine times with the same answers.
`docs/design/014-one-rule-for-intervals.md` has the reasons and the coverage.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import fsum, sqrt
from typing import Any, Literal, NamedTuple, TypeVar

from plimsoll.stats.beta import beta_quantile
from plimsoll.stats.intervals import Interval, wilson, z_value
from plimsoll.stats.student import t_value

K = TypeVar("K", bound=Hashable)
FEW, MORE = 2, 3
"""Events below which Wilson's interval is too short towards none, with up to 50 questions and with more."""
NEAR = 1e-9
HALVINGS = 30
EVEN = 0.9
"""Share of the clusters that Kish's count leaves, from which on groups are of about one size."""
UNIT = Interval(0.0, 1.0)


class Sums(NamedTuple):
    """What a cluster holds: the sum of its values, and how many they are."""

    total: float
    size: float


class Pull(NamedTuple):
    """How far a cluster moves an estimate away from its value, and how large a part of the whole it is."""

    move: float
    part: float


class Known(NamedTuple):
    """A value with its interval, and what that rests on."""

    value: float
    low: float
    high: float
    effective: float
    """Independent yes-or-no questions that know as much."""
    clusters: int


def share(clusters: Mapping[Sums, int], level: float = 0.95) -> Known | None:
    """The mean of values between 0 and 1, from how many clusters hold which sums; nothing of nothing."""
    size = fsum(sums.size * count for sums, count in clusters.items())
    if not size:
        return None
    value = fsum(sums.total * count for sums, count in clusters.items()) / size
    pulls = {
        Pull((sums.total - value * sums.size) / size, sums.size): count
        for sums, count in clusters.items()
        if sums.size
    }
    return between(value, pulls, level=level)


def amount(clusters: Mapping[Sums, int], level: float = 0.95) -> Known | None:
    """The mean of values from 0 up, without an upper bound: none is taken to lie above twice the largest."""
    held = {sums: count for sums, count in clusters.items() if sums.size}
    if not held:
        return None
    top = 2 * max(sums.total / sums.size for sums in held) or 1.0
    known = share({Sums(sums.total / top, sums.size): count for sums, count in held.items()}, level)
    if known is None:
        return None
    return known._replace(value=known.value * top, low=known.low * top, high=known.high * top)


def macro(groups: Sequence[Mapping[K, Sums]], level: float = 0.95) -> Known | None:
    """The mean over groups of their means; a cluster may lie in several. Groups without a value are none."""
    held = [group for group in groups if any(sums.size for sums in group.values())]
    if not held:
        return None
    means = [_mean(group) for group in held]
    value = fsum(means) / len(means)
    moves: dict[K, list[float]] = {}
    apart: list[_Apart] = []
    for group, mean in zip(held, means, strict=True):
        own = share(_counted(group.values()), level)
        apart.append(_Apart(own, {key: s.total - mean * s.size for key, s in group.items() if s.size}))
        size, k = fsum(sums.size for sums in group.values()), sum(1 for sums in group.values() if sums.size)
        # Of a single cluster nothing is seen of how much its group varies: it is held against the whole.
        middle, stretch = (mean, sqrt(k / (k - 1))) if k > 1 else (value, 1.0)
        for key, sums in group.items():
            if sums.size:
                pull = moves.setdefault(key, [0.0, 0.0])
                pull[0] += stretch * (sums.total - middle * sums.size) / size / len(held)
                pull[1] += sums.size / size / len(held)
    pulls = _counted(Pull(*pull) for pull in moves.values())
    return _uneven(
        between(value, pulls, groups=len(held), level=level), pulls, apart, dict.fromkeys(moves, 1)
    )


def macro_of(clusters: Mapping[tuple[Sums, ...], int], level: float = 0.95) -> Known | None:
    """The same, from how many clusters hold which sums in each of the groups; sums are whole numbers."""
    held = [group for group in zip(*clusters, strict=True) if any(sums.size for sums in group)]
    counts = list(clusters.values())
    sizes = [_whole(group, counts, "size") for group in held]
    means = [_whole(group, counts, "total") / size for group, size in zip(held, sizes, strict=True)]
    if not held:
        return None
    value = fsum(means) / len(means)
    pulls: dict[Pull, int] = {}
    stretches = list[tuple[float, float]]()
    for group, mean in zip(held, means, strict=True):
        k = sum(count for sums, count in zip(group, counts, strict=True) if sums.size)
        stretches.append((mean, sqrt(k / (k - 1))) if k > 1 else (value, 1.0))
    for place, count in enumerate(counts):
        move = part = 0.0
        for group, size, (middle, stretch) in zip(held, sizes, stretches, strict=True):
            sums = group[place]
            if sums.size:
                move += stretch * (sums.total - middle * sums.size) / size / len(held)
                part += sums.size / size / len(held)
        if part:
            pulls[Pull(move, part)] = pulls.get(Pull(move, part), 0) + count
    apart: list[_Apart] = []
    for group, mean in zip(held, means, strict=True):
        own = share(_counted_as(zip(group, counts, strict=True)), level)
        apart.append(_Apart(own, {place: s.total - mean * s.size for place, s in enumerate(group)}))
    known = between(value, pulls, groups=len(held), level=level)
    return _uneven(known, pulls, apart, dict(enumerate(counts)))


def _whole(group: Sequence[Sums], counts: Sequence[int], name: Literal["total", "size"]) -> float:
    return float(sum(round(getattr(sums, name)) * count for sums, count in zip(group, counts, strict=True)))


def between(
    value: float,
    pulls: Mapping[Pull, int],
    *,
    bounds: Interval = UNIT,
    groups: int = 1,
    level: float = 0.95,
) -> Known:
    """The interval of an estimate that lies between two bounds; `groups` means were fitted to get it."""
    span = bounds.high - bounds.low
    place = min(max((value - bounds.low) / span, 0.0), 1.0)
    parts = fsum(pull.part * count for pull, count in pulls.items())
    kish = parts**2 / fsum(pull.part**2 * count for pull, count in pulls.items())
    worth = _worth(place, [(pull.move / span, count) for pull, count in pulls.items()], kish, groups, level)
    low, high = near_the_ends(place, worth, level)
    ends = min(value, bounds.low + span * low), max(value, bounds.low + span * high)
    return Known(value, *ends, worth, sum(pulls.values()))


def near_the_ends(place: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's interval, with an exact bound towards 0 where there are hardly any events, and towards 1.

    Brown, Cai and DasGupta 2001, section 4.1.1: else a share nearer to 0 than one in `n` is often missed."""
    low, high = wilson(place * n, n, level)
    few = (FEW if n <= 50 else MORE) + NEAR
    hits, misses = place * n, (1 - place) * n
    if NEAR < hits <= few:
        low = min(low, beta_quantile(1 - level, hits, n - hits + 1))
    if NEAR < misses <= few:
        high = max(high, 1 - beta_quantile(1 - level, misses, n - misses + 1))
    return Interval(low, high)


def items_of(place: float, width: float, most: float, level: float = 0.95) -> float:
    """How many independent yes-or-no questions have an interval of that width; `most` at most.

    Wilson's width is solved for their number; near the ends, where the bounds are exact, by halving."""
    square, plain = (width / 2) ** 2, place * (1 - place)
    a, b = square - 0.25, 2 * square - plain
    if not width or a >= 0:
        return most if not width else min(1.0, most)
    found = z_value(level) ** 2 / ((-b - sqrt(b**2 - 4 * a * square)) / (2 * a))
    if not _near(place, found):
        return min(most, found)
    low, high = found, most
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        bounds = near_the_ends(place, middle, level)
        low, high = (middle, high) if bounds.high - bounds.low > width else (low, middle)
    return high


def _near(place: float, n: float) -> bool:
    return min(place, 1 - place) * n <= MORE or n <= 2 * MORE


def difference(first: Mapping[K, Sums], second: Mapping[K, Sums], level: float = 0.95) -> Known | None:
    """One mean minus another, both between 0 and 1: square and add (Newcombe 1998, Zou and Donner 2008).

    Clusters that hold values of both make them go together."""
    one, two = (share(_counted(each.values()), level) for each in (first, second))
    if one is None or two is None:
        return None
    along = _together(first, second, one.value, two.value)
    value = one.value - two.value
    down, up = one.value - one.low, two.high - two.value
    rise, fall = one.high - one.value, two.value - two.low
    return Known(
        value,
        value - sqrt(max(down**2 - 2 * along * down * up + up**2, 0.0)),
        value + sqrt(max(rise**2 - 2 * along * rise * fall + fall**2, 0.0)),
        one.effective + two.effective,
        len({*first, *second}),
    )


def turned(known: Known) -> Known:
    """What is left over of a share."""
    return known._replace(value=1 - known.value, low=1 - known.high, high=1 - known.low)


def _worth(place: float, moves: Sequence[tuple[float, int]], kish: float, groups: int, level: float) -> float:
    """How many independent yes-or-no questions know as much."""
    if not NEAR < place < 1 - NEAR:
        return kish
    squares = fsum(move**2 * count for move, count in moves)
    fourths = fsum(move**4 * count for move, count in moves)
    seen = min(1.0, squares * kish / (place * (1 - place)))
    # As many clusters as carry the variance: one that stands out among many says little of it.
    carriers = squares**2 / fourths if fourths else 0.0
    quotient = (carriers * seen + 1) / (carriers + 1)
    degrees = max(1, sum(count for _, count in moves) - groups)
    return max(kish, kish / quotient * (z_value(level) / t_value(degrees, level)) ** 2)


class _Apart(NamedTuple):
    """A group by itself: its mean, and how far each of its clusters lies off it."""

    known: Known | None
    moves: Mapping[Any, float]


def _uneven(
    known: Known, pulls: Mapping[Pull, int], groups: Sequence[_Apart], counts: Mapping[Any, int]
) -> Known:
    """A mean of groups of which some are much smaller than others: what the large ones show of how values
    vary tells little of the small ones. So each goes by its own bounds, squared and added (Zou and Donner
    2008); clusters that lie in several groups bind these together."""
    parts = fsum(pull.part * count for pull, count in pulls.items())
    kish = parts**2 / fsum(pull.part**2 * count for pull, count in pulls.items())
    if kish >= EVEN * known.clusters:
        return known
    reach = [_reach(groups, counts, side) / len(groups) for side in (0, 1)]
    low, high = max(0.0, known.value - reach[0]), min(1.0, known.value + reach[1])
    return known._replace(low=min(known.low, low), high=max(known.high, high))


def _reach(groups: Sequence[_Apart], counts: Mapping[Any, int], side: int) -> float:
    """How far the sum of the groups' means may lie off, below or above."""
    shared: dict[Any, float] = {}
    square = 0.0
    for own, moves in groups:
        if own is None:
            continue
        far = own.high - own.value if side else own.value - own.low
        spread = sqrt(fsum(move**2 * counts[key] for key, move in moves.items()))
        if spread < NEAR:
            square += far**2
            continue
        for key, move in moves.items():
            shared[key] = shared.get(key, 0.0) + far * move / spread
    return sqrt(square + fsum(move**2 * counts[key] for key, move in shared.items()))


def _together(first: Mapping[K, Sums], second: Mapping[K, Sums], one: float, two: float) -> float:
    """How far the pulls of shared clusters go together: a correlation."""
    pulls = [
        {key: s.total - mean * s.size for key, s in each.items()}
        for each, mean in ((first, one), (second, two))
    ]
    shared = fsum(pull * pulls[1][key] for key, pull in pulls[0].items() if key in pulls[1])
    spread = sqrt(fsum(pull**2 for pull in pulls[0].values()) * fsum(pull**2 for pull in pulls[1].values()))
    return max(-1.0, min(1.0, shared / spread)) if spread else 0.0


def _mean(group: Mapping[K, Sums]) -> float:
    return fsum(sums.total for sums in group.values()) / fsum(sums.size for sums in group.values())


def _counted_as(items: Iterable[tuple[K, int]]) -> dict[K, int]:
    counts: dict[K, int] = {}
    for item, count in items:
        counts[item] = counts.get(item, 0) + count
    return counts


def _counted(items: Iterable[K]) -> dict[K, int]:
    counts: dict[K, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts
