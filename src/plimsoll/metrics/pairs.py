"""The same questions asked in two ways -> what the one changed against the other, question by question.

A pair is one question in both ways, in one epoch and language and under one attack. Pairs of one question
are a cluster.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from plimsoll.core import Record
from plimsoll.stats.clusters import Known, Sums, share
from plimsoll.stats.paired import Both, Paired, mcnemar_exact, paired


class Pair(NamedTuple):
    """A question's values in both ways."""

    cluster: str
    first: float
    second: float


class Key(NamedTuple):
    """What tells a pair from the others of its question."""

    epoch: int
    language: str
    trail: tuple[str, ...]
    more: str = ""


def key_of(record: Record, more: str = "") -> Key:
    """The pair of its question that a record belongs to."""
    return Key(record.epoch, record.sample.language, record.sample.trail, more)


@dataclass
class Pairs:
    """Values by question and pair, in the first way and in the second."""

    held: dict[str, dict[Key, list[float | None]]] = field(
        default_factory=dict[str, dict[Key, list[float | None]]]
    )

    def put(self, cluster: str, key: Key, place: int, value: float) -> None:
        """Keep a value in the first way (0) or the second (1)."""
        self.held.setdefault(cluster, {}).setdefault(key, [None, None])[place] = value

    def merge(self, other: "Pairs") -> None:
        """Take up another's values."""
        for cluster, pairs in other.held.items():
            for key, values in pairs.items():
                for place, value in enumerate(values):
                    if value is not None:
                        self.put(cluster, key, place, value)

    @property
    def n(self) -> int:
        """Pairs that have both values."""
        return sum(1 for _ in self.whole())

    def whole(self) -> Iterator[Pair]:
        """The pairs that have both values."""
        for cluster, pairs in self.held.items():
            for first, second in pairs.values():
                if first is not None and second is not None:
                    yield Pair(cluster, first, second)

    def difference(self) -> Paired | None:
        """The first way minus the second; nothing of no pairs."""
        return paired(Counter(self._sums().values()))

    def p(self) -> float:
        """McNemar's exact p over questions: those that the first way has more of against those with less."""
        moved = [both.first - both.second for both in self._sums().values()]
        return mcnemar_exact(sum(move > 0 for move in moved), sum(move < 0 for move in moved))

    def only_first(self) -> Known | None:
        """The share of pairs in which the event happened in the first way alone."""
        return self._share(first=True)

    def only_second(self) -> Known | None:
        """The share of pairs in which the event happened in the second way alone."""
        return self._share(first=False)

    def _share(self, *, first: bool) -> Known | None:
        counts: dict[str, list[int]] = {}
        for pair in self.whole():
            held = counts.setdefault(pair.cluster, [0, 0])
            held[0] += (pair.first >= 0.5) is first and (pair.second >= 0.5) is not first
            held[1] += 1
        return share(Counter(Sums(hits, size) for hits, size in counts.values()))

    def _sums(self) -> dict[str, Both]:
        sums: dict[str, Both] = {}
        for pair in self.whole():
            known = sums.get(pair.cluster, Both(0, 0, 0))
            sums[pair.cluster] = Both(known.first + pair.first, known.second + pair.second, known.size + 1)
        return sums
