"""Plain values -> YAML in block form, every text in JSON quotes: without a library, read as nothing else."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def dumped(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """A mapping or a list as YAML."""
    return "".join(f"{line}\n" for line in _lines(value, ""))


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        held: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        for key, inner in held.items():
            name = key if PLAIN.fullmatch(str(key)) else _scalar(str(key))
            yield from _entry(f"{indent}{name}:", inner, indent)
        return
    listed: Sequence[Any] = value
    for inner in listed:
        first, *rest = list(_lines(inner, f"{indent}  ")) if _nested(inner) else [f"  {_scalar(inner)}"]
        yield f"{indent}- {first.removeprefix(indent).strip()}"
        yield from rest


def _entry(head: str, inner: Any, indent: str) -> Iterator[str]:
    if _nested(inner):
        yield head
        yield from _lines(inner, f"{indent}  ")
    else:
        yield f"{head} {_scalar(inner)}"


def _nested(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and bool(len(value))  # pyright: ignore[reportUnknownArgumentType]


def _scalar(value: Any) -> str:
    return msgspec.json.encode(value).decode()
