"""Records -> `accuracy_compat`: what the official scripts report, random fill included.

Failures of extraction are drawn at random once all answers are there, in file order, by a generator
seeded once. So a few numbers are kept of each record, and counted at the end. A record without a reply is
not in the file that would be handed in: it draws no fill, and the official scorer calls it wrong.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from typing import NamedTuple

from plimsoll.core import Estimate, Record
from plimsoll.metrics.rates import Breakdown, judged_value, rate
from plimsoll.text.letters import index_of
from plimsoll.text.official_choice import official_fill

NAME = "accuracy_compat"
_AT_ONCE = 1 << 16
"""Numbers that are sorted at once."""
_UNREAD, _MISSING = -1, -2
"""Predictions that are none: a reply that the official scripts cannot read, and no reply at all."""


class _Stream(NamedTuple):
    """What would be one results file of the official scripts, with a fill of its own."""

    epoch: int
    language: str
    trail: tuple[str, ...]
    turn: str


class _Answer(NamedTuple):
    """What is kept of an answer: in eight bytes, one for each field but the official id."""

    number: int
    """The official id."""
    predicted: int
    right: int
    options: int
    category: int

    @staticmethod
    def unpacked(held: int) -> "_Answer":
        """The answer in eight bytes."""
        return _Answer(
            held >> 32, (held >> 24 & 255) + _MISSING, held >> 16 & 255, held >> 8 & 255, held & 255
        )


def _packed(number: int, predicted: int, right: int, options: int, category: int) -> int:
    """An answer in eight bytes that sort by id."""
    return number << 32 | predicted - _MISSING << 24 | right << 16 | options << 8 | category


class _Cell(NamedTuple):
    category: str
    language: str


@dataclass
class OfficialScore:
    """Accuracy by the official rules, over all, by category and by language."""

    judge: str = "compat"
    answers: dict[_Stream, "array[int]"] = field(default_factory=lambda: defaultdict(lambda: array("q")))
    categories: dict[str, int] = field(default_factory=dict[str, int])
    unscored: Counter[_Cell] = field(default_factory=Counter[_Cell])

    def add(self, record: Record) -> None:
        """Keep what the official scorer needs of a record."""
        sample = record.sample
        verdict = record.verdicts.get(self.judge)
        right = index_of(sample.target)
        if right is None:
            self.unscored[_Cell(sample.category, sample.language)] += 1
            return
        held = verdict is not None and verdict.value is not None
        predicted = index_of(verdict.label) if verdict is not None and held else _MISSING
        number, turn = _place(sample.id)
        category = self.categories.setdefault(sample.category, len(self.categories))
        answer = _packed(
            number, _UNREAD if predicted is None else predicted, right, len(sample.choices), category
        )
        self.answers[_Stream(record.epoch, sample.language, sample.trail, turn)].append(answer)

    def merge(self, other: "OfficialScore") -> None:
        """Take up what another tally counted."""
        names = list(other.categories)
        for stream, numbers in other.answers.items():
            held = self.answers[stream]
            for number, predicted, right, options, theirs in map(_Answer.unpacked, numbers):
                category = self.categories.setdefault(names[theirs], len(self.categories))
                held.append(_packed(number, predicted, right, options, category))
        self.unscored.update(other.unscored)

    def estimates(self) -> Iterable[Estimate]:
        """The official accuracy: over all, by category, and by language where there are several."""
        counted = Breakdown((rate(NAME, judged_value(self.judge)),))
        names = list(self.categories)
        for stream, numbers in self.answers.items():
            for row, filled in _filled(numbers):
                value = float(filled == row.right)
                counted.put(names[row.category], stream.language, str(row.number), [(0, value)])
        for cell, count in self.unscored.items():
            for _ in range(count):
                counted.put(cell.category, cell.language, "", [(0, None)])
        return counted.estimates()


def _place(id: str) -> tuple[int, str]:
    """`zh-12@1` -> 12 and `1`: where a sample stands in its file."""
    number, _, turn = id.rpartition("-")[2].partition("@")
    return int(number) if number.isdecimal() else 0, turn


def _filled(numbers: "array[int]") -> Iterator[tuple[_Answer, int | None]]:
    """Every answer of a stream in file order, with what the random fill makes of it; none without a reply."""
    rows = _sorted(numbers)
    read: list[int | None] = []
    options: list[int] = []
    for _, predicted, _, count, _ in map(_Answer.unpacked, rows):
        if predicted != _MISSING:
            read.append(None if predicted == _UNREAD else predicted)
            options.append(count)
    filled = iter(official_fill(read, options))
    for row in map(_Answer.unpacked, rows):
        yield row, None if row.predicted == _MISSING else next(filled)


def _sorted(numbers: "array[int]") -> "array[int]":
    """In order, without an object for each number at once."""
    parts = (array("q", sorted(numbers[at : at + _AT_ONCE])) for at in range(0, len(numbers), _AT_ONCE))
    return array("q", merge(*parts))
