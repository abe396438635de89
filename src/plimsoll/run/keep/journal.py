"""Records -> lines on disk, and back: append-only, one record a line, safe against kill and full disk.

Beside the journal lies its index (`index.py`). It is derived: what it does not tell for sure is read here.
"""

import itertools
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from plimsoll.core import DataError, Record, decoding, files
from plimsoll.run.keep import index
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.index import Entry
from plimsoll.run.keep.lines import Lines, encoded

_encoder = msgspec.json.Encoder()
_decoder = decoding.Decoder(Record)


class Journal:
    """The growing file of records of a run that is under way; pictures are kept beside it, each once."""

    def __init__(self, path: Path) -> None:
        known = index.believed(path) if path.exists() else None
        self._lines = Lines(path)
        self._index = index.Growing(path, known or (derived(path) if self._lines.size else ()))
        self._blobs = Blobs(path.parent)

    def append(self, record: Record) -> None:
        """Write one record. Raises `PlimsollError` on a full disk and leaves the journal whole."""
        record = self._blobs.put_away(record)
        self._index.add(index.entry_of(record, self._lines.append(encoded(record))))

    def sync(self) -> None:
        """Ask the disk to keep what was written."""
        self._lines.sync()

    def close(self) -> None:
        """Let go of the file and write the index."""
        self._lines.close()
        self._index.close()


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


def in_order(path: Path) -> Iterator[Record]:
    """Every record in the benchmark's order, wherever it was written; raises what `read` raises."""
    places, offsets = array("q"), array("q")
    for entry in entries(path):
        places.append(entry.place)
        offsets.append(entry.offset)
    if all(before <= after for before, after in itertools.pairwise(places)):
        yield from read(path)
        return
    with _opened(path) as file:
        for number in sorted(range(len(places)), key=places.__getitem__):
            file.seek(offsets[number])
            yield _decode(path, number + 1, file.readline())


def read_at(path: Path, offset: int) -> Record:
    """The record that begins at a byte offset."""
    try:
        with _opened(path) as file:
            file.seek(offset)
            return _decoder.decode(file.readline())
    except (OSError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: no record begins at byte {offset}: {error}") from error


def entries(path: Path) -> Iterator[Entry]:
    """The list of a journal's records: its index where that is to be believed, else made anew."""
    if not path.exists():
        return
    known = index.believed(path)
    if known is None:
        with suppress(OSError):
            write_index(path)
        known = index.believed(path)
    yield from derived(path) if known is None else known


def find(path: Path, sample_id: str, epoch: int = 0) -> Record | None:
    """One record by id and epoch, without reading the others where the index tells the truth."""
    if not path.exists():
        return None
    found = pointed_at(path, sample_id, epoch)
    if found is not None:
        return found
    place = next((each for each in entries(path) if (each.id, each.epoch) == (sample_id, epoch)), None)
    return read_at(path, place.offset) if place else None


def pointed_at(path: Path, sample_id: str, epoch: int) -> Record | None:
    """The record that any index points at, believed or not: the record itself says whether it is the one."""
    try:
        held = b"\n" + files.read(index.path_of(path))
        at = held.find(b"\n" + _encoder.encode([sample_id, epoch])[:-1] + b",")
        if at < 0:
            return None
        found = read_at(path, index.decoded(held[at + 1 : held.index(b"\n", at + 1)]).offset)
    except (DataError, OSError, ValueError):
        return None
    return found if (found.sample.id, found.epoch) == (sample_id, epoch) else None


def derived(path: Path) -> Iterator[Entry]:
    """The index of a journal, from its records alone."""
    offset = 0
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n"):
                yield index.entry_of(_decode(path, number, line), offset)
            offset += len(line)


def write_index(path: Path) -> None:
    """Make the index of a journal from its records. Raises `OSError` where nothing can be written."""
    index.write(path, derived(path))


def is_derived(path: Path) -> bool:
    """Whether the index, where there is one, says what the records say."""
    lies_at = index.path_of(path)
    if not lies_at.exists() and not lies_at.is_symlink():
        return True
    try:
        pairs = itertools.zip_longest(map(index.decoded, index.lines(path)), derived(path))
        return all(written == made for written, made in pairs)
    except (OSError, ValueError, DataError):
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
