"""Answers one after the other -> an interval for the mean that may be looked at after every one of them.

A finite population in strata of known sizes is drawn from without replacement, in an order fixed
before. `docs/design/007-stopping-when-known.md` has the proofs. In short, for stratum `h` with `n` of
`N` drawn, the mean so far against the true one, `(x - mu) n / (1 - n/N)`, is a martingale whose steps
are the surprise of each draw times `c = 1 / (1 - n/N)` (Serfling 1974). Its exponential, less
`psi(bet * c) (X - guess)^2` per step, is a supermartingale for values in [0, 1] (Fan, Grama and Liu
2015; Howard, Ramdas, McAuliffe and Sekhon 2021, empirical Bernstein). So, by Ville's inequality, a
mixture of several bets rarely ever grows large; the means under which it did are left out. Where
every stratum gives its share, the strata add up to the mean of the whole; what rounding leaves is
added to the interval in full.
"""

from collections.abc import Hashable, Mapping
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


@dataclass
class ConfidenceSequence:
    """An interval that holds at every moment at once, with probability `level`."""

    sizes: Mapping[Any, int]
    bets: tuple[Bet, ...]
    level: float = 0.95
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
            guess = (stratum.total + 0.5) / (stratum.n + 1)
            scale = stratum.size / (stratum.size - stratum.n - 1)
            surprise = (value - guess) ** 2
            for place, bet in enumerate(self.bets):
                staked = bet.size * scale
                # A stake of everything may be lost: that bet is off from here on.
                self.costs[place] += inf if staked >= 1 else -(log1p(-staked) + staked) * surprise
            stratum.counted += 1
            stratum.counted_total += value
        stratum.n += 1
        stratum.total += value

    def skip(self, name: Hashable) -> None:
        """Leave an item out that could not be scored."""
        self.strata[name].size -= 1

    @property
    def estimate(self) -> float:
        """The mean of the strata's means, each with its share of the population."""
        known = [stratum for stratum in self.strata.values() if stratum.n]
        weight = sum(stratum.size for stratum in known)
        return sum(stratum.total / stratum.n * stratum.size for stratum in known) / weight if weight else 0.5

    def interval(self) -> Interval:
        """Where the mean of the whole population lies."""
        size = self.size
        if not size:
            return Interval(0.0, 1.0)
        found = [stratum for stratum in self.strata.values() if stratum.size]
        total = sum(stratum.total for stratum in found)
        low, high = total / size, (total + size - self.n) / size
        gains = [stratum.size * stratum.counted / (stratum.size - stratum.counted) for stratum in found]
        gain = sum(gains)
        reach = self._reach()
        if gain and reach < inf:
            middle = sum(
                each * stratum.counted_total / stratum.counted
                for each, stratum in zip(gains, found, strict=True)
                if stratum.counted
            )
            uneven = sum(
                abs(each - gain * stratum.size / size) for each, stratum in zip(gains, found, strict=True)
            )
            low = max(low, (middle - reach - uneven / 2) / gain)
            high = min(high, (middle + reach + uneven / 2) / gain)
        return Interval(min(low, self.estimate), max(high, self.estimate))

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


def _size(ratio: float) -> float:
    return ratio / (1 + ratio)
