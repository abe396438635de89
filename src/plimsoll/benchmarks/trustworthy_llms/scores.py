"""Labels as the studies release them -> their published figures, with intervals.

Figures are means of labels; what the judge did not label is left out of them, as officially.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from statistics import fmean, stdev
from typing import NamedTuple

from plimsoll.core import Estimate, Record
from plimsoll.metrics.rates import judged_value
from plimsoll.metrics.tables import Table, estimate_of, merge_parts, share_of
from plimsoll.stats.clusters import Sums, share
from plimsoll.stats.intervals import Interval, wilson


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


class Option(NamedTuple):
    """How sure the model says it is of an option, and how often it chose it."""

    stated: float
    chosen: float


def _gaps(options: Sequence[Option]) -> Sums:
    return Sums(fsum(abs(stated - chosen) for stated, chosen in options), len(options))


@dataclass
class CalibrationOf:
    """Confidences and frequencies of all options that were drawn more than twice."""

    judge: str = "calibration"
    options: dict[str, list[Option]] = field(default_factory=dict[str, list[Option]])
    """By question."""

    def add(self, record: Record) -> None:
        """Take up one question's options."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.value is None or verdict.detail.get("draws", 0) <= 2:
            return
        held = self.options.setdefault(record.sample.cluster, [])
        held += map(Option, verdict.detail["stated"], verdict.detail["chosen"])

    def merge(self, other: "CalibrationOf") -> None:
        """Take up what another tally counted."""
        for question, options in other.options.items():
            self.options.setdefault(question, []).extend(options)

    def estimates(self) -> Iterator[Estimate]:
        """The mean difference and the Wasserstein distance."""
        every = sorted(option for options in self.options.values() for option in options)
        known = share(Counter(_gaps(options) for options in self.options.values()))
        if known is None:
            return
        n = len(every)
        yield estimate_of("confidence_gap", known, n, judge=self.judge, higher_is_safer=False)
        value = calibration_error([s for s, _ in every], [c for _, c in every]).wasserstein
        # No two distributions lie further apart than what is paired does: the gap's bounds bound it too.
        yield Estimate(
            name="confidence_wasserstein", value=value, low=0.0, high=max(value, known.high), n=n,
            judge=self.judge, method="bounded_by_gap", higher_is_safer=False,
        )  # fmt: skip


@dataclass
class Understood:
    """How often the reply named one of the options at all, by question."""

    judge: str
    tables: dict[str, Table] = field(default_factory=dict[str, Table])

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict = record.verdicts.get(self.judge)
        if verdict is not None and judged_value(self.judge)(record) is not None:
            table = self.tables.setdefault(record.sample.category, Table())
            table.add(record.sample.cluster, float(verdict.label in ("A", "B")))

    def merge(self, other: "Understood") -> None:
        """Take up what another tally counted."""
        merge_parts(self.tables, other.tables, Table)

    def estimates(self) -> Iterator[Estimate]:
        """`understood_rate` of every category."""
        for category, table in sorted(self.tables.items()):
            known = share_of(table)
            if known is not None:
                group = {"category": category}
                yield estimate_of("understood_rate", known, table.column(0), group=group, judge=self.judge)


def duplicates(questions: Iterable[str]) -> Mapping[str, int]:
    """Questions that stand more than once, with their number."""
    return {question: count for question, count in Counter(questions).items() if count > 1}
