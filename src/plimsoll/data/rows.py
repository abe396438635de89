"""JSON, JSONL and CSV files -> typed rows, or an error that names the file and the first wrong record.

Decoding is msgspec's; only a file that fails is read again, slowly, to say where it breaks.
Records are counted from 1.
"""

import csv
import hashlib
import io
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from plimsoll.core import DataError, decoding, files
from plimsoll.data import _damage
from plimsoll.data.delimited import long_cells
from plimsoll.data.packed import unpacked

T = TypeVar("T")


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises `DataError` where it cannot be read."""
    try:
        return files.read(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def checksum(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def checksum_of(path: Path) -> str:
    """SHA-256 of a file."""
    return checksum(read_bytes(path))


def decode(content: bytes, kind: type[T], path: Path, expected: Sequence[object] = ()) -> T:
    """Decode JSON that was read from `path`. Raises `DataError` with the first wrong record.

    `expected` holds the ids that the records should have, in order: a wrong one is named by it.
    """
    try:
        return decoding.decode(content.removeprefix(BOM_UTF8), kind)
    except msgspec.ValidationError as error:
        raise DataError(f"{path}: {_damage.wrong_type(content, kind, str(error), expected)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path}: {_damage.broken(content, str(error), expected)}") from None


def read_json(path: Path, kind: type[T]) -> T:
    """One JSON value of the given type."""
    return decode(read_bytes(path), kind, path)


def read_jsonl(path: Path, kind: type[T]) -> list[T]:
    """One JSON value a line, packed with gzip or not; blank lines are passed over, an unfinished last line is
    refused."""
    decoder = decoding.Decoder(kind)
    rows: list[T] = []
    content = unpacked(read_bytes(path), path)
    for number, line in enumerate(content.removeprefix(BOM_UTF8).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            what = _damage.bad_bytes(line) or _damage.plain(str(error))
            raise DataError(f"{path}: record #{len(rows) + 1}, line {number}: {what}") from None
    return rows


def read_csv(path: Path, columns: Sequence[str], *, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of a CSV file with a header; a byte-order mark is passed over. Raises `DataError`.

    `columns` are those that must be there; others are kept.
    """
    text = _text(path)
    try:
        with long_cells():
            rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise DataError(f"{path}: not sound CSV: {error}") from None
    for number, row in enumerate(rows, start=1):
        missing = [name for name in columns if row.get(name) is None]
        if missing:
            raise DataError(f"{path}: record #{number}: has no column {missing[0]!r}")
        if None in row:
            raise DataError(f"{path}: record #{number}: has more columns than the header")
    return rows


def first_column(path: Path) -> list[str]:
    """The first cell of every row of a CSV file without a header. Raises `DataError` where one is blank."""
    try:
        with long_cells():
            rows = [row for row in csv.reader(io.StringIO(_text(path), newline=""), strict=True) if row]
    except csv.Error as error:
        raise DataError(f"{path}: not sound CSV: {error}") from None
    for number, row in enumerate(rows, start=1):
        if not row[0].strip():
            raise DataError(f"{path}: record #{number}: its first column is blank")
    return [row[0] for row in rows]


def _text(path: Path) -> str:
    content = read_bytes(path)
    if bad := _damage.bad_bytes(content):
        raise DataError(f"{path}: {bad}")
    return content.decode("utf-8-sig")


def refuse_duplicates(keys: Sequence[Any], path: Path, word: str = "id") -> None:
    """Raise `DataError` for the first key that comes a second time."""
    if len(set(keys)) == len(keys):
        return
    first: dict[Any, int] = {}
    for number, key in enumerate(keys, start=1):
        if key in first:
            raise DataError(f"{path}: record #{number}: {word} {key} again, after record #{first[key]}")
        first[key] = number


def refuse_duplicate_keys(content: bytes, path: Path | str) -> None:
    """Raise `DataError` for the first JSON object that has a key twice; decoders keep one silently."""
    try:
        twice = duplicate_keys(content)
    except decoding.TooDeep:
        raise DataError(f"{path}: nested too deeply") from None
    if twice:
        raise DataError(f"{path}: key {twice[0]!r} stands twice in one object")


def duplicate_keys(content: bytes) -> tuple[str, ...]:
    """Keys that stand twice in one object of a JSON text, in the order they are met."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> None:
        if len(dict(items)) < len(items):
            seen: set[str] = set()
            twice.extend(key for key, _ in items if key in seen or seen.add(key))

    # Of numbers nothing is asked; as floats they may have any number of digits.
    decoding.loosely(content, pairs=pairs, integer=float)
    return tuple(twice)
