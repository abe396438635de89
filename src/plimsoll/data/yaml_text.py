"""YAML -> lists, objects and words, of bounded size: names that stand for other parts are counted out."""

import importlib
import re
from pathlib import Path
from typing import Any

from plimsoll.core import DataError, MissingExtra

DEEPEST = 100
"""Brackets within brackets."""
NOTHING = "tag:yaml.org,2002:null"
MOST = 5_000_000
"""Values, each counted as often as it is named: a few lines can name each other a billion times over."""


def read(text: str, path: Path) -> Any:
    """Every scalar as it is written: `no` is a word here, and 007 keeps its noughts; `null` is nothing.

    Raises `DataError`."""
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        raise MissingExtra(f"{path.name}, a YAML file,", "data") from None
    try:
        found = yaml.load(text, Loader=_shallow(yaml))
        _count(found, {})
    except yaml.YAMLError as error:
        raise DataError(f"{path}: no YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise DataError(f"{path}: nested too deeply, or an alias that names itself") from None
    except (TypeError, ValueError) as error:
        raise DataError(f"{path}: no YAML: {error}") from None
    return found


def _shallow(yaml: Any) -> Any:
    """The loader, which knows nothing but words and `null`, and stops at deep brackets and doubled keys.

    Each bracket more costs it time over all that are open."""

    plain: Any = yaml.BaseLoader

    class Shallow(plain):
        def fetch_flow_collection_start(self, TokenClass: Any) -> None:
            if self.flow_level >= DEEPEST:
                raise RecursionError
            plain.fetch_flow_collection_start(self, TokenClass)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            found: Any = plain.construct_mapping(self, node, deep)
            if len(found) < len(node.value):
                keys = [key.value for key, _ in node.value]
                twice = next(key for key in keys if keys.count(key) > 1)
                line = node.start_mark.line + 1
                raise ValueError(f"key {twice!r} stands twice in one object, which begins in line {line}")
            return found

    loader: Any = Shallow
    loader.add_implicit_resolver(NOTHING, re.compile("(?:~|null|Null|NULL)$"), [*"~nN"])
    loader.add_constructor(NOTHING, _nothing)
    return loader


def _nothing(loader: Any, node: Any) -> None:
    """What `null` stands for."""


def _count(value: Any, known: dict[int, int]) -> int:
    """How many values there are once every alias is written out. Raises `ValueError`, `RecursionError`."""
    if isinstance(value, str):
        return _whole(value)
    if value is None:
        return 1
    place = id(value)  # pyright: ignore[reportUnknownArgumentType]
    if place in known:
        return known[place]
    inner: list[Any] = [*value.values()] if isinstance(value, dict) else [*value]  # pyright: ignore[reportUnknownMemberType]
    if isinstance(value, dict):
        _names(value)  # pyright: ignore[reportUnknownArgumentType]
    total = 1 + sum(_count(each, known) for each in inner)
    if total > MOST:
        raise ValueError(f"its aliases stand for more than {MOST:,} values")
    known[place] = total
    return total


def _names(value: dict[Any, Any]) -> None:
    for name in value:
        if isinstance(name, str):
            _whole(name)


def _whole(text: str) -> int:
    """One value, if every character of it is whole: an escape may stand for half of one."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("an escape stands for half a character, which is no text") from None
    return 1
