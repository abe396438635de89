"""A run's growing journal -> a short row per record: read once, then only what was added.

Rows hold what lists, filters and counts need and where the whole record lies. The journal's own index
does not know what was right, and while a run goes on it lags behind; it is never written here.
"""

import sys
from array import array
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Number, Outcome, Place, Record, decoding, files
from plimsoll.reports.counts import Counts, Told, fate_of
from plimsoll.run.keep import journal
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.folder import RunFolder


class Row(Struct, frozen=True, gc=False):
    """What a list shows of a record."""

    number: int
    """Place in the journal."""
    id: str
    epoch: int
    category: str
    language: str
    target: str | None
    pair: str
    cluster: str
    """What counts as one question: its epochs, languages, orders and variants."""
    label: str
    value: float | None
    outcome: str
    fate: str
    """The outcome, with answers split into `right` and `wrong` (or `event` and `no_event`)."""
    confidence: float | None
    differs: bool
    """Whether the judges disagree on the value."""


class _Judged(Struct, gc=False):
    label: str
    value: Number | None
    outcome: str = "answered"
    confidence: float | None = None


class _Asked(Struct, gc=False):
    id: str
    category: str = ""
    language: str = "en"
    target: str | None = None
    pair: str = ""
    origin: str = ""
    family: str = ""


class _Line(Struct, gc=False):
    sample: _Asked
    transcript: msgspec.Raw = msgspec.Raw()
    verdicts: dict[str, _Judged] = {}
    failures: msgspec.Raw = msgspec.Raw()
    epoch: int = 0
    place: Place = 0


_decoder = decoding.Decoder(_Line)


class RunRows:
    """The rows of one run, kept up with its journal."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.rows: list[Row] = []
        self.numbers: dict[tuple[str, int], int] = {}
        """Row of an id and epoch."""
        self.complete = False
        """Whether the journal was read to its end at least once."""
        self._offsets = array("Q")
        self._places = array("q")
        self._ordered: list[Row] = []
        self._end = 0
        self._file = 0
        self._lock = Lock()
        self._counts: tuple[int, Counts] | None = None

    def read_on(self) -> "RunRows":
        """Take in what was written since; a journal that was replaced is read anew."""
        with self._lock:
            try:
                state = self.path.stat()
            except FileNotFoundError:
                self.complete = True
                return self
            if state.st_ino != self._file or state.st_size < self._end:
                self._start_anew(state.st_ino)
            if state.st_size > self._end:
                self._take_in()
            self.complete = True
        return self

    @property
    def busy(self) -> bool:
        """Whether it is being read right now."""
        return self._lock.locked()

    @property
    def path(self) -> Path:
        """The journal."""
        return self.folder.records_path

    def record(self, number: int) -> Record:
        """The whole record of a row."""
        return Blobs(self.folder.path).shown(journal.read_at(self.path, self._offsets[number]))

    def offset(self, number: int) -> int:
        """Where a record begins in the journal; the end of the last one for one past it."""
        return self._offsets[number] if number < len(self._offsets) else self._end

    def key(self, row: Row) -> tuple[int, int]:
        """What sorts rows into the benchmark's order."""
        return self._places[row.number], row.number

    def in_order(self) -> list[Row]:
        """The rows in the benchmark's order."""
        rows = self.rows
        if len(self._ordered) != len(rows):
            self._ordered = sorted(rows, key=lambda row: self._places[row.number])
        return self._ordered

    def counts(self) -> Counts:
        """What the plots of a report need, made of the rows."""
        rows = self.rows
        if self._counts is None or self._counts[0] != len(rows):
            self._counts = (len(rows), _counted(rows))
        return self._counts[1]

    def _start_anew(self, file: int) -> None:
        self.rows, self.numbers = [], {}
        self._offsets, self._places = array("Q"), array("q")
        self._ordered, self._end, self._file = [], 0, file

    def _take_in(self) -> None:
        with files.opened(self.path) as file:
            file.seek(self._end)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                read = self._decoded(line)
                row = _row(len(self.rows), read)
                self._offsets.append(self._end)
                self._places.append(read.place)
                self._end += len(line)
                self.numbers.setdefault((row.id, row.epoch), row.number)
                self.rows.append(row)

    def _decoded(self, line: bytes) -> _Line:
        try:
            return _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise DataError(f"{self.path}: line {len(self.rows) + 1} is no record: {error}") from error


def found_by_index(folder: RunFolder, sample_id: str, epoch: int) -> Record | None:
    """One record through the journal's index as it lies there, or `None` where it does not help."""
    found = journal.pointed_at(folder.records_path, sample_id, epoch)
    return None if found is None else Blobs(folder.path).shown(found)


def _row(number: int, line: _Line) -> Row:
    sample, verdicts = line.sample, line.verdicts
    first = next(iter(verdicts.values()), None)
    if first is None:
        outcome = Outcome.JUDGE_ERROR if len(line.transcript) and len(line.failures) else Outcome.ERROR
        outcome = outcome.value
    else:
        outcome = first.outcome
    return Row(
        number=number,
        id=sample.id,
        epoch=line.epoch,
        category=_one(sample.category),
        language=_one(sample.language),
        target=sample.target if sample.target is None else _one(sample.target),
        pair=sample.pair,
        cluster=sample.family or sample.pair or sample.origin or sample.id,
        label=_one(first.label) if first else "",
        value=first.value if first else None,
        outcome=_one(outcome),
        fate=_one(fate_of(outcome, first.value if first else None, sample.target)),
        confidence=first.confidence if first else None,
        differs=len({judged.value for judged in verdicts.values()}) > 1,
    )


def _one(text: str) -> str:
    """The same object for the same short text: there are few of them and many rows."""
    return sys.intern(text) if len(text) < 64 else text


def _counted(rows: list[Row]) -> Counts:
    counts = Counts()
    for row in rows:
        known = (row.category, row.language, row.target, row.outcome, row.fate)
        counts.add(Told(*known, row.label, row.value, row.confidence))
    return counts
