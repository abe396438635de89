"""A JSON text that cannot be decoded -> the first record that is wrong, named, and what is wrong with it.

Slow and patient: used only once decoding has failed.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, get_args

import msgspec

from plimsoll.core import decoding


class _Record(NamedTuple):
    key: str | None
    """In an object of records; `None` in a list."""
    value: Any
    """As the standard library reads it."""

    @property
    def id(self) -> object:
        if self.key is not None:
            return self.key
        try:
            return self.value["id"]
        except (TypeError, KeyError):
            return None


def wrong_type(content: bytes, kind: Any, message: str, expected: Sequence[object]) -> str:
    """Where a text that is sound JSON is not of the type wanted."""
    what = plain(message)
    place = re.search(r"`\$\[(\d+|\.\.\.)\](?:\.?([^`]*))`$", message)
    if place is None:
        return what
    found = list(_records(_text(content)))
    at = int(place[1]) if place[1].isdecimal() else _first_misfit(found, kind)
    inside = f"{place[2]}: " if place[2] else ""
    return f"{_named(at, found, expected)}: {inside}{what}"


def broken(content: bytes, message: str, expected: Sequence[object]) -> str:
    """Where a text ceases to be sound JSON."""
    found = list(_records(_text(content)))
    what = plain(message)
    cut = f"the file is cut short ({what})" if "truncated" in what else what
    return f"{_named(len(found), found, expected)}: {bad_bytes(content) or cut}"


def plain(message: str) -> str:
    """A message of msgspec's without its path and markup."""
    return re.sub(r" - at `\$\[[^`]*`$", "", message).replace("`", "")


def bad_bytes(content: bytes) -> str:
    """The first byte that is no UTF-8, or nothing."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"bad UTF-8 at byte {error.start} (0x{content[error.start]:02x})"
    return ""


def _named(at: int, found: Sequence[_Record], expected: Sequence[object]) -> str:
    if at < len(expected):
        name = f" (id {expected[at]})"
    elif at < len(found) and found[at].id is not None:
        name = f" (id {found[at].id})"
    elif 0 < at <= len(found) and found[at - 1].id is not None:
        name = f" (after id {found[at - 1].id})"
    else:
        name = ""
    return f"record #{at + 1}{name}"


def _first_misfit(found: Sequence[_Record], kind: Any) -> int:
    wanted = (get_args(kind) or (Any,))[-1]
    for at, record in enumerate(found):
        try:
            decoding.converted(record.value, wanted)
        except msgspec.ValidationError:
            return at
    return 0


def _text(content: bytes) -> str:
    """As much of the content as is UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        return content[: error.start].decode("utf-8")


def _records(text: str) -> Iterator[_Record]:
    """The elements of a list or the members of an object, up to the first that cannot be read."""
    begin = re.compile(r"\s*([\[{])\s*").match(text)
    if begin is None:
        return
    position = begin.end()
    while True:
        try:
            key, position = _key(text, position) if begin[1] == "{" else (None, position)
            value, position = _value(text, position)
        except (ValueError, RecursionError):
            return
        yield _Record(key, value)
        comma = re.compile(r"\s*,\s*").match(text, position)
        if comma is None:
            return
        position = comma.end()


def _value(text: str, position: int) -> tuple[Any, int]:
    """The value that begins there, and where it ends."""
    value, end = decoding.beginning(text, position)
    # The standard library passes over what msgspec refuses: half a surrogate pair, NaN.
    decoding.decode(text[position:end].encode())
    return value, end


def _key(text: str, position: int) -> tuple[str, int]:
    key, position = _value(text, position)
    colon = re.compile(r"\s*:\s*").match(text, position)
    if colon is None:
        raise ValueError(key)
    return str(key), colon.end()
