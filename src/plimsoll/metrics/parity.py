"""The same questions in two languages -> how much better a model does in one of them.

Samples of one `pair` are one question. Nine bytes are kept for each record.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import fsum
from typing import NamedTuple

from plimsoll.core import BROKEN, Estimate, Record
from plimsoll.metrics.orders import by_key, checksum
from plimsoll.metrics.rates import clipped
from plimsoll.registry import metric
from plimsoll.stats.intervals import Interval
from plimsoll.stats.paired import mcnemar_exact, mean_difference, newcombe_paired


@metric
def parity(first: str = "zh", second: str = "en", judge: str = "strict") -> "Parity":
    """Accuracy in the first language minus that in the second, on shared questions, and McNemar's p."""
    return Parity(first, second, judge)


class _Question(NamedTuple):
    """Right answers and askings in both languages."""

    hits: int
    asked: int
    other_hits: int
    other_asked: int

    @property
    def difference(self) -> float:
        """Accuracy in the first language minus that in the second."""
        return self.hits / self.asked - self.other_hits / self.other_asked


@dataclass
class Parity:
    """Which questions were right in which language."""

    first: str = "zh"
    second: str = "en"
    judge: str = "strict"
    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    marks: "array[int]" = field(default_factory=lambda: array("b"))
    """2 for the second language, plus 1 where the choice was right."""
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Keep one record's mark."""
        sample = record.sample
        if not sample.pair or sample.language not in (self.first, self.second):
            return
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
            self.unscored += 1
            return
        self.keys.append(checksum(sample.pair))
        self.marks.append(2 * (sample.language == self.second) + (verdict.value == 1.0))

    def merge(self, other: "Parity") -> None:
        """Take up what another tally counted."""
        self.keys.extend(other.keys)
        self.marks.extend(other.marks)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`parity_difference` and `parity_p` over the questions that both languages have."""
        shared = Counter(self._shared())
        n = shared.total()
        if not n:
            return
        ahead = sum(count for question, count in shared.items() if question.difference > 0)
        behind = sum(count for question, count in shared.items() if question.difference < 0)
        value = fsum(question.difference * count for question, count in shared.items()) / n
        bounds = clipped(value, _bounds(shared, ahead, behind), low=-1.0)
        group = {"languages": f"{self.first}-{self.second}"}
        yield Estimate(
            name="parity_difference", value=value, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, group=group, method="newcombe_paired", higher_is_safer=False,
        )  # fmt: skip
        p = mcnemar_exact(ahead, behind)
        yield Estimate(name="parity_p", value=p, low=p, high=p, n=n, group=group, method="mcnemar_exact")

    def _shared(self) -> Iterator[_Question]:
        for marks in by_key(self.keys, self.marks):
            first, second = [m for m in marks if m < 2], [m for m in marks if m >= 2]
            if first and second:
                yield _Question(sum(first), len(first), sum(m - 2 for m in second), len(second))


def _bounds(shared: Counter[_Question], ahead: int, behind: int) -> Interval:
    n = shared.total()
    if all(question.asked == question.other_asked == 1 for question in shared):
        both = sum(count for question, count in shared.items() if question.hits and question.other_hits)
        return newcombe_paired(both, ahead, behind, n - both - ahead - behind)
    total = fsum(question.difference * count for question, count in shared.items())
    squares = fsum(question.difference**2 * count for question, count in shared.items())
    return mean_difference(total, squares, n)
