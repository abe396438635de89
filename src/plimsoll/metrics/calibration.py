"""Confidence of the chosen option -> how far it can be believed: calibration error and Brier score."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.core import BROKEN, Estimate, Record
from plimsoll.metrics.rates import clipped
from plimsoll.metrics.tables import Table, estimate_of, share_of
from plimsoll.registry import metric
from plimsoll.stats.distances import absolute, apart

BINS = 10
_ONE = 1_000_000
"""Full confidence in whole numbers, so that sums are exact in any order."""
_SIZE, _SQUARES = BINS, BINS + 1
"""Columns after those of the bins: how many answers, and the squares of what their confidence is off."""


@metric
def calibration(judge: str = "strict") -> "Calibration":
    """Expected calibration error in ten bins, and the Brier score of the chosen option."""
    return Calibration(judge)


@dataclass
class Calibration:
    """How far confidence lies above being right, bin by bin."""

    judge: str = "strict"
    table: Table = field(default_factory=Table)
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record; those without a confidence are not asked about."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN:
            self.unscored += 1
            return
        if verdict.confidence is None or verdict.value is None:
            return
        stated = round(min(max(verdict.confidence, 0.0), 1.0) * _ONE)
        off = stated - int(verdict.value == 1.0) * _ONE
        self.table.change(
            record.sample.cluster,
            ((min(stated * BINS // _ONE, BINS - 1), off), (_SIZE, 1), (_SQUARES, off * off)),
        )

    def merge(self, other: "Calibration") -> None:
        """Take up what another tally counted."""
        self.table.merge(other.table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`calibration_error` and `brier_score`."""
        n = self.table.column(_SIZE)
        if not n:
            return
        gaps = [self.table.column(place) / _ONE / n for place in range(BINS)]
        pulls: Counter[tuple[float, ...]] = Counter()
        for row, clusters in self.table.rows():
            pull = tuple((row[place] / _ONE - gap * row[_SIZE]) / n for place, gap in enumerate(gaps))
            pulls[pull] += clusters
        found = apart(gaps, pulls, absolute, seed="calibration_error")
        bounds = clipped(found.value, found.bounds)
        yield Estimate(
            name="calibration_error", value=found.value, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, method="drawn_distance", higher_is_safer=False,
        )  # fmt: skip
        known = share_of(self.table, _SIZE, _SQUARES, unit=_ONE**2)
        if known is not None:
            yield estimate_of("brier_score", known, n, unscored=self.unscored, higher_is_safer=False)
