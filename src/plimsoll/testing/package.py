"""A kind of part and a name -> the files of a package that holds such a part, tests included."""

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from plimsoll import registry
from plimsoll.core import UserError, did_you_mean
from plimsoll.core.extras import DISTRIBUTION

COMMANDS = {
    "attack": "plimsoll run safetybench:split=starter -m scripted/random --attack {{name}}",
    "benchmark": "plimsoll run {{name}} -m scripted/random",
    "defense": "plimsoll run safetybench:split=starter -m scripted/random --defense {{name}}",
    "guard": "plimsoll run simplesafetytests:split=starter -m scripted/refuse --judge guarded:guard={{name}}",
    "judge": "plimsoll run simplesafetytests:split=starter -m scripted/refuse --judge {{name}}",
    "model": "plimsoll run safetybench:split=starter -m {{name}}/any",
}
"""What a user tries first, by kind: these are the kinds that a package can be begun with."""
FUNCTIONS = ("benchmark", "model")
"""Kinds whose factory is a function; that of the others is a class."""
NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")


def package(kind: str, name: str) -> Mapping[Path, str]:
    """The files of a package, by their paths in it. Raises `UserError` for a name that cannot be taken."""
    if kind not in COMMANDS:
        raise UserError(f"{kind!r} is no kind of part{did_you_mean(kind, COMMANDS)}: {', '.join(COMMANDS)}")
    room: registry.Room = next(room for room in registry.ROOMS if registry.MARKS[room] == kind)
    _refuse_name(room, name)
    slots = _slots(kind, room, name)
    module = Path("src") / slots["name"]
    places = {
        Path("pyproject.toml"): "pyproject.toml",
        Path("README.md"): "README.md",
        module / "__init__.py": "package.py",
        module / f"{kind}.py": f"{kind}.py",
        Path("tests") / f"test_{kind}.py": "test.py",
    }
    return {place: _filled(template, slots) for place, template in places.items()}


def _refuse_name(room: registry.Room, name: str) -> None:
    module = name.replace("-", "_")
    if not NAME.fullmatch(name):
        raise UserError(f"{name!r} is no name: small letters, digits, and - or _ between them, as in my_part")
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or module in ("plimsoll", "tests"):
        raise UserError(f"{name!r} is the name of a module or a word of Python already: take another one")
    if module in registry.names(room):
        raise UserError(
            f"{room} has a part called {module!r} already, which would be found first: take another"
        )


def _slots(kind: str, room: registry.Room, name: str) -> Mapping[str, str]:
    module = name.replace("-", "_")
    titled = "".join(word.capitalize() for word in module.split("_"))
    return {
        "kind": kind,
        "room": room,
        "name": module,
        "project": module.replace("_", "-"),
        "Class": titled,
        "factory": module if kind in FUNCTIONS else titled,
        "distribution": DISTRIBUTION,
        "command": COMMANDS[kind].replace("{{name}}", module),
    }


def _filled(template: str, slots: Mapping[str, str]) -> str:
    text = (files("plimsoll.testing") / "templates" / f"{template}.txt").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda slot: slots[slot[1]], text)
