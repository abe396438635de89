"""What attacks were answered and what they made of each question, as it came (`variants.jsonl`).

A search may take many calls before its first variant: each answer is on disk before it is used, so that a
resume asks nothing twice, wherever the run was cut off."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Response, Sample, decoding, files, replace
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.lines import Lines, encoded

FILE = "variants.jsonl"


class Call(Struct, frozen=True, omit_defaults=True):
    """An answer that an attack was given."""

    key: str
    """Of model and request, in hex."""
    response: Response


class Made(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line: an answer on the way to a variant, a variant, or the word that there are no more of them."""

    origin: str
    """Id of the question."""
    attack: str
    """The chain of attacks, as its spec has it."""
    sample: Sample | None = None
    """The variant; nothing on a line of answers, and on the last line of a question."""
    calls: tuple[Call, ...] = ()
    """What the attack was answered; in older folders on the line of the variant that came of it."""

    @property
    def last(self) -> bool:
        """Whether it says that there are no more variants."""
        return self.sample is None and not self.calls


@dataclass
class Found:
    """Where the variants of a question lie, and what was answered to its attack."""

    offsets: list[int] = field(default_factory=list[int])
    answers: list[int] = field(default_factory=list[int])
    """Of lines with answers; forgotten once all variants are made."""
    complete: bool = False

    def add(self, offset: int, made: Made) -> None:
        """Take note of a line."""
        if made.sample is not None:
            self.offsets.append(offset)
        if made.calls:
            self.answers.append(offset)
        if made.last:
            self.complete = True
            self.answers.clear()


class Variants:
    """The variants of a run that is under way."""

    def __init__(self, run: Path) -> None:
        self._lines = Lines(run / FILE)
        self._blobs = Blobs(run)
        self._decode = decoding.Decoder(Made).decode
        self._found: dict[tuple[str, str], Found] = defaultdict(Found)
        for offset, made in self._read():
            self._found[made.origin, made.attack].add(offset, made)

    def knows(self, origin: str, attack: str) -> bool:
        """Whether an earlier part of the run kept anything of a question."""
        return (origin, attack) in self._found

    def of(self, origin: str, attack: str) -> Iterator[Sample]:
        """The variants of a question that an earlier part of the run made, in order."""
        known = self._found.get((origin, attack))
        for made in self._at(known.offsets if known else ()):
            assert made.sample is not None
            yield self._blobs.brought_back(made.sample)

    def answers(self, origin: str, attack: str) -> Iterator[Call]:
        """What an earlier part of the run was answered on the way to variants that are not all made."""
        known = self._found.get((origin, attack))
        for made in self._at(known.answers if known else ()):
            yield from made.calls

    def complete(self, origin: str, attack: str) -> bool:
        """Whether the attack has made all its variants of a question."""
        known = self._found.get((origin, attack))
        return known is not None and known.complete

    def add(self, made: Made) -> None:
        """Keep an answer, a variant, or that there are no more."""
        if made.sample is not None:
            made = replace(made, sample=self._blobs.put_away(made.sample))
        self._lines.append(encoded(made))

    def sync(self) -> None:
        """Ask the disk to keep what was written."""
        self._lines.sync()

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()

    def _at(self, offsets: Sequence[int]) -> Iterator[Made]:
        if not offsets:
            return
        with files.opened(self._lines.path) as file:
            for offset in offsets:
                file.seek(offset)
                yield self._decode(file.readline())

    def _read(self) -> Iterator[tuple[int, Made]]:
        offset = 0
        with files.opened(self._lines.path) as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield offset, self._decode(line)
                except msgspec.MsgspecError as error:
                    raise DataError(f"{self._lines.path}: line {number} is no variant: {error}") from error
                offset += len(line)
