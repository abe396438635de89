"""Rows -> samples, made one at a time while they are asked, in one of three orders of options."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from plimsoll.benchmarks.labsafety.bench_dataset import Row
from plimsoll.core import Message, Sample
from plimsoll.text.letters import LETTERS

Order = Literal["official", "shuffled", "cyclic"]
UNSORTED = "uncategorised"


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Questions as samples; sized, and built anew each time they are walked through."""

    rows: Sequence[Row]
    ask: Callable[[str], tuple[Message, ...]]
    order: Order = "official"
    seed: int = 0

    def __len__(self) -> int:
        return len(self.rows) * (4 if self.order == "cyclic" else 1)

    def __iter__(self) -> Iterator[Sample]:
        for row in self.rows:
            if self.order == "cyclic":
                yield from (self._sample(_turned(row, by), f"@{by}") for by in range(4))
            else:
                yield self._sample(self._shuffled(row) if self.order == "shuffled" else row, "")

    def _sample(self, row: Row, turn: str) -> Sample:
        return Sample(
            id=row.id + turn,
            messages=self.ask(row.question),
            choices=row.options,
            target=row.answer,
            request=row.question,
            category=row.categories[0] if row.categories else UNSORTED,
            pair=row.id,
            metadata={
                "categories": row.categories,
                "subjects": row.subjects,
                "levels": (row.level,) if row.level else (),
                "topic": row.topic,
            },
        )

    def _shuffled(self, row: Row) -> Row:
        places = list(range(4))
        Random(f"{self.seed}:{row.id}").shuffle(places)
        return _moved(row, places)


def _turned(row: Row, by: int) -> Row:
    return _moved(row, [(place + by) % 4 for place in range(4)])


def _moved(row: Row, places: Sequence[int]) -> Row:
    options = tuple(row.options[place] for place in places)
    shown = "".join(f"\n{name}: {text}" for name, text in zip(LETTERS, options, strict=False))
    answer = LETTERS[places.index(LETTERS.index(row.answer))]
    return row._replace(question=row.stem + shown, options=options, answer=answer)
