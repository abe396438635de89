"""A spec as text -> its name and arguments, and back.

A spec reads `name:key=value,key=value`. An argument that is itself a spec stands in parentheses where
it has arguments of its own: `pair:attacker=scripted,judge=(rubric:scale=5)`; where there are several,
these stand in parentheses with a plus between them: `jury:judges=(refusal+(rubric:scale=5))`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from plimsoll.core import UserError


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A part's name with its arguments as written."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        """The spec in one line; reads back to an equal spec."""
        if not self.arguments:
            return self.name
        return f"{self.name}:{','.join(f'{k}={_quoted(v)}' for k, v in self.arguments.items())}"


def parse(text: str) -> Spec:
    """Read a spec. Raises `UserError` where a piece is not `key=value`."""
    name, _, rest = text.partition(":")
    if not name.strip():
        raise UserError(f"{text!r} is no spec: write name or name:key=value,key=value")
    arguments: dict[str, str] = {}
    for piece in pieces(rest):
        key, equals, value = piece.partition("=")
        if not equals or not key.strip():
            raise _no_pair(piece, text, arguments)
        key = key.strip().replace("-", "_")
        if key in arguments:
            raise UserError(f"{key!r} is given twice in {text!r}")
        arguments[key] = unquoted(value.strip())
    return Spec(name=name.strip(), arguments=arguments)


def pieces(text: str, separator: str = ",") -> Iterator[str]:
    """A text, split where the separator stands outside parentheses and quotes."""
    inside = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
    pattern = rf"""(?:[^{separator}("']|{inside}|"[^"]*"|'[^']*'|[("'])+"""
    for match in re.finditer(pattern, text):
        if match.group().strip():
            yield match.group().strip()


def unquoted(value: str) -> str:
    """A value without the parentheses or quotes around it."""
    if len(value) > 1 and (value[0], value[-1]) in {("(", ")"), ('"', '"'), ("'", "'")}:
        return value[1:-1]
    return value


def _no_pair(piece: str, text: str, before: Mapping[str, str]) -> UserError:
    """What is wrong with a piece: it may have been meant as one more value of the argument before it."""
    if not before:
        return UserError(f"{piece!r} in {text!r} is not key=value")
    key, value = list(before.items())[-1]
    return UserError(
        f"{piece!r} in {text!r} is not key=value; several values of {key} are joined by a plus: "
        f"{key}=({value}+{piece})"
    )


def _quoted(value: str) -> str:
    return f'"{value}"' if "," in value or value[:1] in {"(", '"', "'"} else value
