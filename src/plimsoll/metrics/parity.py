"""The same questions in two languages -> how much better a model does in one of them.

Samples of one `pair` are one question; it counts once, however often it was asked.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.core import BROKEN, Estimate, Record
from plimsoll.metrics.tables import Table, estimate_of
from plimsoll.registry import metric
from plimsoll.stats.paired import Both, mcnemar_exact, paired


@metric
def parity(first: str = "zh", second: str = "en", judge: str = "strict") -> "Parity":
    """Accuracy in the first language minus that in the second, on shared questions, and McNemar's p."""
    return Parity(first, second, judge)


@dataclass
class Parity:
    """Which questions were right in which language: right answers and askings in the first, in the second."""

    first: str = "zh"
    second: str = "en"
    judge: str = "strict"
    table: Table = field(default_factory=Table)
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record at its question."""
        sample = record.sample
        if not sample.pair or sample.language not in (self.first, self.second):
            return
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
            self.unscored += 1
            return
        place = 2 * (sample.language == self.second)
        self.table.change(sample.pair, ((place, int(verdict.value == 1.0)), (place + 1, 1)))

    def merge(self, other: "Parity") -> None:
        """Take up what another tally counted."""
        self.table.merge(other.table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`parity_difference` and `parity_p` over the questions that both languages have."""
        shared: Counter[Both] = Counter()
        for row, clusters in self.table.rows():
            if row[1] and row[3]:
                shared[Both(row[0] / row[1], row[2] / row[3])] += clusters
        found = paired(shared)
        if found is None:
            return
        n, group = shared.total(), {"languages": f"{self.first}-{self.second}"}
        yield estimate_of(
            "parity_difference", found.known, n, unscored=self.unscored, group=group, method=found.method,
            higher_is_safer=False,
        )  # fmt: skip
        ahead = sum(count for both, count in shared.items() if both.first > both.second)
        behind = sum(count for both, count in shared.items() if both.first < both.second)
        p = mcnemar_exact(ahead, behind)
        yield Estimate(name="parity_p", value=p, low=p, high=p, n=n, group=group, method="mcnemar_exact")
