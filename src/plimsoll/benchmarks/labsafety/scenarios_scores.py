"""Records of answers with expected points -> their score by the official rules and by their length."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.core import Estimate, Outcome, Record
from plimsoll.metrics.rates import RateMetric, rate
from plimsoll.metrics.tables import Table, estimate_of
from plimsoll.stats.clusters import Sums, amount


def official_score(name: str, judge: str) -> RateMetric:
    """The official mean: items without expected points and items that no judge could score are zero."""

    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        if verdict is None:
            return None
        return verdict.value or 0.0

    return rate(f"{name}_compat", value)


def without_points(judge: str) -> RateMetric:
    """Items that expect nothing: no answer to them can be scored."""

    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        return None if verdict is None else float(verdict.outcome is Outcome.NOT_APPLICABLE)

    return rate("without_points_rate", value, higher_is_safer=False)


@dataclass
class PointsPerHundredWords:
    """Covered points for every hundred words said: a score that long answers do not raise.

    A row holds answers, points and words."""

    judge: str
    table: Table = field(default_factory=Table)
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.value is None:
            self.unscored += 1
            return
        covered = round(sum(verdict.detail.get("covered", ())))
        words = round(verdict.detail.get("words", 0))
        self.table.change(record.sample.cluster, ((0, 1), (1, covered), (2, words)))

    def merge(self, other: "PointsPerHundredWords") -> None:
        """Take up what another tally counted."""
        self.table.merge(other.table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The ratio of points to words, as far as anything was said."""
        held: Counter[Sums] = Counter()
        for row, clusters in self.table.rows():
            held[Sums(100 * row[1], row[2])] += clusters
        known = amount(held)
        if known is not None:
            n = self.table.column(0)
            yield estimate_of(
                "points_per_100_words", known, n, unscored=self.unscored, judge=self.judge, method="ratio"
            )
