"""What attacks made of each question, as it came (`variants.jsonl`): a resume asks no attacker twice."""

from collections import defaultdict
from collections.abc import Iterator
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
    """A line: a variant of a question, or the word that there are no more of them."""

    origin: str
    """Id of the question."""
    attack: str
    """The chain of attacks, as its spec has it."""
    sample: Sample | None = None
    """The variant; nothing on the last line of a question."""
    calls: tuple[Call, ...] = ()
    """What the attack was answered since the variant before."""


@dataclass
class Found:
    """Where the variants of a question lie."""

    offsets: list[int] = field(default_factory=list[int])
    complete: bool = False


class Variants:
    """The variants of a run that is under way."""

    def __init__(self, run: Path) -> None:
        self._lines = Lines(run / FILE)
        self._blobs = Blobs(run)
        self._decode = decoding.Decoder(Made).decode
        self._found: dict[tuple[str, str], Found] = defaultdict(Found)
        for offset, made in self._read():
            known = self._found[made.origin, made.attack]
            known.complete = known.complete or made.sample is None
            if made.sample is not None:
                known.offsets.append(offset)

    def knows(self, origin: str, attack: str) -> bool:
        """Whether an earlier part of the run kept anything of a question."""
        return (origin, attack) in self._found

    def of(self, origin: str, attack: str) -> Iterator[Made]:
        """The variants of a question that an earlier part of the run made, in order."""
        known = self._found.get((origin, attack))
        if known is None:
            return
        with files.opened(self._lines.path) as file:
            for offset in known.offsets:
                file.seek(offset)
                made = self._decode(file.readline())
                assert made.sample is not None
                yield replace(made, sample=self._blobs.brought_back(made.sample))

    def complete(self, origin: str, attack: str) -> bool:
        """Whether the attack has made all its variants of a question."""
        known = self._found.get((origin, attack))
        return known is not None and known.complete

    def add(self, made: Made) -> None:
        """Keep a variant, or that there are no more."""
        if made.sample is not None:
            made = replace(made, sample=self._blobs.put_away(made.sample))
        self._lines.append(encoded(made))

    def sync(self) -> None:
        """Ask the disk to keep what was written."""
        self._lines.sync()

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()

    def _read(self) -> Iterator[tuple[int, Made]]:
        offset = 0
        with files.opened(self._lines.path) as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield offset, self._decode(line)
                except msgspec.MsgspecError as error:
                    raise DataError(f"{self._lines.path}: line {number} is no variant: {error}") from error
                offset += len(line)
