"""Pairs of answers -> differences with intervals and tests, whole and by subset.

Each question counts against itself, so what makes questions hard cancels out. Where several pairs
belong to one question (epochs, languages, orders) or to one template, they are a cluster: intervals
and tests then rest on the sums over clusters. For clusters of one the test is McNemar's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from plimsoll.comparison.align import Aligned, Pair
from plimsoll.comparison.nouns import Difference, Flip
from plimsoll.comparison.nouns import Profile as Kind
from plimsoll.comparison.partial import partially_pooled
from plimsoll.comparison.power import detectable, needed
from plimsoll.comparison.significance import sign_flip
from plimsoll.core import replace
from plimsoll.stats.intervals import Interval
from plimsoll.stats.multiple import holm
from plimsoll.stats.paired import Both, paired
from plimsoll.stats.resampling import Profile, redrawn_mean

DRAWS = 10_000
WISHED = 0.01
"""The difference that sample sizes are given for, where nobody says another."""


class Settings(NamedTuple):
    """How differences are looked at."""

    draws: int = DRAWS
    seed: int = 0
    wished: float = WISHED


DEFAULT = Settings()


class _Counted(NamedTuple):
    """A subset, counted."""

    before: float
    after: float
    profiles: Mapping[Profile, int]
    both: Mapping[Both, int]
    """The second run's sums and the first's, by cluster."""
    n: int

    @property
    def clusters(self) -> int:
        return sum(self.profiles.values())


def differences(aligned: Aligned, settings: Settings = DEFAULT) -> tuple[Difference, ...]:
    """The whole first, then by language, by category, and by both where there are several languages."""
    found = [_difference(group, pairs, settings) for group, pairs in _groups(aligned.pairs).items()]
    return tuple(partially_pooled([*_adjusted(found)]))


def flips(aligned: Aligned) -> tuple[Flip, ...]:
    """Every question whose score differs, in the order of the first run."""
    return tuple(_flip(pair) for pair in aligned.pairs if pair.before.value != pair.after.value)


def cluster_of(pair: Pair) -> str:
    """What a pair shares its fate with."""
    seen = pair.before
    return f"\0{seen.cluster}" if seen.cluster else seen.pair or seen.origin or seen.id


_Group = tuple[tuple[str, str], ...]


def _groups(pairs: Sequence[Pair]) -> dict[_Group, list[Pair]]:
    several = len({pair.before.language for pair in pairs}) > 1
    found: dict[_Group, list[Pair]] = defaultdict(list)
    found[()] = list(pairs)
    for pair in pairs:
        category, language = pair.before.category, pair.before.language
        if several:
            found[(("language", language),)].append(pair)
        if category:
            found[(("category", category),)].append(pair)
        if category and several:
            found[(("category", category), ("language", language))].append(pair)
    order = sorted(found, key=lambda group: (len(group), [name for name, _ in group] == ["category"]))
    return {group: found[group] for group in order}


def _difference(group: _Group, pairs: Sequence[Pair], settings: Settings) -> Difference:
    counted = _counted(pairs)
    n, value = counted.n, counted.after - counted.before
    independent = counted.clusters == n
    bounds, method = _interval(counted)
    redrawn = redrawn_mean(counted.profiles, draws=settings.draws, seed=settings.seed)
    test = sign_flip(_sums(counted), single=independent)
    gained = sum(pair.difference > 0 for pair in pairs)
    lost = sum(pair.difference < 0 for pair in pairs)
    discordance = fsum(pair.difference**2 for pair in pairs) / n
    clusters, design = counted.clusters, _design(counted, discordance)
    return Difference(
        group=dict(group),
        n=n,
        clusters=counted.clusters,
        before=counted.before,
        after=counted.after,
        difference=value,
        low=max(-1.0, min(bounds.low, value)),
        high=min(1.0, max(bounds.high, value)),
        method=method,
        bootstrap_low=redrawn.low,
        bootstrap_high=redrawn.high,
        draws=settings.draws,
        p=test.p,
        test=test.name,
        p_adjusted=test.p,
        gained=gained,
        lost=lost,
        discordance=discordance,
        detectable=detectable(clusters, discordance, design),
        needed=needed(settings.wished, discordance, design),
        profiles=tuple(
            Kind(total, items, count) for (total, items), count in sorted(counted.profiles.items())
        ),
    )


def _counted(pairs: Sequence[Pair]) -> _Counted:
    held: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        held[cluster_of(pair)].append(pair)
    both = Counter(_sums_of(members) for members in held.values())
    return _Counted(
        before=fsum(each.second * count for each, count in both.items()) / len(pairs),
        after=fsum(each.first * count for each, count in both.items()) / len(pairs),
        profiles=_profiles(both),
        both=both,
        n=len(pairs),
    )


def _sums_of(members: Sequence[Pair]) -> Both:
    # Rounded, so that clusters that differ by the last bit only are of one kind.
    first, second = (
        round(fsum(values), 9)
        for values in ([p.after.value or 0.0 for p in members], [p.before.value or 0.0 for p in members])
    )
    return Both(first, second, len(members))


def _profiles(both: Mapping[Both, int]) -> Counter[Profile]:
    found: Counter[Profile] = Counter()
    for each, count in both.items():
        found[round(each.first - each.second, 9), round(each.size)] += count
    return found


def _interval(counted: _Counted) -> tuple[Interval, str]:
    found = paired(counted.both)
    if found is None:
        return Interval(-1.0, 1.0), "cluster_robust"
    alone = found.method == "newcombe_paired" and counted.clusters == counted.n
    return Interval(found.known.low, found.known.high), "newcombe_paired" if alone else "cluster_robust"


def _variance(counted: _Counted) -> float:
    """Of the mean difference, from what the clusters' sums vary."""
    clusters, mean = counted.clusters, counted.after - counted.before
    if clusters < 2:
        return 0.0
    spread = fsum(count * (total - size * mean) ** 2 for (total, size), count in counted.profiles.items())
    return spread / counted.n**2


def _design(counted: _Counted, discordance: float) -> float:
    """How many times more the mean varies than with as many independent pairs as there are clusters."""
    mean = counted.after - counted.before
    alone = (discordance - mean * mean) / counted.clusters
    if counted.clusters == counted.n or alone <= 0:
        return 1.0
    # A cluster is never worth more than the pairs in it.
    return max(counted.clusters / counted.n, _variance(counted) / alone)


def _sums(counted: _Counted) -> dict[float, int]:
    sums: Counter[float] = Counter()
    for (total, _), count in counted.profiles.items():
        sums[total] += count
    return sums


def _adjusted(found: Sequence[Difference]) -> Iterator[Difference]:
    """Holm's adjustment over the subsets of a kind: categories, languages, both."""
    kinds: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, difference in enumerate(found):
        kinds[tuple(difference.group)].append(place)
    adjusted = [difference.p for difference in found]
    for places in kinds.values():
        for place, p in zip(places, holm([found[place].p for place in places]), strict=True):
            adjusted[place] = p
    return (replace(one, p_adjusted=p) for one, p in zip(found, adjusted, strict=True))


def _flip(pair: Pair) -> Flip:
    before, after = pair
    return Flip(
        id=after.id,
        epoch=after.epoch,
        category=after.category,
        language=after.language,
        target=after.target,
        before=before.value or 0.0,
        after=after.value or 0.0,
        before_label=before.label,
        after_label=after.label,
        before_outcome=before.outcome,
        after_outcome=after.outcome,
        before_line=before.line,
        after_line=after.line,
        before_offset=before.offset,
        after_offset=after.offset,
    )
