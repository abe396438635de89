"""Rows -> samples, made one at a time while they are asked, in one of three orders of options."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from plimsoll.benchmarks.choice._safetybench.categories import CODES, NAME_OF, Language
from plimsoll.benchmarks.choice._safetybench.prompts import Prompts
from plimsoll.benchmarks.choice._safetybench.records import Row
from plimsoll.core import Sample, user
from plimsoll.text.letters import LETTERS

Order = Literal["official", "shuffled", "cyclic"]
_METADATA: Mapping[str, Mapping[str, str]] = {code: {"name": NAME_OF[code]} for code in CODES}


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
        marked = len(self.prompts) > 1
        for row in self.rows:
            key = f"{self.prefix}{row.language}-{row.id}" if marked else f"{self.prefix}{row.id}"
            if self.order == "official":
                yield self._sample(row, key, row.options, row.answer, _METADATA[row.code])
            elif self.order == "shuffled":
                yield self._moved(row, key, self._shuffled(row))
            else:
                yield from (self._moved(row, f"{key}@{by}", turned) for by, turned in _turns(row))

    def shorten(self, sample: Sample) -> Sample | None:
        """The sample with its first shot dropped; nothing where none is left."""
        prompts = next((p for language, p in self.prompts.items() if language == sample.language), None)
        return prompts.shorten(sample) if prompts else None

    def _sample(
        self, row: Row, key: str, options: tuple[str, ...], answer: int, metadata: Mapping[str, object]
    ) -> Sample:
        return Sample(
            id=key,
            messages=(user(self.prompts[row.language].prompt(row.code, row.question, options)),),
            choices=options,
            target=LETTERS[answer],
            category=row.code,
            language=row.language,
            pair=f"{self.prefix}{row.id}",
            metadata=metadata,
        )

    def _moved(self, row: Row, key: str, order: list[int]) -> Sample:
        """`order` says for each place which of the official options is shown there."""
        options = tuple(row.options[index] for index in order)
        metadata = {**_METADATA[row.code], "order": order}
        return self._sample(row, key, options, order.index(row.answer), metadata)

    def _shuffled(self, row: Row) -> list[int]:
        # Seeded by the official id, so that both languages of a question are moved alike.
        order = list(range(len(row.options)))
        Random(f"{self.seed}:{row.id}").shuffle(order)
        return order


def _turns(row: Row) -> Iterator[tuple[int, list[int]]]:
    count = len(row.options)
    return ((by, [(place + by) % count for place in range(count)]) for by in range(count))
