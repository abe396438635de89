"""Calls written as Python, `[name(key="value"), ...]` -> names and arguments. Read as syntax, never run."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from plimsoll.core import decoding
from plimsoll.core.message import UNREAD
from plimsoll.text.calls import as_arguments

LONGEST = 20_000
"""Characters that are read as Python."""


class Named(NamedTuple):
    """A call."""

    name: str
    arguments: Mapping[str, Any]


def python_calls(text: str) -> Iterator[Named]:
    """The calls of a list, or of lines; none where the text is anything else."""
    try:
        read = ast.parse(text[:LONGEST].strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    for line in read.body:
        if not isinstance(line, ast.Expr):
            return
        listed = line.value.elts if isinstance(line.value, (ast.List, ast.Tuple)) else [line.value]
        for each in listed:
            if isinstance(each, ast.Call):
                yield _named(each, text)


def _named(call: ast.Call, text: str) -> Named:
    name = ast.unparse(call.func)
    try:
        given = {each.arg or "": decoding.literal(each.value) for each in call.keywords}
    except ValueError:
        return Named(name, {UNREAD: text[:LONGEST]})
    if call.args:
        return Named(name, {UNREAD: text[:LONGEST]})
    return Named(name, as_arguments(given))
