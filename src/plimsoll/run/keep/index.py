"""Records -> their index, a derived file that is believed only where this machine made it for this journal.

A line of `[id, epoch, outcome, category, language, label, offset, value, target, confidence, place]` per
record, and a last line that says of which journal it is (size and time of its last change) with a code
over all of it, under a key that lies in the user's data folder. An index without that line, of another
machine or of a journal that has changed since, is as none: lists are then made from the records themselves.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import Place, Record, decoding, files
from plimsoll.data.locate import home
from plimsoll.run.keep.lines import encoded

KEY = "index.key"
KEY_BYTES = 32
CHUNK = 1 << 20
LONGEST_END = 400
"""Bytes of the last line."""


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
    place: Place = 0


class End(Struct, frozen=True, kw_only=True):
    """The last line: which journal the index is of."""

    size: int
    """Bytes of the journal."""
    changed: int
    """When it was last written to, in nanoseconds."""
    code: str = ""
    """Over the lines before and the two numbers."""


_entries = decoding.Decoder(Entry)
_ends = decoding.Decoder(End)


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
        record.place,
    )


def path_of(journal: Path) -> Path:
    """Where the index of a journal lies: beside it."""
    return journal.with_suffix(".index")


class Growing:
    """The index of a journal that grows; it takes its name when the journal is done."""

    def __init__(self, journal: Path, known: Iterable[Entry]) -> None:
        self._journal = journal
        self._path = path_of(journal).with_name(f".{path_of(journal).name}{files.ENDING}")
        self._waiting: list[Entry] = []
        self._code = blake2b(digest_size=16)
        self._broken = False
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        for entry in known:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Add a record's line."""
        self._waiting.append(entry)
        if len(self._waiting) >= 1000:
            self.flush()

    def flush(self) -> None:
        """Write what waits; an index that cannot be written is made anew when it is asked for."""
        lines = b"".join(map(encoded, self._waiting))
        self._waiting.clear()
        self._code.update(lines)
        try:
            if not self._broken:
                files.append(self._path, lines)
        except OSError:
            self._broken = True

    def close(self) -> None:
        """Seal it and give it its name. The journal must not be written to any more."""
        self.flush()
        try:
            if not self._broken:
                files.append(self._path, _end(self._journal, self._code.digest()))
                self._path.replace(path_of(self._journal))
                return
        except OSError:
            pass
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def write(journal: Path, entries: Iterable[Entry]) -> None:
    """Write the index of a journal that nobody writes to. Raises `OSError` where nothing can be written."""
    code = blake2b(digest_size=16)
    before = os.stat(journal)
    with files.writing(path_of(journal)) as file:
        for line in map(encoded, entries):
            code.update(line)
            file.write(line)
        if _stamp(os.stat(journal)) != _stamp(before):
            raise OSError("the journal grows")
        file.write(_end(journal, code.digest()))


def believed(journal: Path) -> Iterator[Entry] | None:
    """The entries of a journal's index, or nothing where it is not to be believed."""
    try:
        file = files.opened(path_of(journal))
    except OSError:
        return None
    try:
        length = _length(file, journal)
    except (OSError, ValueError, OverflowError):
        length = None
    if length is None:
        file.close()
        return None
    return _read(file, length)


def lines(journal: Path) -> Iterator[bytes]:
    """Whatever stands in an index, line by line, without its end. Raises `OSError`."""
    with files.opened(path_of(journal)) as file:
        for line in file:
            if not line.startswith(b"{"):
                yield line


def decoded(line: bytes) -> Entry:
    """One line. Raises `ValueError`."""
    return _entries.decode(line)


def _read(file: IO[bytes], length: int) -> Iterator[Entry]:
    with closing(file):
        file.seek(0)
        while length > 0:
            line = file.readline()
            length -= len(line)
            yield _entries.decode(line)


def _length(file: IO[bytes], journal: Path) -> int | None:
    """How many bytes of an index are entries, where its end holds."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_END))
    tail = file.read()
    if not tail.endswith(b"\n"):
        return None
    last = tail[:-1].rpartition(b"\n")[2] + b"\n"
    said, length = _ends.decode(last), size - len(last)
    if (said.size, said.changed) != _stamp(os.stat(journal)):
        return None
    file.seek(0)
    code, left = blake2b(digest_size=16), length
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        code.update(chunk)
        left -= len(chunk)
    made = _code(code.digest(), said.size, said.changed)
    return length if made and secrets.compare_digest(made, said.code) else None


def _end(journal: Path, digest: bytes) -> bytes:
    """The last line. Raises `OSError` where there is no key to be had."""
    size, changed = _stamp(os.stat(journal))
    code = _code(digest, size, changed)
    if not code:
        raise OSError("no key for indexes can be kept")
    return msgspec.json.encode(End(size=size, changed=changed, code=code)) + b"\n"


def _code(digest: bytes, size: int, changed: int) -> str:
    key = _key()
    return blake2b(b"%s %d %d" % (digest, size, changed), key=key, digest_size=16).hexdigest() if key else ""


def _stamp(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


def _key() -> bytes:
    """This machine's key; made on first use, and nothing where it cannot be."""
    path = home() / KEY
    with suppress(OSError):
        return files.read(path, KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.new(path, 0o600) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
    except OSError:
        pass
    with suppress(OSError):
        return files.read(path, KEY_BYTES)
    return b""
