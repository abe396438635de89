"""Records -> lines on disk, and back: append-only, one record a line, safe against kill and full disk.

Beside the journal lies its index, a line of `[id, epoch, outcome, category, language, label, offset,
value, target, confidence]` per record. It is derived: when it does not fit the journal it is made anew.
"""

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from plimsoll.core import DataError, Record, decoding, files
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.lines import Lines, encoded

_encoder = msgspec.json.Encoder()
_decoder = decoding.Decoder(Record)


class Entry(NamedTuple):
    """One line of the index: what a list of records shows, and where the record lies."""

    id: str
    epoch: int
    outcome: str
    category: str
    language: str
    label: str
    offset: int
    value: float | None
    target: str | None
    confidence: float | None


_entries = decoding.Decoder(Entry)


def entry_of(record: Record, offset: int) -> Entry:
    """The index line of a record that begins at `offset`."""
    sample = record.sample
    verdict = next(iter(record.verdicts.values()), None)
    return Entry(
        sample.id,
        record.epoch,
        str(record.outcome),
        sample.category,
        sample.language,
        verdict.label if verdict else "",
        offset,
        verdict.value if verdict else None,
        sample.target,
        verdict.confidence if verdict else None,
    )


class Journal:
    """The growing file of records of a run that is under way; pictures are kept beside it, each once."""

    def __init__(self, path: Path) -> None:
        self._lines = Lines(path)
        if self._lines.size and not _index_fits(path):
            # Entries that waited in memory died with the process; without them the index would have a hole.
            with suppress(OSError):
                write_index(path)
        self._index: list[Entry] = []
        self._index_path = index_path(path)
        self._blobs = Blobs(path.parent)

    def append(self, record: Record) -> None:
        """Write one record. Raises `PlimsollError` on a full disk and leaves the journal whole."""
        record = self._blobs.put_away(record)
        self._index.append(entry_of(record, self._lines.append(encoded(record))))
        if len(self._index) >= 1000:
            self._flush_index()

    def sync(self) -> None:
        """Ask the disk to keep what was written."""
        self._lines.sync()

    def close(self) -> None:
        """Write the index and let go of the file."""
        self._flush_index()
        self._lines.close()

    def _flush_index(self) -> None:
        lines = b"".join(map(encoded, self._index))
        self._index.clear()
        try:
            files.append(self._index_path, lines)
        except OSError:
            self._index_path.unlink(missing_ok=True)  # derived: made anew when it is asked for


def index_path(journal: Path) -> Path:
    """The index that lies beside a journal."""
    return journal.with_suffix(".index")


def read(path: Path, offset: int = 0) -> Iterator[Record]:
    """Every record in the order written, from a byte offset on; an interrupted last line is left out.

    Raises `DataError` naming file and line for a line that is no record.
    """
    if not path.exists():
        return
    with _opened(path) as file:
        file.seek(offset)
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n"):
                yield _decode(path, number, line)


def read_at(path: Path, offset: int) -> Record:
    """The record that begins at a byte offset."""
    try:
        with _opened(path) as file:
            file.seek(offset)
            return _decoder.decode(file.readline())
    except (OSError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: no record begins at byte {offset}: {error}") from error


def entries(path: Path) -> Iterator[Entry]:
    """The index of a journal, made anew when it is missing or does not fit."""
    if not path.exists():
        return
    given = 0
    if _index_is_at_hand(path):
        try:
            with files.opened(index_path(path)) as file:
                for line in file:
                    yield _entries.decode(line)
                    given += 1
        except (OSError, msgspec.MsgspecError):
            pass  # what it cannot tell, the records can
        else:
            return
    yield from itertools.islice(derived(path), given, None)


def find(path: Path, sample_id: str, epoch: int = 0) -> Record | None:
    """One record by id and epoch, without reading the others where the index tells the truth."""
    if not path.exists():
        return None
    if _index_is_at_hand(path):
        try:
            index = b"\n" + files.read(index_path(path))
            at = index.find(b"\n" + _encoder.encode([sample_id, epoch])[:-1] + b",")
            if at < 0:
                return None
            entry = _entries.decode(index[at + 1 : index.index(b"\n", at + 1)])
            found = read_at(path, entry.offset)
            if (found.sample.id, found.epoch) == (sample_id, epoch):
                return found
        except (DataError, OSError, ValueError):
            pass
    return next((each for each in read(path) if (each.sample.id, each.epoch) == (sample_id, epoch)), None)


def derived(path: Path) -> Iterator[Entry]:
    """The index of a journal, from its records alone."""
    offset = 0
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n"):
                yield entry_of(_decode(path, number, line), offset)
            offset += len(line)


def write_index(path: Path) -> None:
    """Make the index of a journal from its records. Raises `OSError` where nothing can be written."""
    files.write(index_path(path), map(encoded, derived(path)))


def is_derived(path: Path) -> bool:
    """Whether the index, where there is one, says what the records say."""
    index = index_path(path)
    if not index.exists() and not index.is_symlink():
        return True
    try:
        with files.opened(index) as file:
            pairs = itertools.zip_longest(file, map(encoded, derived(path)))
            return all(written == made for written, made in pairs)
    except (OSError, DataError):
        return False


def rewrite(path: Path, records: Iterable[Record]) -> None:
    """Replace a journal by other records, at once or not at all."""
    files.write(path, map(encoded, records))
    write_index(path)


def _decode(path: Path, number: int, line: bytes) -> Record:
    try:
        return _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            f"{path}: line {number} is no record: {error}; without that line (sed -i {number}d) the same "
            "command asks its sample again, and every other record stays"
        ) from error


def _opened(path: Path) -> BinaryIO:
    try:
        return files.opened(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


def _index_is_at_hand(path: Path) -> bool:
    """Whether there is an index that fits; where it does not and can be written, it is made anew."""
    if _index_fits(path):
        return True
    try:
        write_index(path)
    except OSError:
        return False  # a disk that is read-only, or full
    return True


def _index_fits(path: Path) -> bool:
    """Whether the index's last line names the journal's last record."""
    try:
        last = _last_line(index_path(path))
        if not last:
            return path.stat().st_size == 0
        with files.opened(path) as file:
            file.seek(_entries.decode(last).offset)
            return bool(file.readline()) and not file.readline().endswith(b"\n")
    except FileNotFoundError:
        return path.stat().st_size == 0
    except (OSError, ValueError, OverflowError):
        return False


def _last_line(path: Path) -> bytes:
    with files.opened(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 65536))
        tail = file.read()
    if not tail.endswith(b"\n"):
        return b""
    return tail[:-1].rpartition(b"\n")[2]
