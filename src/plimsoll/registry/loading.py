"""A part's module -> imported, or one sentence that says whose it is, what broke where, and what to do."""

import importlib
import traceback
from types import ModuleType

from plimsoll.core import PlimsollError, UserError
from plimsoll.registry.rooms import Room, files, module_of, outside

LONGEST = 200
"""Letters of an error that are repeated."""


class Unloadable(UserError):
    """A part of an outside package that cannot be imported."""


def module(room: Room, name: str) -> ModuleType:
    """The module of a part. Raises `Unloadable` for one of an outside package that does not import."""
    where = module_of(room, name)
    if name in files(room):
        return importlib.import_module(where)
    try:
        return importlib.import_module(where)
    except PlimsollError:
        raise
    except (Exception, SystemExit) as error:
        raise Unloadable(_told(room, name, where, error)) from error


def _told(room: Room, name: str, where: str, error: BaseException) -> str:
    point = outside(room)[name]
    package = point.dist.name if point.dist else where.partition(".")[0]
    said = " ".join(str(error).split())[:LONGEST]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return (
        f"{room.removesuffix('s')} {name!r} of the package {package} cannot be imported ({what}; "
        f"{_place(error)}): mend that, or do without it (pip uninstall {package})"
    )


def _place(error: BaseException) -> str:
    """File and line where it broke."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [each for each in frames if not each.filename.startswith("<frozen")]
    theirs = [each for each in theirs if each.filename not in (__file__, importlib.__file__)]
    return f"{theirs[-1].filename}, line {theirs[-1].lineno}" if theirs else "no file of it is there"
