"""A function or class of one's own -> what else it runs with: the functions, classes and constants it names.

Idea: a part whose lines are the same does something else once a function that it calls was changed. So
whatever its code names in its module is followed, from function to function, each once. What the language or
an installed library holds is left out: the manifest says the versions of those that matter.
"""

import dataclasses
import functools
import inspect
import re
import site
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping, Set
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, NamedTuple, cast

import msgspec

OURS = "plimsoll"
CONSTANTS = (bool, int, float, complex, str, bytes, Enum, re.Pattern, date, time, timedelta, Decimal)
"""What cannot change while a part works."""
WRAPPERS = (types.FunctionType, functools._lru_cache_wrapper)  # pyright: ignore[reportPrivateUsage]
"""What a decorator may leave, with the function itself inside."""
Code = types.FunctionType | type


class Reached(NamedTuple):
    """Something that code names, and what it is."""

    name: str
    value: Any


def reached(root: Code) -> Iterator[Reached]:
    """Everything of one's own that the code names, directly or by what it calls; the root itself aside."""
    family = _top(root.__module__)
    if not _is_own(root.__module__, family):
        return
    met = {(root.__module__, root.__qualname__)}
    waiting: list[Code] = [root]
    for code in waiting:  # which grows as it is walked through
        for module, name, value in _named_by(code, family):
            if (module, name) in met:
                continue
            met.add((module, name))
            inner = bare(value)
            kind = inner if isinstance(inner, (types.FunctionType, type)) else type(inner)
            if inner is kind or is_constant(inner, name):
                yield Reached(name, inner)
            if _is_own(kind.__module__, family):
                waiting.append(kind)
                if inner is not kind:
                    yield Reached(kind.__name__, kind)


def bare(value: Any) -> Any:
    """A function without what decorators put around it; anything else as it is."""
    return inspect.unwrap(cast("types.FunctionType", value)) if isinstance(value, WRAPPERS) else value


def is_constant(value: Any, name: str = "") -> bool:
    """Whether it stays as it is: lists, sets and objects do where their name is in capitals (`RULES`).

    Others are what a part remembers. A path that begins at the root is where something lies, not what it is.
    """
    if isinstance(value, PurePath):
        return not value.is_absolute()
    if value is None or isinstance(value, CONSTANTS):
        return True
    members = _members(value, name.isupper())
    return members is not None and all(is_constant(each, name) for each in members)


def functions(code: Code) -> Iterator[types.FunctionType]:
    """The function, or those that a class is made of."""
    if isinstance(code, types.FunctionType):
        yield code
        return
    for _, member in sorted(vars(code).items()):
        yield from filter(_is_function, map(bare, _within(member)))


def _members(value: Any, named_as_constant: bool) -> tuple[Any, ...] | None:
    """What must stay as it is for the whole to do so; nothing where it may change at any time."""
    if isinstance(value, (tuple, frozenset)):
        return tuple(cast("tuple[Any, ...]", value))
    if isinstance(value, msgspec.Struct) and (named_as_constant or value.__struct_config__.frozen):
        return tuple(getattr(value, name) for name in value.__struct_fields__)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        frozen: bool = cast("Any", value).__dataclass_params__.frozen
        fields = tuple(getattr(value, field.name) for field in dataclasses.fields(value))
        return fields if frozen or named_as_constant else None
    if not named_as_constant:
        return None
    if isinstance(value, Mapping):
        known = cast("Mapping[Any, Any]", value)
        return (*known.keys(), *known.values())
    return tuple(cast("list[Any]", value)) if isinstance(value, (list, Set)) else None


def _named_by(code: Code, family: str) -> Iterator[tuple[str, str, Any]]:
    """Module, name and value of each thing of one's own that the code names."""
    kinds = code.__mro__ if isinstance(code, type) else (code,)
    own: list[Code] = [each for each in kinds if _is_own(each.__module__, family)]
    for function in (function for each in own for function in functions(each)):
        names = sorted({*_names(function.__code__)})
        for name in names:
            if name.startswith("__") or name not in function.__globals__:
                continue
            value = function.__globals__[name]
            if isinstance(value, types.ModuleType):
                if _is_own(value.__name__, family):
                    held = vars(value)
                    yield from ((value.__name__, each, held[each]) for each in names if each in held)
            elif not isinstance(bare(value), (types.FunctionType, type)) or _is_own(
                bare(value).__module__, family
            ):
                yield function.__module__, name, value


def _within(member: Any) -> tuple[Any, ...]:
    """The functions of a class's member."""
    if isinstance(member, (staticmethod, classmethod)):
        return (cast("Any", member).__func__,)
    if isinstance(member, property):
        return (member.fget, member.fset)
    if isinstance(member, functools.cached_property):
        return (cast("Any", member).func,)
    return (member,)


def _is_function(value: Any) -> bool:
    return isinstance(value, types.FunctionType)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _is_own(module: str | None, family: str) -> bool:
    """Whether a module is of whoever made the part: theirs by name, or nothing that was installed."""
    top = _top(module)
    if top in sys.stdlib_module_names or top in ("", OURS):
        return top == "__main__"
    if top == family:
        return True
    found = sys.modules.get(top)
    place = getattr(found, "__file__", None) or next(iter(getattr(found, "__path__", ())), None)
    return place is not None and not place.startswith(_installed())


def _top(module: str | None) -> str:
    return (module or "").partition(".")[0]


@functools.cache
def _installed() -> tuple[str, ...]:
    """Folders of what was installed."""
    ways = sysconfig.get_paths()
    return tuple({ways["purelib"], ways["platlib"], *site.getsitepackages(), site.getusersitepackages()})
