"""The bytes of a reply -> a document of the shape asked for, with care where they are not quite right."""

import codecs
import json
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec

from plimsoll.core import ModelError, Unreadable, decoding
from plimsoll.models._faults import cleaned
from plimsoll.models._lenient import Misfit, fitted
from plimsoll.models._stream import is_stream, whole

T = TypeVar("T", bound=msgspec.Struct)

GZIP = b"\x1f\x8b"
WRAPPERS = ("data", "result", "output", "response")
"""Fields in which gateways hold the reply as it came to them."""
BLANK = " \t\r\n\0"
MEBIBYTE = 1024 * 1024
PACKED_AT_MOST = 3
"""A gateway may pack what was packed already."""


def encoded(body: Mapping[str, Any]) -> bytes:
    """The body to send. Raises `ModelError` for text that no encoding can carry."""
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError as error:
        raise ModelError(f"the request holds a lone surrogate and cannot be sent: {error.reason}") from None


def decoded(body: bytes, decoder: "decoding.Decoder[T]", secrets: tuple[str, ...] = ()) -> T:
    """Read a reply. Raises `Unreadable` when it is cut short, no JSON, or holds no answer."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _read_with_care(body, decoder, secrets)


def _read_with_care(body: bytes, decoder: "decoding.Decoder[T]", secrets: tuple[str, ...]) -> T:
    """Read what strict JSON forbids and servers send: NaN, other encodings, streams, odd side fields."""
    kind: type[T] = decoder.type
    try:
        return _carried(fitted(_document(in_one(body)), kind), decoder)
    except (Misfit, msgspec.ValidationError) as error:
        raise Unreadable(f"the reply has another shape than expected: {error}") from None
    except (ValueError, RecursionError):
        pass
    begin = cleaned(_text(body[:200]), secrets)
    if body.lstrip()[:1] == b"<":
        raise Unreadable(f"HTML instead of JSON, is base_url right? It begins {begin!r}")
    raise Unreadable(f"invalid JSON of {len(body)} bytes, beginning {begin!r}")


def _document(body: bytes) -> Any:
    text = _text(body.removeprefix(codecs.BOM_UTF8))
    try:
        return decoding.loosely(text, constant=lambda _: None)
    except ValueError:
        begun = text.lstrip()
        found, end = decoding.beginning(begun)
        rest = begun[end:].lstrip(BLANK)
        if not rest or rest.startswith("data:"):  # the end mark of a stream
            return found
        if rest.startswith("{"):  # a stream without the marks of one
            return whole(b"data: " + b"\ndata: ".join(body.splitlines()))
        raise


def in_one(body: bytes) -> bytes:
    """A reply that came piece by piece as the one document that it would have been; others as they are."""
    if body[:1] == b"{" or not is_stream(body):
        return body
    text = json.dumps(whole(body), ensure_ascii=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def held_in(body: bytes) -> bytes:
    """The reply that a gateway has wrapped into a document of its own; others as they are."""
    try:
        document: Any = decoding.decode(body)
    except (ValueError, RecursionError):
        return body
    held = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    for key in WRAPPERS:
        inner: Any = held.get(key)
        if isinstance(inner, dict) and cast("dict[str, Any]", inner).get("choices"):
            return encoded(cast("dict[str, Any]", inner))
    return body


def _carried(document: dict[str, Any], decoder: "decoding.Decoder[T]") -> T:
    """The document as the struct; lone surrogates, which no encoding can carry, are replaced."""
    text = json.dumps(document, ensure_ascii=False)
    return decoder.decode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _text(body: bytes) -> str:
    """UTF-8, or where that fails for most of what is not ASCII, the encoding of Chinese systems."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    text = body.decode("utf-8", "replace")
    broken = text.count("�")
    if 3 * broken <= sum(character > "\x7f" for character in text):
        return text
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError:
        return text


def unpacked(body: bytes, encoding: str, largest: int) -> bytes:
    """A body without its compression, whatever its headers say of it. Raises `Unreadable`."""
    if not body:
        return body
    for _ in range(PACKED_AT_MOST):
        if body[:2] == GZIP:
            body = _inflated(body, zlib.MAX_WBITS | 16, largest)
    if encoding.lower() == "deflate" and body.lstrip()[:1] not in (b"{", b"["):
        raw = -zlib.MAX_WBITS if body[0] & 0x0F != 8 else zlib.MAX_WBITS
        return _inflated(body, raw, largest)
    plainly = body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[", b"<", b"d", b":", b"e", b"n")
    if encoding.lower() not in ("", "identity") and not (plainly or "gzip" in encoding.lower()):
        raise Unreadable(f"a reply in the encoding {cleaned(encoding)}, which was not asked for")
    return body


def _inflated(body: bytes, window: int, largest: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    try:
        plain = unpacker.decompress(body, largest + 1)
    except zlib.error as error:
        raise Unreadable(f"a compressed reply that cannot be unpacked: {error}") from None
    if len(plain) > largest:
        raise Unreadable(f"a reply of more than {largest // MEBIBYTE} MiB, once unpacked")
    if not unpacker.eof:
        raise Unreadable("a compressed reply that is cut short")
    return plain


def recoded(body: bytes, content_type: str) -> bytes:
    """A body in UTF-8, where its header names another encoding."""
    if content_type.endswith(("utf-8", "UTF-8")):
        return body
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    if charset in ("", "utf-8", "utf8", "us-ascii", "ascii"):
        return body
    try:
        return body.decode(charset).encode()
    except (LookupError, UnicodeError):
        return body
