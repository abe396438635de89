"""Records of answers with expected points -> their score by the official rules and by their length."""

from collections.abc import Iterator
from dataclasses import dataclass

from plimsoll.core import Estimate, Outcome, Record
from plimsoll.metrics.rates import RateMetric, rate
from plimsoll.stats.intervals import normal_mean


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
    """Covered points for every hundred words said: a score that long answers do not raise."""

    judge: str
    n: int = 0
    unscored: int = 0
    points: float = 0.0
    words: float = 0.0
    squares: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Sums of points squared, points times words, words squared."""

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.value is None:
            self.unscored += 1
            return
        points = float(sum(verdict.detail.get("covered", ())))
        words = float(verdict.detail.get("words", 0))
        self.n += 1
        self.points += points
        self.words += words
        one, both, other = self.squares
        self.squares = (one + points * points, both + points * words, other + words * words)

    def merge(self, other: "PointsPerHundredWords") -> None:
        """Take up what another tally counted."""
        self.n += other.n
        self.unscored += other.unscored
        self.points += other.points
        self.words += other.words
        one, both, last = (mine + its for mine, its in zip(self.squares, other.squares, strict=True))
        self.squares = (one, both, last)

    def estimates(self) -> Iterator[Estimate]:
        """The ratio, with the interval of the delta method."""
        if not self.n or not self.words:
            return
        ratio = self.points / self.words
        one, both, other = self.squares
        spread = max(one - 2 * ratio * both + ratio * ratio * other, 0.0)
        bounds = normal_mean(100 * ratio, 1e4 * spread / self.words**2)
        yield Estimate(
            name="points_per_100_words",
            value=100 * ratio,
            low=max(0.0, bounds.low),
            high=bounds.high,
            n=self.n,
            unscored=self.unscored,
            judge=self.judge,
            method="delta",
        )
