"""The bytes that an HTTP/1.1 server sends for one reply, in pieces of any size -> status, headers, body.

No more of HTTP than a caller of models needs: one reply is read at a time, hints that come before it
(status 1xx) are passed over, and a compressed body stays as it is.
"""

import re
from collections.abc import Generator
from functools import lru_cache
from typing import NamedTuple

LARGEST_HEAD = 64 * 1024
HTTP = b"HTTP/1."
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(r"HTTP/1\.([01]) (\d{3})(?= |$)")
CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
WITHOUT_BODY = (204, 304)


class BadReply(OSError):
    """What came is no whole HTTP reply."""


class TooLarge(Exception):
    """The body is longer than anybody wants to read."""


class Headers(dict[str, str]):
    """Header fields by their names in lower case; they may be asked for in any case."""

    def get(self, name: str, default: str = "") -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The field's value; values of one name are joined by commas."""
        return super().get(name.lower(), default)


class Answer(NamedTuple):
    """One reply, as it came."""

    status: int
    headers: Headers
    body: bytes
    reusable: bool
    """Whether the connection may carry another call."""


Pieces = Generator[None, bytes, Answer]
"""Is sent what arrives, nothing (`b""`) where the connection closes, and returns the answer."""


def reading(largest: int) -> Pieces:
    """Read one reply. Raises `BadReply`, and `TooLarge` for a body of more than `largest` bytes."""
    held = b""
    while True:
        status, closes, headers, held = yield from _head(held)
        if status >= 200:
            break
    if "chunked" in headers.get("transfer-encoding").lower():
        body, held = yield from _chunked(held, largest)
    elif status in WITHOUT_BODY:
        body = b""
    elif "content-length" in headers:
        length = _length(headers["content-length"])
        if length > largest:
            raise TooLarge
        if len(held) < length:
            held = yield from _at_least(held, length)
        body, held = held[:length], held[length:]
    else:
        body, closes = (yield from _rest(held, largest)), True
        held = b""
    return Answer(status, headers, body, not (closes or held))


class _Head(NamedTuple):
    status: int
    closes: bool
    headers: Headers
    rest: bytes


def _head(held: bytes) -> Generator[None, bytes, _Head]:
    while True:
        end = held.find(b"\r\n\r\n")
        after = end + 4
        if end < 0 and (blank := BLANK_LINE.search(held)):
            end, after = blank.span()
        if end >= 0:
            return _read(held[:end].decode("latin-1"), held[after:])
        if len(held) > LARGEST_HEAD or not HTTP.startswith(held.lstrip(b"\r\n")[: len(HTTP)]):
            raise BadReply(f"this is no HTTP reply: {held[:80]!r}")
        held += yield from _some()


def _read(text: str, rest: bytes) -> _Head:
    first, *lines = text.lstrip("\r\n").split("\n")
    line = STATUS_LINE.match(first.rstrip("\r"))
    if line is None:
        raise BadReply(f"this is no HTTP reply: {first[:80]!r}")
    headers = Headers()
    for each in lines:
        name, value = _field(each)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    connection = headers.get("connection").lower()
    closes = "close" in connection or (line[1] == "0" and "keep-alive" not in connection)
    return _Head(int(line[2]), closes, headers, rest)


@lru_cache(maxsize=256)
def _field(line: str) -> tuple[str, str]:
    """Name and value of a header; most come with every reply of an endpoint."""
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _length(written: str) -> int:
    said = {each.strip() for each in written.split(",")}
    length = said.pop()
    if said or not (length.isascii() and length.isdecimal()):
        raise BadReply(f"a reply of the length {written[:80]!r}")
    return int(length)


def _chunked(begun: bytes, largest: int) -> Generator[None, bytes, tuple[bytes, bytes]]:
    """Body and what came behind it."""
    held, body = bytearray(begun), bytearray()
    while size := (yield from _size(held)):
        if len(body) + size > largest:
            raise TooLarge
        while len(held) < size:
            held += yield from _some()
        body += held[:size]
        del held[:size]
        if (yield from _line(held)):
            raise BadReply("a chunk that is longer than its size")
    while (yield from _line(held)):
        pass  # Fields behind the body, which nobody reads.
    return bytes(body), bytes(held)


def _size(held: bytearray) -> Generator[None, bytes, int]:
    line = yield from _line(held)
    size = CHUNK_SIZE.fullmatch(line)
    if size is None:
        raise BadReply(f"a chunk without its size: {bytes(line[:80])!r}")
    return int(size[1], 16)


def _line(held: bytearray) -> Generator[None, bytes, bytearray]:
    """A line out of what is held, without its end."""
    while (end := held.find(b"\n")) < 0:
        if len(held) > LARGEST_HEAD:
            raise BadReply("a line of a reply has no end")
        held += yield from _some()
    line = held[:end].removesuffix(b"\r")
    del held[: end + 1]
    return line


def _rest(begun: bytes, largest: int) -> Generator[None, bytes, bytes]:
    """All until the connection closes."""
    pieces, size = [begun], len(begun)
    while piece := (yield):
        size += len(piece)
        if size > largest:
            raise TooLarge
        pieces.append(piece)
    return b"".join(pieces)


def _at_least(begun: bytes, length: int) -> Generator[None, bytes, bytes]:
    pieces, size = [begun], len(begun)
    while size < length:
        piece = yield from _some()
        size += len(piece)
        pieces.append(piece)
    return b"".join(pieces)


def _some() -> Generator[None, bytes, bytes]:
    """What arrives next."""
    piece = yield
    if not piece:
        raise BadReply("the connection closed before the reply was whole")
    return piece
