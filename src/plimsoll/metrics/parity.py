"""The same questions in two languages -> how much better a model does in one of them.

Samples of one `pair` are one question. Nine bytes are kept for each record.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from plimsoll.core import Estimate, Record
from plimsoll.metrics.orders import checksum
from plimsoll.metrics.rates import BROKEN, clipped
from plimsoll.registry import metric
from plimsoll.stats.intervals import Interval
from plimsoll.stats.paired import mcnemar_exact, mean_difference, newcombe_paired


@metric
def parity(first: str = "zh", second: str = "en", judge: str = "strict") -> "Parity":
    """Accuracy in the first language minus that in the second, on shared questions, and McNemar's p."""
    return Parity(first, second, judge)


@dataclass(frozen=True)
class Parity:
    """A paired comparison of two languages."""

    first: str = "zh"
    second: str = "en"
    judge: str = "strict"

    def tally(self) -> "ParityTally":
        """Begin to count."""
        return ParityTally(self)


class _Question(NamedTuple):
    """Right answers and askings in both languages."""

    hits: int
    asked: int
    other_hits: int
    other_asked: int

    @property
    def difference(self) -> float:
        return self.hits / self.asked - self.other_hits / self.other_asked


@dataclass
class ParityTally:
    """Which questions were right in which language."""

    metric: Parity
    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    marks: "array[int]" = field(default_factory=lambda: array("b"))
    """2 for the second language, plus 1 where the choice was right."""
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Keep one record's mark."""
        sample = record.sample
        if not sample.pair or sample.language not in (self.metric.first, self.metric.second):
            return
        verdict = record.verdicts.get(self.metric.judge)
        if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
            self.unscored += 1
            return
        self.keys.append(checksum(sample.pair))
        self.marks.append(2 * (sample.language == self.metric.second) + (verdict.value == 1.0))

    def merge(self, other: "ParityTally") -> None:
        """Take up another tally's marks."""
        self.keys += other.keys
        self.marks += other.marks
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`parity_difference`, `parity_p` and the accuracy of each language on shared questions."""
        shared = list(self._shared())
        if not shared:
            return
        n = len(shared)
        ahead = sum(question.difference > 0 for question in shared)
        behind = sum(question.difference < 0 for question in shared)
        value = sum(question.difference for question in shared) / n
        bounds = clipped(value, _bounds(shared, ahead, behind), low=-1.0)
        group = {"languages": f"{self.metric.first}-{self.metric.second}"}
        yield Estimate(
            name="parity_difference", value=value, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, group=group, method="newcombe_paired", higher_is_safer=False,
        )  # fmt: skip
        p = mcnemar_exact(ahead, behind)
        yield Estimate(name="parity_p", value=p, low=p, high=p, n=n, group=group, method="mcnemar_exact")

    def _shared(self) -> Iterator[_Question]:
        rows = sorted(zip(self.keys, self.marks, strict=True))
        for _, members in groupby(rows, key=lambda row: row[0]):
            marks = [mark for _, mark in members]
            first, second = [m for m in marks if m < 2], [m for m in marks if m >= 2]
            if first and second:
                yield _Question(sum(first), len(first), sum(m - 2 for m in second), len(second))


def _bounds(shared: list[_Question], ahead: int, behind: int) -> Interval:
    if all(question.asked == question.other_asked == 1 for question in shared):
        both = sum(question.hits and question.other_hits for question in shared)
        return newcombe_paired(both, ahead, behind, len(shared) - both - ahead - behind)
    differences = [question.difference for question in shared]
    return mean_difference(sum(differences), sum(d * d for d in differences), len(shared))
