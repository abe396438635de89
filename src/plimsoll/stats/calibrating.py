"""Scores beside what happened -> a map that makes probabilities of them: a temperature, or rising steps.

Both are learned on other items than they are judged by. A temperature keeps the ranking; isotonic steps may
tie what was apart (Guo et al. 2017; Zadrozny and Elkan 2002).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p

CLOSE = 1e-6
"""How near to 0 and 1 a score is let: its odds stay finite."""
COLDEST, HOTTEST = 0.02, 50.0
HALVINGS = 60
GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Temperature:
    """Divides the log-odds."""

    value: float

    def __call__(self, score: float) -> float:
        """The mended score."""
        return _sigmoid(_logit(score) / self.value)


@dataclass(frozen=True)
class Isotonic:
    """Steps: from each score on, the share of what happened."""

    scores: Sequence[float]
    shares: Sequence[float]

    def __call__(self, score: float) -> float:
        """The mended score."""
        return self.shares[max(0, bisect_right(self.scores, score) - 1)]


def temperature(truth: Sequence[bool], scores: Sequence[float]) -> Temperature:
    """The temperature of the smallest log loss, found by golden section."""
    odds = [_logit(score) for score in scores]
    low, high = log(COLDEST), log(HOTTEST)
    first, second = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    losses = [_loss(truth, odds, exp(place)) for place in (first, second)]
    for _ in range(HALVINGS):
        if losses[0] < losses[1]:
            high, second, losses[1] = second, first, losses[0]
            first = high - GOLDEN * (high - low)
            losses[0] = _loss(truth, odds, exp(first))
        else:
            low, first, losses[0] = first, second, losses[1]
            second = low + GOLDEN * (high - low)
            losses[1] = _loss(truth, odds, exp(second))
    return Temperature(exp((low + high) / 2))


def isotonic(truth: Sequence[bool], scores: Sequence[float]) -> Isotonic:
    """The rising steps of the smallest squared error: neighbours that fall are pooled."""
    blocks: list[list[float]] = []
    for score, happened in sorted(zip(scores, map(float, truth), strict=True)):
        if blocks and blocks[-1][0] == score:
            blocks[-1][1] += happened
            blocks[-1][2] += 1
        else:
            blocks.append([score, happened, 1])
    pooled: list[list[float]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and pooled[-2][1] * pooled[-1][2] >= pooled[-1][1] * pooled[-2][2]:
            _, more, size = pooled.pop()
            pooled[-1][1] += more
            pooled[-1][2] += size
    return Isotonic([block[0] for block in pooled], [block[1] / block[2] for block in pooled])


def _loss(truth: Sequence[bool], odds: Sequence[float], heat: float) -> float:
    return sum(
        _softplus(-each / heat if happened else each / heat)
        for happened, each in zip(truth, odds, strict=True)
    )


def _softplus(x: float) -> float:
    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))


def _logit(score: float) -> float:
    held = min(1 - CLOSE, max(CLOSE, score))
    return log(held / (1 - held))


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))
