"""Rooms -> the files that hold their parts, by name; nothing is imported to find one.

A part's file has a factory with the room's mark (`@judge`). In its room it bears its own name; in the
folder of a published system `judge.py` bears the system's name, and any other file the system's name
and its own: `benchmarks/safechain/strings.py` is `safechain_strings`. A file without a mark is shared
code. Entry points of the group `plimsoll.<room>` come beside these.
"""

import os
import re
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from plimsoll.core import UserError
from plimsoll.data.slugs import slug_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Room = Literal[
    "attacks",
    "benchmarks",
    "defenses",
    "elicitation",
    "generators",
    "guards",
    "judges",
    "labels",
    "metrics",
    "models",
    "realignment",
    "whitebox",
]
ROOMS: tuple[Room, ...] = typing.get_args(Room)
Factory = Callable[..., Any]
F = TypeVar("F", bound=Factory)


ROOM = "__plimsoll_room__"
"""The attribute by which a factory says the room that it belongs to."""


class _Mark(Protocol):
    def __call__(self, factory: F) -> F: ...


def _marker(room: Room) -> _Mark:
    def mark(factory: F) -> F:
        setattr(factory, ROOM, room)
        return factory

    mark.__doc__ = f"Mark a factory as a part of the room `{room}`."
    return mark


analysis = _marker("whitebox")
attack = _marker("attacks")
benchmark = _marker("benchmarks")
defense = _marker("defenses")
elicitation = _marker("elicitation")
generator = _marker("generators")
guard = _marker("guards")
judge = _marker("judges")
label_pack = _marker("labels")
metric = _marker("metrics")
model = _marker("models")
repair = _marker("realignment")


OTHER_MARKS: Mapping[Room, str] = {"labels": "label_pack", "realignment": "repair", "whitebox": "analysis"}
"""Rooms whose parts are not called by the room's name in the singular."""

MARKS: Mapping[Room, str] = {room: OTHER_MARKS.get(room, room.removesuffix("s")) for room in ROOMS}
"""Room -> the mark of its factories, which is also the name of the file that holds a system's part."""

_MARK = re.compile(r"^@(\w+)$", re.MULTILINE)

HOUSE = Path(__file__).parent.parent
SYSTEMS = "benchmarks"
"""The room in which every published system has its folder."""


@cache
def files(room: Room, house: Path = HOUSE) -> Mapping[str, str]:
    """Part name -> module name. Raises `UserError` where two files would bear one name."""
    found: dict[str, str] = {}
    for name, module in (*_of_room(room, house), *_of_systems(room, house)):
        if name in found:
            raise UserError(f"{module} and {found[name]} would both be the part {name!r}: rename one")
        found[name] = module
    return found


def names(room: Room) -> tuple[str, ...]:
    """The names of a room's files and its entry points, sorted."""
    return tuple(sorted({*files(room), *outside(room)}))


def outside(room: Room) -> "Mapping[str, EntryPoint]":
    """The parts of other packages by name: the entry points of the group `plimsoll.<room>`."""
    return _outside(tuple((path, _changed(path)) for path in sys.path)).get(room, {})


def holds(room: Room, name: str) -> bool:
    """Whether a room has a part of that name, in any spelling that it has had."""
    found = current(room, name)
    return found in files(room) or found in outside(room)


def current(room: Room, name: str) -> str:
    """The name that a part bears today, for any spelling that it has had."""
    if name in files(room):
        return name
    known = {*files(room), *outside(room)}
    spelled = name.replace("-", "_")
    return next((each for each in (name, spelled, slug_of(spelled)) if each in known), name)


def module_of(room: Room, name: str) -> str:
    """The module that holds a part."""
    if name in files(room):
        return files(room)[name]
    return outside(room)[name].module


def _of_room(room: Room, house: Path) -> Iterator[tuple[str, str]]:
    if room == SYSTEMS:
        return
    for path in _marked(house / room, room):
        yield path.stem, _module(path, house)


def _of_systems(room: Room, house: Path) -> Iterator[tuple[str, str]]:
    for path in _marked(house / SYSTEMS, room):
        system = path.relative_to(house / SYSTEMS).parts[0].removesuffix(".py")
        own = path.stem in (MARKS[room], system)
        yield system if own else f"{system}_{path.stem}", _module(path, house)


def _marked(folder: Path, room: Room) -> Iterator[Path]:
    """The files below a folder that hold a factory with the room's mark."""
    return (path for path, marks in _marks(folder).items() if MARKS[room] in marks)


@cache
def _marks(folder: Path) -> Mapping[Path, frozenset[str]]:
    """The marks in every file below a folder."""
    found = sorted(folder.rglob("*.py"))
    return {path: frozenset(_MARK.findall(path.read_text(encoding="utf-8"))) for path in found}


@lru_cache(maxsize=1)
def _outside(paths: tuple[tuple[str, int], ...]) -> "Mapping[str, Mapping[str, EntryPoint]]":
    """By room; looked up anew where a folder that packages lie in has changed."""
    # Reading every installed package takes longer than most imports.
    from importlib.metadata import entry_points

    every = entry_points()
    points = {room: tuple(every.select(group=f"plimsoll.{room}")) for room in ROOMS}
    # Of two that bear one name the first on the path counts.
    return {room: {point.name: point for point in reversed(held)} for room, held in points.items()}


def _changed(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns
    except OSError:
        return 0


def _module(path: Path, house: Path) -> str:
    return ".".join(("plimsoll", *path.relative_to(house).with_suffix("").parts))
