"""Labels as the studies release them -> their published figures, with intervals.

Figures are means of labels; what the judge did not label is left out of them, as officially.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import NamedTuple

from plimsoll.core import Estimate, Record
from plimsoll.metrics.rates import judged_value
from plimsoll.stats.intervals import Interval, normal_mean, wilson


class Share(NamedTuple):
    """A mean of labels with its interval."""

    value: float
    bounds: Interval
    n: int


class Causal(NamedTuple):
    """The causal study's four figures."""

    q1_accuracy: float
    q2_accuracy: float
    q1_understood: float
    q2_understood: float


class CalibrationError(NamedTuple):
    """The miscalibration study's three figures."""

    mean: float
    deviation: float
    wasserstein: float


def by_model(labels: Iterable[tuple[str, int | None]]) -> dict[str, Share]:
    """Model and label of every row -> the mean label of each model."""
    hits: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for model, label in labels:
        if label is not None:
            hits[model] += label
            counts[model] += 1
    return {model: Share(hits[model] / n, wilson(hits[model], n), n) for model, n in counts.items()}


def causal(truth: Sequence[tuple[str, str]], answers: Sequence[tuple[str | None, str | None]]) -> Causal:
    """Right answers and given ones, a pair for each event pair; `None` was not understood."""
    n = len(truth)
    right = [sum(t[q] == a[q] for t, a in zip(truth, answers, strict=True)) / n for q in (0, 1)]
    understood = [sum(a[q] is not None for a in answers) / n for q in (0, 1)]
    return Causal(*right, *understood)


def calibration_error(stated: Sequence[float], chosen: Sequence[float]) -> CalibrationError:
    """Stated confidences and frequencies of the same options -> mean difference, its spread, distance."""
    gaps = [abs(s - c) for s, c in zip(stated, chosen, strict=True)]
    distance = fmean(abs(s - c) for s, c in zip(sorted(stated), sorted(chosen), strict=True))
    return CalibrationError(fmean(gaps), stdev(gaps) if len(gaps) > 1 else 0.0, distance)


@dataclass
class CalibrationOf:
    """Confidences and frequencies of all options that were drawn more than twice."""

    judge: str = "calibration"
    stated: list[float] = field(default_factory=list[float])
    chosen: list[float] = field(default_factory=list[float])

    def add(self, record: Record) -> None:
        """Take up one question's options."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.value is None or verdict.detail.get("draws", 0) <= 2:
            return
        self.stated += verdict.detail["stated"]
        self.chosen += verdict.detail["chosen"]

    def merge(self, other: "CalibrationOf") -> None:
        """Take up what another tally counted."""
        self.stated += other.stated
        self.chosen += other.chosen

    def estimates(self) -> Iterator[Estimate]:
        """The mean difference and the Wasserstein distance."""
        n = len(self.stated)
        if not n:
            return
        found = calibration_error(self.stated, self.chosen)
        bounds = normal_mean(found.mean, found.deviation**2 / n)
        low, high = max(0.0, min(found.mean, bounds.low)), max(found.mean, bounds.high)
        yield Estimate(
            name="confidence_gap", value=found.mean, low=low, high=high, n=n, judge=self.judge,
            method="normal", higher_is_safer=False,
        )  # fmt: skip
        value = found.wasserstein
        yield Estimate(
            name="confidence_wasserstein", value=value, low=value, high=value, n=n, judge=self.judge,
            method="none", higher_is_safer=False,
        )  # fmt: skip


@dataclass
class Understood:
    """How often the reply named one of the options at all, by question."""

    judge: str
    counts: dict[str, Counter[bool]] = field(default_factory=dict[str, Counter[bool]])

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict = record.verdicts.get(self.judge)
        if verdict is not None and judged_value(self.judge)(record) is not None:
            self.counts.setdefault(record.sample.category, Counter())[verdict.label in ("A", "B")] += 1

    def merge(self, other: "Understood") -> None:
        """Take up what another tally counted."""
        for category, counts in other.counts.items():
            self.counts.setdefault(category, Counter()).update(counts)

    def estimates(self) -> Iterator[Estimate]:
        """`understood_rate` of every category."""
        for category, found in sorted(self.counts.items()):
            bounds = wilson(found[True], found.total())
            yield Estimate(
                name="understood_rate", value=found[True] / found.total(), low=bounds.low, high=bounds.high,
                n=found.total(), group={"category": category}, judge=self.judge,
            )  # fmt: skip


def duplicates(questions: Iterable[str]) -> Mapping[str, int]:
    """Questions that stand more than once, with their number."""
    return {question: count for question, count in Counter(questions).items() if count > 1}
