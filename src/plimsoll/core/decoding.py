"""Text that somebody else wrote -> a value of the type wanted, or a `ValueError`: never a traceback.

Decoders raise what their authors thought of: msgspec lets bad UTF-8 and deep nesting through as errors of
other kinds, and so do the standard library's. Here everything comes out as `msgspec.DecodeError`
(`tomllib.TOMLDecodeError` for TOML), so that who reads a file has one error to name the file in.
"""

import json
import tomllib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import msgspec

if TYPE_CHECKING:
    from ast import expr

T = TypeVar("T")
DEEP = "nested too deeply"
MARKS = (b",", b"[", b"{")
"""Each value of a JSON text but one follows one of these."""


class TooDeep(msgspec.DecodeError):
    """Lists in lists, more than any file of ours has."""


class TooMany(msgspec.DecodeError):
    """More values than the reader has use for: few bytes can be very many objects."""


class Decoder(Generic[T]):
    """JSON -> a value of one type. Made once, used for every line."""

    def __init__(self, kind: type[T]) -> None:
        self.type = kind
        self._decode = msgspec.json.Decoder(kind).decode

    def decode(self, body: bytes | bytearray | str) -> T:
        """Decode. Raises `msgspec.DecodeError`."""
        try:
            return self._decode(body)
        except UnicodeError as error:
            raise msgspec.DecodeError(f"bad UTF-8: {error.reason}") from None  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        except RecursionError:
            raise TooDeep(DEEP) from None


@overload
def decode(body: bytes | bytearray | str) -> Any: ...
@overload
def decode(body: bytes | bytearray | str, kind: type[T], *, most: int | None = None) -> T: ...
def decode(body: bytes | bytearray | str, kind: Any = Any, *, most: int | None = None) -> Any:
    """Decode JSON, of at most so many values. Raises `msgspec.DecodeError`."""
    if most is not None and values(body) > most:
        raise TooMany(f"holds more than {most:,} values")
    return Decoder(kind).decode(body)


def values(body: bytes | bytearray | str) -> int:
    """At least as many values as a JSON text holds, told without reading it; marks in strings count too."""
    marks: Any = [mark.decode() for mark in MARKS] if isinstance(body, str) else MARKS
    return 1 + sum(body.count(mark) for mark in marks)


def loosely(
    text: str | bytes,
    *,
    pairs: Callable[[list[tuple[str, Any]]], Any] | None = None,
    integer: Callable[[str], Any] | None = None,
    constant: Callable[[str], Any] | None = None,
) -> Any:
    """Decode JSON as the standard library reads it: NaN, half surrogates, keys that stand twice.

    Raises `ValueError` of some kind: `json.JSONDecodeError` says where, `TooDeep` needs no place.
    """
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_int=integer, parse_constant=constant)
    except RecursionError:
        raise TooDeep(DEEP) from None


def beginning(text: str, at: int = 0) -> tuple[Any, int]:
    """The JSON value that begins there, and where it ends; line breaks in strings are let pass.

    Raises `ValueError`.
    """
    try:
        return _LENIENT.raw_decode(text, at)
    except RecursionError:
        raise TooDeep(DEEP) from None


_LENIENT = json.JSONDecoder(strict=False)


def literal(text: "str | expr") -> Any:
    """A literal of Python's: numbers, texts, lists, objects. Raises `ValueError`."""
    from ast import literal_eval

    try:
        return literal_eval(text)
    except (SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise ValueError(f"no literal: {type(error).__name__}") from None


@overload
def toml(text: str) -> dict[str, Any]: ...
@overload
def toml(text: str, kind: type[T]) -> T: ...
def toml(text: str, kind: Any = None) -> Any:
    """Decode TOML. Raises `tomllib.TOMLDecodeError`, and `msgspec.ValidationError` for another shape."""
    try:
        found = tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError(DEEP) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of more digits than Python reads
        raise tomllib.TOMLDecodeError(str(error)) from None
    return found if kind is None else converted(found, kind)


@overload
def converted(value: Any, kind: type[T], *, strict: bool = True) -> T: ...
@overload
def converted(value: Any, kind: Any, *, strict: bool = True) -> Any: ...
def converted(value: Any, kind: Any, *, strict: bool = True) -> Any:
    """A value as the type wanted. Raises `msgspec.ValidationError`."""
    try:
        return msgspec.convert(value, kind, strict=strict)
    except UnicodeError:
        raise msgspec.ValidationError("holds half a character, which is no text") from None
    except RecursionError:
        raise msgspec.ValidationError(DEEP) from None
