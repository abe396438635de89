"""Confidence of the chosen option -> how far it can be believed: calibration error and Brier score."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from plimsoll.core import BROKEN, Estimate, Record
from plimsoll.metrics.rates import clipped
from plimsoll.registry import metric
from plimsoll.stats.bootstrap import bootstrap
from plimsoll.stats.intervals import normal_mean

BINS = 10
_ONE = 1_000_000
"""Full confidence in whole numbers, so that sums are exact in any order."""

Kind = tuple[int, int]
"""Bin of the confidence, and 1 where the choice was right."""


@metric
def calibration(judge: str = "strict") -> "Calibration":
    """Expected calibration error in ten bins, and the Brier score of the chosen option."""
    return Calibration(judge)


@dataclass
class Calibration:
    """Items and confidence by bin and by whether the choice was right."""

    judge: str = "strict"
    counts: Counter[Kind] = field(default_factory=Counter[Kind])
    confidence: Counter[Kind] = field(default_factory=Counter[Kind])
    squares: int = 0
    fourths: int = 0
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record; those without a confidence are not asked about."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN:
            self.unscored += 1
            return
        if verdict.confidence is None or verdict.value is None:
            return
        right = int(verdict.value == 1.0)
        stated = round(min(max(verdict.confidence, 0.0), 1.0) * _ONE)
        kind = (min(stated * BINS // _ONE, BINS - 1), right)
        self.counts[kind] += 1
        self.confidence[kind] += stated
        self.squares += (stated - right * _ONE) ** 2
        self.fourths += (stated - right * _ONE) ** 4

    def merge(self, other: "Calibration") -> None:
        """Take up what another tally counted."""
        self.counts.update(other.counts)
        self.confidence.update(other.confidence)
        self.squares += other.squares
        self.fourths += other.fourths
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`calibration_error` and `brier_score`."""
        n = self.counts.total()
        if not n:
            return
        kinds = sorted(self.counts)
        counts = [self.counts[kind] for kind in kinds]
        means = [self.confidence[kind] / _ONE / self.counts[kind] for kind in kinds]
        error = _error(kinds, means, counts)
        bounds = clipped(error, bootstrap(counts, partial(_error, kinds, means)))
        yield Estimate(
            name="calibration_error", value=error, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, method="bootstrap", higher_is_safer=False,
        )  # fmt: skip
        score = self.squares / _ONE**2 / n
        bounds = clipped(score, normal_mean(score, (self.fourths / _ONE**4 / n - score**2) / n))
        yield Estimate(
            name="brier_score", value=score, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, method="normal", higher_is_safer=False,
        )  # fmt: skip


def _error(kinds: Sequence[Kind], means: Sequence[float], counts: Sequence[int]) -> float:
    """The mean distance between confidence and accuracy, bin by bin, weighted by items."""
    gaps = [0.0] * BINS
    for (place, right), mean, count in zip(kinds, means, counts, strict=True):
        gaps[place] += count * (mean - right)
    return sum(abs(gap) for gap in gaps) / sum(counts)
