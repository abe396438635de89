"""Rows -> samples, made one at a time while they are asked, in one of three orders of options."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, NamedTuple

from plimsoll.benchmarks.safetybench.categories import CODES, NAME_OF, Language
from plimsoll.benchmarks.safetybench.prompts import Prompts
from plimsoll.benchmarks.safetybench.records import Row
from plimsoll.core import Sample, replace, user
from plimsoll.text.letters import LETTERS

Order = Literal["official", "shuffled", "cyclic"]
_METADATA: Mapping[str, Mapping[str, str]] = {code: {"name": NAME_OF[code]} for code in CODES}


class Shown(NamedTuple):
    """A question as it is put to the model."""

    row: Row
    turn: str
    """Ends the id where a question is asked several times."""
    order: tuple[int, ...]
    """For each place the official option shown there; empty for the official order."""


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The samples of a benchmark: sized, and built anew each time they are walked through."""

    rows: Sequence[Row]
    prompts: Mapping[Language, Prompts]
    prefix: str = ""
    """Before ids that are not official ones."""
    order: Order = "official"
    seed: int = 0

    def __len__(self) -> int:
        """How many there are, without building them."""
        return sum(len(row.options) for row in self.rows) if self.order == "cyclic" else len(self.rows)

    def __iter__(self) -> Iterator[Sample]:
        """One after the other, in file order."""
        return (self._sample(row, turn, order) for row, turn, order in self.shown())

    def shorten(self, sample: Sample) -> Sample | None:
        """The sample with its first shot dropped; nothing where none is left."""
        prompts = next((p for language, p in self.prompts.items() if language == sample.language), None)
        return prompts.shorten(sample) if prompts else None

    def shown(self) -> Iterator[Shown]:
        """Every question as it is shown: options and answer in their places."""
        for row in self.rows:
            if self.order == "official":
                yield Shown(row, "", ())
            elif self.order == "shuffled":
                yield _moved(row, "", self._shuffled(row))
            else:
                yield from (_moved(row, f"@{by}", turned) for by, turned in _turns(row))

    def _sample(self, row: Row, turn: str, order: tuple[int, ...]) -> Sample:
        pair = f"{self.prefix}{row.id}"
        metadata = _METADATA[row.code]
        return Sample(
            id=(f"{self.prefix}{row.language}-{row.id}" if len(self.prompts) > 1 else pair) + turn,
            messages=(user(self.prompts[row.language].prompt(row.code, row.question, row.options)),),
            choices=row.options,
            target=LETTERS[row.answer],
            category=row.code,
            language=row.language,
            pair=pair,
            metadata={**metadata, "order": order} if order else metadata,
        )

    def _shuffled(self, row: Row) -> list[int]:
        # Seeded by the official id, so that both languages of a question are moved alike.
        order = list(range(len(row.options)))
        Random(f"{self.seed}:{row.id}").shuffle(order)
        return order


def _moved(row: Row, turn: str, order: list[int]) -> Shown:
    options = tuple(row.options[index] for index in order)
    moved = replace(row, options=options, answer=order.index(row.answer))
    return Shown(moved, turn, tuple(order))


def _turns(row: Row) -> Iterator[tuple[int, list[int]]]:
    count = len(row.options)
    return ((by, [(place + by) % count for place in range(count)]) for by in range(count))
