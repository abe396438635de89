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

from plimsoll.core import Estimate, Record, Sample, Verdict
from plimsoll.metrics.rates import breakdown, judged_value, rate
from plimsoll.text.letters import index_of
from plimsoll.text.official_choice import official_fill

NAME = "accuracy_compat"
_FILLED = "filled"
_BITS, _FIELD = 8, 255
"""Of each field of an answer but the official id, which has what is left of 64."""
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
    number: int
    """The official id."""
    predicted: int
    right: int
    options: int
    category: int

    def packed(self) -> int:
        """Eight bytes that sort by id."""
        held = self.number
        for part in (self.predicted - _MISSING, self.right, self.options, self.category):
            held = held << _BITS | part
        return held

    @staticmethod
    def unpacked(held: int) -> "_Answer":
        """The answer in eight bytes."""
        predicted, right, options, category = (held >> _BITS * place & _FIELD for place in (3, 2, 1, 0))
        return _Answer(held >> 4 * _BITS, predicted + _MISSING, right, options, category)


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
        answer = _Answer(
            number, _UNREAD if predicted is None else predicted, right, len(sample.choices), category
        )
        self.answers[_Stream(record.epoch, sample.language, sample.trail, turn)].append(answer.packed())

    def merge(self, other: "OfficialScore") -> None:
        """Take up what another tally counted."""
        names = list(other.categories)
        for stream, numbers in other.answers.items():
            held = self.answers[stream]
            for answer in map(_Answer.unpacked, numbers):
                category = self.categories.setdefault(names[answer.category], len(self.categories))
                held.append(answer._replace(category=category).packed())
        self.unscored.update(other.unscored)

    def estimates(self) -> Iterable[Estimate]:
        """The official accuracy: over all, by category, and by language where there are several."""
        counted = breakdown(rate(NAME, judged_value(_FILLED)))()
        names = list(self.categories)
        for stream, numbers in self.answers.items():
            for record in _filled(stream, numbers, names):
                counted.add(record)
        for cell, count in self.unscored.items():
            for _ in range(count):
                counted.add(Record(sample=_bare("", cell.category, cell.language)))
        return counted.estimates()


def _place(id: str) -> tuple[int, str]:
    """`zh-12@1` -> 12 and `1`: where a sample stands in its file."""
    number, _, turn = id.rpartition("-")[2].partition("@")
    return int(number) if number.isdecimal() else 0, turn


def _filled(stream: _Stream, numbers: "array[int]", names: list[str]) -> Iterator[Record]:
    """A bare record for each answer of a stream, right or wrong after the random fill in file order."""
    rows = _sorted(numbers)
    handed_in = filter(_is_handed_in, map(_Answer.unpacked, rows))
    read = (None if row.predicted == _UNREAD else row.predicted for row in handed_in)
    options = (row.options for row in filter(_is_handed_in, map(_Answer.unpacked, rows)))
    filled = iter(official_fill(read, options))
    for row in map(_Answer.unpacked, rows):
        predicted = next(filled) if _is_handed_in(row) else None
        yield Record(
            sample=_bare(
                f"{row.number}@{stream.turn}",
                names[row.category],
                stream.language,
                str(row.number),
                stream.trail,
            ),
            verdicts={_FILLED: Verdict(label="", value=float(predicted == row.right))},
            epoch=stream.epoch,
        )


def _sorted(numbers: "array[int]") -> "array[int]":
    """In order, without an object for each number at once."""
    parts = (array("q", sorted(numbers[at : at + _AT_ONCE])) for at in range(0, len(numbers), _AT_ONCE))
    return array("q", merge(*parts))


def _is_handed_in(answer: _Answer) -> bool:
    return answer.predicted != _MISSING


def _bare(id: str, category: str, language: str, pair: str = "", trail: tuple[str, ...] = ()) -> Sample:
    return Sample(id=id, messages=(), category=category, language=language, pair=pair, trail=trail)
