"""A JSON document of an odd shape -> the same document with what does not fit left out.

What stands beside an answer (counts, thoughts, log-probabilities, `error: null`) never costs the answer:
a count written as a text or a fraction is read, and what is of another type altogether is dropped.
"""

import math
import types
import typing
from collections.abc import Mapping
from typing import Any, cast

import msgspec

ESSENTIAL = frozenset({"choices", "content", "text"})
"""Fields that are the answer: where these do not fit, there is none."""


class Misfit(ValueError):
    """The answer itself is of a shape that cannot be read."""


_NOTHING = object()


def fitted(document: Any, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of a struct, as far as the document has them in a form that can be read."""
    if not isinstance(document, Mapping):
        raise Misfit(f"expected an object, got {type(document).__name__}")
    found = cast("Mapping[str, Any]", document)
    kept: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name not in found:
            continue
        value = _fit(_parts(found[name]) if name == "content" else found[name], field.type)
        if value is not _NOTHING:
            kept[name] = value
        elif name in ESSENTIAL:
            raise Misfit(f"{name} is of the type {type(found[name]).__name__}")
    return kept


def _parts(content: Any) -> Any:
    """Content as a list of parts, where it is one part or bare texts are among them."""
    if isinstance(content, Mapping):
        return [content]
    if not isinstance(content, list):
        return content
    every = cast("list[Any]", content)
    return [{"type": "text", "text": part} if isinstance(part, str) else part for part in every]


def _fit(value: Any, hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        arms = (_fit(value, arm) for arm in typing.get_args(hint))
        return next((arm for arm in arms if arm is not _NOTHING), _NOTHING)
    if hint is None or hint is type(None):
        return None if value is None else _NOTHING
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return fitted(value, hint) if isinstance(value, Mapping) else _NOTHING
    if typing.get_origin(hint) is list:
        return _fit_all(value, typing.get_args(hint)[0])
    if typing.get_origin(hint) is dict:
        return cast("Any", value) if isinstance(value, Mapping) else _NOTHING
    return _fit_plain(value, hint)


def _fit_all(value: Any, hint: Any) -> Any:
    if not isinstance(value, list):
        return _NOTHING
    fits = (_fit(each, hint) for each in cast("list[Any]", value))
    return [each for each in fits if each is not _NOTHING]


def _fit_plain(value: Any, hint: Any) -> Any:
    if hint not in (str, int, float):
        return value
    if isinstance(value, bool):
        return _NOTHING
    if hint is str or isinstance(value, hint):
        return value if isinstance(value, hint) else _NOTHING
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _NOTHING
    if not math.isfinite(number):
        return _NOTHING
    return round(number) if hint is int else number
