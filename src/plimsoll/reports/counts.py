"""Items, one by one -> the counts that plots need and no estimate holds."""

from collections import Counter, defaultdict
from typing import NamedTuple

from msgspec import Struct, field

from plimsoll.core import Outcome

BINS = 10
SCORED = {1.0: ("right", "event"), 0.0: ("wrong", "no_event")}


class Told(NamedTuple):
    """What is counted of an item: the first judge's verdict, and what became of it."""

    category: str
    language: str
    target: str | None
    outcome: str
    fate: str
    label: str
    value: float | None
    confidence: float | None


def fate_of(outcome: str, value: float | None, target: str | None) -> str:
    """An outcome, an answer split by its value: right or wrong, an event where nothing is right, graded."""
    if outcome != Outcome.ANSWERED:
        return str(outcome)
    if value is None:
        return "unscored"
    pair = SCORED.get(value)
    return "graded" if pair is None else pair[target is None]


def _by_group() -> dict[str, Counter[str]]:
    return defaultdict(Counter)


class Counts(Struct, kw_only=True):
    """What was counted."""

    fates: dict[str, Counter[str]] = field(default_factory=_by_group)
    """Classes of outcome by category."""
    chosen: dict[str, Counter[str]] = field(default_factory=_by_group)
    """Letters read, by language."""
    targets: dict[str, Counter[str]] = field(default_factory=_by_group)
    """Letters that were right, by language, over the items that were answered."""
    bins: list[list[float]] = field(default_factory=lambda: [[0.0, 0.0, 0.0] for _ in range(BINS)])
    """Ten bins of confidence: number, sum of confidence, sum of right."""

    def add(self, item: Told) -> None:
        """Count one item."""
        self.fates[item.category][item.fate] += 1
        if item.outcome != Outcome.ANSWERED or item.target is None:
            return
        self.chosen[item.language][item.label] += 1
        self.targets[item.language][item.target] += 1
        if item.confidence is not None and item.value is not None:
            chosen = self.bins[min(BINS - 1, max(0, int(item.confidence * BINS)))]
            for place, amount in enumerate((1.0, item.confidence, item.value)):
                chosen[place] += amount
