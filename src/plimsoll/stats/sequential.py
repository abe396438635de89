"""Answers one after the other -> an interval for the mean that may be looked at after every one of them.

A finite population in strata of known sizes is drawn from without replacement, in an order fixed
before. `docs/design/007-stopping-when-known.md` has the proofs. In short, for stratum `h` with `n` of
`N` drawn, the mean so far against the true one, `(x - mu) n / (1 - n/N)`, is a martingale whose steps
are the surprise of each draw times `c = 1 / (1 - n/N)` (Serfling 1974). Its exponential, less
`psi(bet * c) (X - guess)^2` per step, is a supermartingale for values in [0, 1] (Fan, Grama and Liu
2015; Howard, Ramdas, McAuliffe and Sekhon 2021, empirical Bernstein). So, by Ville's inequality, a
mixture of several bets rarely ever grows large; the means under which it did are left out. Where
every stratum has got on as far as it weighs, the strata add up to the mean of the whole; what is uneven
is added to the interval in full, as far as the draws so far leave a stratum's mean open.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, inf, log, log1p
from typing import Any, NamedTuple

from plimsoll.stats.intervals import Interval

VARIANCES = (0.25, 0.17, 0.11, 0.06, 0.03)
"""Spreads within strata that a bet may be made for; all hold, the fitting one is the sharpest."""
WEIGHTS = (0.26, 0.3, 0.22, 0.13, 0.09)
GAPS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Differences, in units of the variance, that a bet may be made for."""
STEPS = 40
MOST_SCALE = 2.0
"""Where categories weigh alike: how much the last draws of a small one may count. The rest of it is asked at
once, and then it is known."""
STRETCHES = 8
"""Stretches of the way at which strata of uneven progress are summed."""


def due(place: int, size: int, weight: float) -> float:
    """When a stratum of that size and weight in the mean is due for its draw number `place`, from 0 on."""
    share = min((place + 0.5) / size, 1 - 1 / MOST_SCALE)
    return share / (1 - share) * size / weight


class Bet(NamedTuple):
    """How much is staked on each surprise, and which share of the stake goes this way."""

    size: float
    weight: float


def for_width(half_width: float) -> tuple[Bet, ...]:
    """Bets that are sharpest when the interval has that half width."""
    return tuple(
        Bet(_size(half_width / variance), weight) for variance, weight in zip(VARIANCES, WEIGHTS, strict=True)
    )


def for_side() -> tuple[Bet, ...]:
    """Bets for telling on which side of a number the mean lies, however far."""
    return tuple(Bet(_size(gap), 1 / len(GAPS)) for gap in GAPS)


@dataclass
class _Stratum:
    size: int
    """Items that have or may get a value."""
    n: int = 0
    total: float = 0.0
    counted: int = 0
    """Of the `n`, those in the martingale: the last one of a stratum surprises nobody."""
    counted_total: float = 0.0

    @property
    def gain(self) -> float:
        """How far it has got on: what the error of its mean is multiplied by in the martingale."""
        return self.counted * self.scale

    @property
    def scale(self) -> float:
        """What the last draw in the martingale counted; the most it can where the rest has no score."""
        return self.size / max(1, self.size - self.counted)

    @property
    def open(self) -> float:
        """How far its true mean may be from the middle of what its draws leave possible."""
        return (self.size - self.n) / (2 * self.size)


class _Sum(NamedTuple):
    """A stratum as it is summed."""

    weight: float
    gain: float
    said: float
    """Its mean in the martingale, times its gain."""
    middle: float
    open: float


@dataclass
class ConfidenceSequence:
    """An interval that holds at every moment at once, with probability `level`."""

    sizes: Mapping[Any, int]
    bets: tuple[Bet, ...]
    level: float = 0.95
    category: Mapping[Any, Hashable] = field(default_factory=dict[Any, Hashable])
    """Strata -> the category, each of which weighs alike in the mean; empty where every item does."""
    strata: dict[Hashable, _Stratum] = field(init=False)
    costs: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.strata = {name: _Stratum(size) for name, size in self.sizes.items() if size}
        self.costs = [0.0] * len(self.bets)

    @property
    def n(self) -> int:
        """Values so far."""
        return sum(stratum.n for stratum in self.strata.values())

    @property
    def size(self) -> int:
        """The population, without what could not be scored."""
        return sum(stratum.size for stratum in self.strata.values())

    def add(self, name: Hashable, value: float) -> None:
        """Take up the next value of a stratum, between 0 and 1."""
        stratum = self.strata[name]
        if stratum.n + 1 < stratum.size:
            self._bet_on(stratum, value)
        stratum.n += 1
        stratum.total += value

    def _bet_on(self, stratum: _Stratum, value: float) -> None:
        guess = (stratum.total + 0.5) / (stratum.n + 1)
        scale = stratum.size / (stratum.size - stratum.n - 1)
        if self.category and (scale > MOST_SCALE or stratum.counted < stratum.n):
            return
        surprise = (value - guess) ** 2
        for place, bet in enumerate(self.bets):
            staked = bet.size * scale
            # A stake of everything may be lost: that bet is off from here on.
            self.costs[place] += inf if staked >= 1 else -(log1p(-staked) + staked) * surprise
        stratum.counted += 1
        stratum.counted_total += value

    def skip(self, name: Hashable) -> None:
        """Leave an item out that could not be scored."""
        self.strata[name].size -= 1

    @property
    def estimate(self) -> float:
        """The mean of the strata's means, each as much as it weighs."""
        weights = self._weights()
        known = [name for name, stratum in self.strata.items() if stratum.n]
        weight = sum(weights[name] for name in known)
        said = sum(self.strata[name].total / self.strata[name].n * weights[name] for name in known)
        return said / weight if weight else 0.5

    def interval(self) -> Interval:
        """Where the mean of the whole population lies."""
        weights = self._weights()
        found = [
            _Sum(
                weights[name],
                each.gain,
                each.counted_total * each.scale,
                each.total / each.size + each.open,
                each.open,
            )
            for name, each in self.strata.items()
            if each.size
        ]
        if not found:
            return Interval(0.0, 1.0)
        middle = sum(each.weight * each.middle for each in found)
        off = sum(each.weight * each.open for each in found)
        low, high = middle - off, middle + off
        reach = self._reach()
        for progress in _progresses(found) if reach < inf else ():
            bounds = _summed(found, progress, reach)
            low, high = max(low, bounds.low), min(high, bounds.high)
        return Interval(min(low, self.estimate), max(high, self.estimate))

    def _weights(self) -> dict[Hashable, float]:
        """What each stratum weighs in the mean; together 1."""
        size = self.size
        if not self.category:
            return {name: stratum.size / size if size else 0.0 for name, stratum in self.strata.items()}
        held: Counter[Hashable] = Counter()
        for name, stratum in self.strata.items():
            held[self.category[name]] += stratum.size
        alike = sum(1 for each in held.values() if each)
        return {
            name: stratum.size / held[self.category[name]] / alike if stratum.size else 0.0
            for name, stratum in self.strata.items()
        }

    def _reach(self) -> float:
        """How large the martingale may be before one of the bets has won too much."""
        odds = log(2 / (1 - self.level))
        live = [(bet, cost) for bet, cost in zip(self.bets, self.costs, strict=True) if cost < inf]
        if not live:
            return inf
        low = min((odds + cost) / bet.size for bet, cost in live)
        high = min((odds - log(bet.weight) + cost) / bet.size for bet, cost in live)
        for _ in range(STEPS):
            middle = (low + high) / 2
            won = sum(bet.weight * exp(bet.size * middle - cost - odds) for bet, cost in live)
            low, high = (middle, high) if won < 1 else (low, middle)
        return high


def _progresses(found: Sequence[_Sum]) -> Sequence[float]:
    """Progress of the whole that strata may be summed at: any will do, the fitting ones are the sharpest."""
    whole = sum(each.gain for each in found)
    reached = sorted(each.gain / each.weight for each in found if each.open and each.gain)
    return sorted({*([whole] if whole else []), *reached[:: len(reached) // STRETCHES + 1], *reached[-1:]})


def _summed(found: Sequence[_Sum], progress: float, reach: float) -> Interval:
    """Where the mean lies, if every stratum is taken to have got on as far as it weighs."""
    middle = slack = 0.0
    for each in found:
        missing = progress * each.weight - each.gain
        middle += each.said + missing * each.middle
        slack += abs(missing) * each.open
    return Interval((middle - reach - slack) / progress, (middle + reach + slack) / progress)


def _size(ratio: float) -> float:
    return ratio / (1 + ratio)
