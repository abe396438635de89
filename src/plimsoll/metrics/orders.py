"""One question with its options in several orders -> does the model stand by its choice?

Samples of one `pair`, language, epoch and attack are the orders of one question. What is compared is the
text of the chosen option, not its letter. Twenty bytes are kept for each record.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from zlib import crc32

from plimsoll.core import BROKEN, Estimate, Outcome, Record, Verdict
from plimsoll.metrics.tables import estimate_of
from plimsoll.registry import metric
from plimsoll.stats.clusters import Sums, share
from plimsoll.text.letters import index_of

_NOTHING = 0
"""Stands for no choice at all."""


@metric
def order_consistency(judge: str = "strict") -> "Orders":
    """Questions on which the same option is chosen in every order, and on which every order is right."""
    return Orders(judge)


@dataclass
class Orders:
    """Choices by question."""

    judge: str = "strict"
    clusters: "array[int]" = field(default_factory=lambda: array("Q"))
    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    choices: "array[int]" = field(default_factory=lambda: array("I"))
    """The chosen text's checksum; the lowest bit says whether it was right."""
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Keep one record's choice."""
        if not record.sample.pair:
            return
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
            self.unscored += 1
            return
        self.clusters.append(checksum(record.sample.cluster))
        self.keys.append(question_key(record))
        self.choices.append(_content(record, verdict) & ~1 | int(verdict.value == 1.0))

    def merge(self, other: "Orders") -> None:
        """Take up what another tally counted."""
        self.keys.extend(other.keys)
        self.choices.extend(other.choices)
        self.clusters.extend(other.clusters)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`order_consistency` and `worst_order_accuracy` over questions asked in several orders."""
        found: dict[int, list[int]] = {}
        for rows in by_key(self.keys, self.clusters, self.choices):
            if len(rows) > 1:
                texts = {choice & ~1 for _, choice in rows}
                counts = found.setdefault(rows[0][0], [0, 0, 0])
                counts[0] += 1
                counts[1] += len(texts) == 1 and texts != {_NOTHING}
                counts[2] += all(choice & 1 for _, choice in rows)
        n = sum(counts[0] for counts in found.values())
        for place, name in enumerate(("order_consistency", "worst_order_accuracy"), start=1):
            known = share(Counter(Sums(counts[place], counts[0]) for counts in found.values()))
            if known is not None:
                yield estimate_of(name, known, n, unscored=self.unscored)


def by_key(
    keys: "array[int]", clusters: "array[int]", values: "array[int]"
) -> Iterator[list[tuple[int, int]]]:
    """Clusters and values of each key; sorted in eighths, so that no long list of rows is ever made."""
    for eighth in range(8):
        rows = sorted(row for row in zip(keys, clusters, values, strict=True) if row[0] >> 61 == eighth)
        for _, members in groupby(rows, key=lambda row: row[0]):
            yield [(cluster, value) for _, cluster, value in members]


def question_key(record: Record) -> int:
    """Sixty-four bits for the question in its language, epoch and attack."""
    sample = record.sample
    text = "\0".join((sample.pair, sample.language, str(record.epoch), *sample.trail))
    return checksum(text)


def checksum(text: str) -> int:
    """Sixty-four bits for a text."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _content(record: Record, verdict: Verdict) -> int:
    index = index_of(verdict.label)
    if verdict.outcome is not Outcome.ANSWERED or index is None or index >= len(record.sample.choices):
        return _NOTHING
    return crc32(record.sample.choices[index].encode("utf-8", "surrogatepass")) | 2
