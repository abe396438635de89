"""Records -> `accuracy_compat`: what the official scripts report, random fill included.

Failures of extraction are drawn at random once all answers are there, in file order, by a generator
seeded once. So a few numbers are kept of each record, and counted at the end. A record without a reply is
not in the file that would be handed in: it draws no fill, and the official scorer calls it wrong.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from plimsoll.core import Estimate, Record, Sample, Verdict
from plimsoll.metrics.rates import breakdown, judged_value, rate
from plimsoll.text.letters import index_of
from plimsoll.text.official_choice import official_fill

NAME = "accuracy_compat"
_FILLED = "filled"
_FIELDS = 5
"""Kept of each answer: official id, prediction, right answer, number of options, category."""
_UNREAD, _MISSING = -1, -2
"""Predictions that are none: a reply that the official scripts cannot read, and no reply at all."""


class _Stream(NamedTuple):
    """What would be one results file of the official scripts, with a fill of its own."""

    epoch: int
    language: str
    trail: tuple[str, ...]
    turn: str


class _Cell(NamedTuple):
    category: str
    language: str


@dataclass
class OfficialScore:
    """Accuracy by the official rules, over all, by category and by language."""

    judge: str = "compat"
    answers: dict[_Stream, "array[int]"] = field(default_factory=lambda: defaultdict(lambda: array("i")))
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
        self.answers[_Stream(record.epoch, sample.language, sample.trail, turn)].extend(
            (number, _UNREAD if predicted is None else predicted, right, len(sample.choices), category)
        )

    def merge(self, other: "OfficialScore") -> None:
        """Take up what another tally counted."""
        names = list(other.categories)
        for stream, numbers in other.answers.items():
            held = self.answers[stream]
            for at in range(0, len(numbers), _FIELDS):
                category = self.categories.setdefault(names[numbers[at + _FIELDS - 1]], len(self.categories))
                held.extend((*numbers[at : at + _FIELDS - 1], category))
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
    rows = sorted(tuple(numbers[at : at + _FIELDS]) for at in range(0, len(numbers), _FIELDS))
    handed_in = [row for row in rows if row[1] != _MISSING]
    read = (None if row[1] == _UNREAD else row[1] for row in handed_in)
    filled = official_fill(read, (row[3] for row in handed_in))
    missing = [row for row in rows if row[1] == _MISSING]
    for row, predicted in (*zip(handed_in, filled, strict=True), *((row, None) for row in missing)):
        yield Record(
            sample=_bare(
                f"{row[0]}@{stream.turn}", names[row[4]], stream.language, str(row[0]), stream.trail
            ),
            verdicts={_FILLED: Verdict(label="", value=float(predicted == row[2]))},
            epoch=stream.epoch,
        )


def _bare(id: str, category: str, language: str, pair: str = "", trail: tuple[str, ...] = ()) -> Sample:
    return Sample(id=id, messages=(), category=category, language=language, pair=pair, trail=trail)
