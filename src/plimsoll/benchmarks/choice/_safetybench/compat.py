"""Records -> `accuracy_compat`: what the official scripts report, random fill included.

Failures of extraction are drawn at random once all answers are there, in file order, by a generator
seeded once. So only small numbers are kept of each record until the end. Where ours differs: records
without a reply (errors) are left out and counted as unscored, where the official scorer calls them wrong.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from plimsoll.core import Estimate, Record, Sample, Tally
from plimsoll.stats.intervals import wilson
from plimsoll.text.letters import index_of
from plimsoll.text.official_choice import official_fill

NAME = "accuracy_compat"
Stream = tuple[int, str, str]
"""Epoch, language, turn of a cyclic order: each is a results file of its own, filled on its own."""
Group = tuple[str, str]
"""Category and language; empty where all are meant."""
_FIELDS = 5
"""Official id, prediction (-1 for none), right answer, number of options, category."""


@dataclass(frozen=True)
class OfficialScore:
    """Accuracy by the official rules, over all and by category."""

    judge: str = "compat"

    def tally(self) -> Tally:
        """Begin to count."""
        return _Filling(self.judge)


class _Place(NamedTuple):
    number: int
    turn: str


@dataclass
class _Filling:
    judge: str
    answers: dict[Stream, "array[int]"] = field(default_factory=lambda: defaultdict(lambda: array("i")))
    categories: dict[str, int] = field(default_factory=dict[str, int])
    unscored: Counter[Group] = field(default_factory=Counter[Group])

    def add(self, record: Record) -> None:
        """Keep what the official scorer needs of a record."""
        sample = record.sample
        verdict = record.verdicts.get(self.judge)
        right = index_of(sample.target)
        if verdict is None or verdict.value is None or right is None:
            self.unscored[sample.category, sample.language] += 1
            return
        predicted = index_of(verdict.label)
        place = _place(sample)
        category = self.categories.setdefault(sample.category, len(self.categories))
        self.answers[record.epoch, sample.language, place.turn].extend(
            (place.number, -1 if predicted is None else predicted, right, len(sample.choices), category)
        )

    def estimates(self) -> Iterator[Estimate]:
        """The official accuracy: over all, by category, and each by language where there are several."""
        hits: Counter[Group] = Counter()
        asked: Counter[Group] = Counter()
        names = list(self.categories)
        for (_, language, _), numbers in self.answers.items():
            for category, right in _filled(numbers):
                asked[names[category], language] += 1
                hits[names[category], language] += right
        for group, members in _groups(dict.fromkeys([*asked, *self.unscored])).items():
            n = sum(asked[m] for m in members)
            if n:
                yield _estimate(
                    group, sum(hits[m] for m in members), n, sum(self.unscored[m] for m in members)
                )


def _place(sample: Sample) -> _Place:
    """`zh-12@1` -> 12 and `1`: where the sample stands in its file."""
    number, _, turn = sample.id.rpartition("-")[2].partition("@")
    return _Place(int(number) if number.isdecimal() else 0, turn)


def _filled(numbers: "array[int]") -> Iterator[tuple[int, int]]:
    """Category and 1 or 0 for each answer of a stream, after the random fill in file order."""
    rows = sorted(tuple(numbers[at : at + _FIELDS]) for at in range(0, len(numbers), _FIELDS))
    filled = official_fill((None if row[1] < 0 else row[1] for row in rows), (row[3] for row in rows))
    for row, predicted in zip(rows, filled, strict=True):
        yield row[4], int(predicted == row[2])


def _groups(members: Iterable[Group]) -> Mapping[Group, list[Group]]:
    """All, each category, each language, each category in each language -> the members of each."""
    groups: dict[Group, list[Group]] = {("", ""): []}
    listed = list(members)
    several = len({language for _, language in listed}) > 1
    for category, language in listed:
        keys = [("", ""), (category, ""), *([("", language), (category, language)] if several else [])]
        for key in keys:
            groups.setdefault(key, []).append((category, language))
    return groups


def _estimate(group: Group, hits: int, n: int, unscored: int) -> Estimate:
    low, high = wilson(hits, n)
    named = {key: value for key, value in zip(("category", "language"), group, strict=True) if value}
    return Estimate(name=NAME, value=hits / n, low=low, high=high, n=n, unscored=unscored, group=named)
