"""JSON and JSONL files -> typed rows, or an error that names the file and the first wrong record.

Decoding is msgspec's; only a file that fails is read again, slowly, to say where it breaks.
Records are counted from 1.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from plimsoll.core import DataError

T = TypeVar("T")


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises `DataError` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def checksum(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def checksum_of(path: Path) -> str:
    """SHA-256 of a file."""
    return checksum(read_bytes(path))


def decode(content: bytes, kind: type[T], path: Path) -> T:
    """Decode JSON that was read from `path`. Raises `DataError` with the first wrong record."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise DataError(f"{path}: {_placed(str(error))}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {_broken(content, str(error))}") from None


def read_json(path: Path, kind: type[T]) -> T:
    """One JSON value of the given type."""
    return decode(read_bytes(path), kind, path)


def read_jsonl(path: Path, kind: type[T]) -> list[T]:
    """One JSON value a line; blank lines are passed over, an unfinished last line is refused."""
    decoder = msgspec.json.Decoder(kind)
    rows: list[T] = []
    for number, line in enumerate(read_bytes(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(decoder.decode(line))
        except msgspec.ValidationError as error:
            raise DataError(f"{path}: record #{len(rows) + 1}, line {number}: {_plain(str(error))}") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            what = _bad_bytes(line) or _plain(str(error))
            raise DataError(f"{path}: record #{len(rows) + 1}, line {number}: {what}") from None
    return rows


def refuse_duplicates(keys: Sequence[Any], path: Path, word: str = "id") -> None:
    """Raise `DataError` for the first key that comes a second time."""
    if len(set(keys)) == len(keys):
        return
    first: dict[Any, int] = {}
    for number, key in enumerate(keys, start=1):
        if key in first:
            raise DataError(f"{path}: record #{number}: {word} {key} again, after record #{first[key]}")
        first[key] = number


def refuse_duplicate_keys(content: bytes, path: Path) -> None:
    """Raise `DataError` for the first JSON object that has a key twice; decoders keep one silently."""
    if twice := duplicate_keys(content):
        raise DataError(f"{path}: key {twice[0]!r} stands twice in one object")


def duplicate_keys(content: bytes) -> tuple[str, ...]:
    """Keys that stand twice in one object of a JSON text, in the order they are met."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in items}) < len(items):
            seen: set[str] = set()
            twice.extend(key for key, _ in items if key in seen or seen.add(key))

    json.loads(content, object_pairs_hook=pairs)
    return tuple(twice)


def _placed(message: str) -> str:
    """`Expected ... - at `$[3].id`` -> `record #4: id: Expected ...`."""
    what = _plain(message)
    place = re.search(r"`\$\[(\d+)\](?:\.?([^`]*))`$", message)
    if place is None:
        return what
    inside = f"{place[2]}: " if place[2] else ""
    return f"record #{int(place[1]) + 1}: {inside}{what}"


def _plain(message: str) -> str:
    return re.sub(r" - at `\$\[\d+\][^`]*`$", "", message).replace("`", "")


def _broken(content: bytes, message: str) -> str:
    number = _whole_records(content) + 1
    return f"record #{number}: {_bad_bytes(content) or _cut_or_malformed(message)}"


def _bad_bytes(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"bad UTF-8 at byte {error.start} (0x{content[error.start]:02x})"
    return ""


def _cut_or_malformed(message: str) -> str:
    return f"the file is cut short ({message})" if "truncated" in message else message


def _whole_records(content: bytes) -> int:
    """How many elements of a JSON list can be read before the first that cannot."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        text = content[: error.start].decode("utf-8")
    scan = json.JSONDecoder().raw_decode
    begin = re.match(r"\s*\[?\s*", text)
    position, whole = begin.end() if begin else 0, 0
    while True:
        try:
            _, position = scan(text, position)
        except ValueError:
            return whole
        whole += 1
        comma = re.compile(r"\s*,\s*").match(text, position)
        if comma is None:
            return whole
        position = comma.end()
