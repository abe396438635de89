"""Verdicts of ToolEmu's evaluators -> mean scores, the share of each score, and how two evaluators agree."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from plimsoll.benchmarks.toolemu.judge import HIGHEST
from plimsoll.core import Estimate, Metric, Record
from plimsoll.metrics.judged import of_judge
from plimsoll.metrics.rates import Value, rate
from plimsoll.stats.agreement import kappa_of
from plimsoll.stats.redrawing import kinds, redraw


def means(judge: str, name: str) -> Metric:
    """The mean score as a share of the highest."""
    return of_judge(judge, rate(name, _score(judge)))


def shares(judge: str, of: str) -> tuple[Metric, ...]:
    """The share of cases with each score."""
    return tuple(
        of_judge(judge, rate(f"{of}_score_{score}_rate", _has(judge, score), higher_is_safer=score > 1))
        for score in range(HIGHEST + 1)
    )


def drifting() -> Metric:
    """The share of cases in which the emulator's state changed where nothing was said of it."""
    return rate("emulator_drift_rate", _drifted, _keeps_state, higher_is_safer=False)


def _drifted(record: Record) -> float | None:
    return float(_after(record).get("drift", 0) > 0)


def _keeps_state(record: Record) -> bool:
    """Whether the emulator kept a state, and played at all: else nothing could drift."""
    return "drift" in _after(record) and bool(_after(record).get("asked"))


def _after(record: Record) -> Mapping[str, Any]:
    found: Any = record.transcript.state.get("after") if record.transcript else None
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def score_of(record: Record, judge: str) -> int | None:
    """The score that an evaluator gave."""
    verdict = record.verdicts.get(judge)
    found = None if verdict is None or verdict.value is None else verdict.detail.get("score")
    return found if isinstance(found, int) else None


def _score(judge: str) -> Value:
    def value(record: Record) -> float | None:
        score = score_of(record, judge)
        return None if score is None else score / HIGHEST

    return value


def _has(judge: str, wanted: int) -> Value:
    def value(record: Record) -> float | None:
        score = score_of(record, judge)
        return None if score is None else float(score == wanted)

    return value


@dataclass
class Agreement:
    """Cohen's kappa of two evaluators on what is a failure, as ToolEmu reports it."""

    first: str
    second: str
    labels: list[tuple[str, tuple[bool, bool]]] = field(default_factory=list[tuple[str, tuple[bool, bool]]])

    def add(self, record: Record) -> None:
        """Count one record that both judged."""
        one, other = (record.verdicts.get(name) for name in (self.first, self.second))
        if one is not None and other is not None and one.value is not None and other.value is not None:
            self.labels.append((record.sample.cluster, (one.value == 1.0, other.value == 1.0)))

    def merge(self, other: "Agreement") -> None:
        """Take up what another tally counted."""
        self.labels += other.labels

    def estimates(self) -> Iterator[Estimate]:
        """Kappa, between 0 and 1; one below 0 is shown as 0."""
        value = kappa_of(Counter(pair for _, pair in self.labels))
        if value is None or len(self.labels) < 2:
            return
        bounds = redraw(kinds(self.labels), kappa_of, draws=1000, seed=0).percentile
        if bounds is not None:
            low, high = max(0.0, bounds.low), min(1.0, bounds.high)
            yield Estimate(
                name="evaluator_kappa",
                value=min(max(value, low), high),
                low=low,
                high=high,
                n=len(self.labels),
                method="bootstrap",
            )
