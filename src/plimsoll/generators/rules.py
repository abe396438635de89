"""Rules of a grammar and a draw -> text: the offline stand-in for a model that writes.

A rule is a list of lines, `{name}` in a line stands for a line of another rule or for what the asker gives.
A line may also be a table: then each of its texts is filled.
"""

import random
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from plimsoll.core import DataError, UserError, decoding, files

DEEPEST = 20
"""Rules within rules that a text may take: beyond it the grammar runs in a circle."""
_SLOT = re.compile(r"\{([^{}]+)\}")
Rules = Mapping[str, tuple[Any, ...]]


def read_rules(file: str) -> Rules:
    """The rules of a TOML file. Raises `UserError`, `DataError`."""
    try:
        body = files.read(Path(file).expanduser())
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror or error}") from None
    return rules_of(body, file)


def rules_of(body: bytes, place: str) -> Rules:
    """Rules out of TOML, each with a line at least. Raises `DataError`."""
    try:
        rules = decoding.toml(body.decode("utf-8-sig"), dict[str, tuple[str | dict[str, Any], ...]])
    except UnicodeDecodeError:
        raise DataError(f"{place}: is not UTF-8: save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{place}: {error}") from None
    for name, lines in rules.items():
        if not lines:
            raise DataError(f"{place}: rule {name!r} has no line: write one")
    return rules


def refuse_unknown_slots(rules: Rules, given: frozenset[str], place: str) -> None:
    """Have every slot stand for a rule or for what is given. Raises `DataError`."""
    for name, lines in rules.items():
        for slot in (slot for line in lines if isinstance(line, str) for slot in _SLOT.findall(line)):
            if slot not in rules and slot not in given:
                raise DataError(f"{place}: rule {name!r} asks for {slot!r}, which is no rule: write it")


def drawn(name: str, rules: Rules, given: Mapping[str, str], draw: random.Random) -> Any:
    """One line of a rule, its slots filled. Raises `DataError` where rules lead to themselves."""
    return _filled(draw.choice(rules[name]), rules, given, draw, 0)


def _filled(line: Any, rules: Rules, given: Mapping[str, str], draw: random.Random, depth: int) -> Any:
    if isinstance(line, dict):
        fields = cast("dict[str, Any]", line).items()
        return {key: _filled(each, rules, given, draw, depth) for key, each in fields}
    if isinstance(line, list):
        return [_filled(each, rules, given, draw, depth) for each in cast("list[Any]", line)]
    if not isinstance(line, str):
        return line

    def fill(slot: re.Match[str]) -> str:
        if slot[1] in given:
            return given[slot[1]]
        if slot[1] not in rules:
            return slot[0]
        if depth >= DEEPEST:
            raise DataError(f"the grammar's rule {slot[1]!r} leads to itself: give it a line that ends")
        return str(_filled(draw.choice(rules[slot[1]]), rules, given, draw, depth + 1))

    return _SLOT.sub(fill, line)
