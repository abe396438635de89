"""A part made in Python -> the text that stands for it in a spec, and a hash of its source and arguments.

Two parts of one hash do the same, so that a run with a part of one's own is never taken for another: what
the source calls and names in modules of one's own is in the hash, too.
A model says by its `revision` what tells it from others of its name, as the protocol wants it; its
counters and connections are no part of it, but its source and the functions that it was given are.
"""

import copyreg
import functools
import hashlib
import inspect
import sys
import types
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from enum import Enum
from pathlib import PurePath
from typing import Any, cast

import msgspec

from plimsoll.core import Model
from plimsoll.registry import OWN
from plimsoll.run.ask.reached import Code, functions, is_constant, reached


def named(part: Any) -> str:
    """The text that stands for a part in a spec, as in `own/Tone@1a2b3c4d`."""
    bare = inspect.unwrap(part.func) if isinstance(part, functools.partial) else part
    name = getattr(bare, "__name__", type(bare).__name__)
    return f"{OWN}{name.strip('<>')}@{fingerprint(part)}"


def fingerprint(part: Any) -> str:
    """Eight characters over the source and the arguments of a part, as it was when it was first asked of.

    What a part counts or remembers while it works does not make another one of it.
    """
    number = id(part)
    if number not in _first:
        digest = hashlib.blake2b(digest_size=4)
        for piece in _described(part, ()):
            digest.update(piece.encode("utf-8", "backslashreplace") + b"\0")
        try:
            weakref.finalize(part, _first.pop, number, None).atexit = False
        except TypeError:  # nothing tells when it goes, and another may come to lie in its place
            return digest.hexdigest()
        _first[number] = digest.hexdigest()
    return _first[number]


_first: dict[int, str] = {}
"""By the identity of parts that are alive."""


def _described(value: Any, within: tuple[int, ...]) -> Iterator[str]:
    """A value as texts that are equal where the value does the same."""
    if value is None or isinstance(value, (bool, int, float, str, bytes, Enum, PurePath)):
        yield repr(value)
        return
    if id(value) in within:
        yield "itself"
        return
    inside = (*within, id(value))
    for piece in _pieces(value):
        if isinstance(piece, _Text):
            yield piece
        else:
            yield from _described(piece, inside)


class _Text(str):
    """A piece that stands for itself."""


def _pieces(value: Any) -> Iterator[Any]:
    for kind, pieces in _KINDS:
        if isinstance(value, kind):
            yield from pieces(value)
            return
    kind = cast("type[Any]", type(value))
    yield from _of_class(kind)
    if isinstance(value, Model):
        yield from (value.name, value.revision)
        for function in filter(_is_code, _fields(value).values()):
            yield from _written(function)
    elif callable(getattr(value, "tobytes", None)):
        yield value.tobytes()
    elif _is_the_languages(kind) or not _fields(value):
        yield _Text(f"{kind.__module__}.{kind.__qualname__}")
        yield _copied(value, kind) or _fields(value)
    else:
        yield _fields(value)


def _copied(value: Any, kind: type[Any]) -> Any:
    """What a value of the language or a library is copied from: a pattern's text, a date's numbers."""
    way = copyreg.dispatch_table.get(kind)
    if way is None and (kind.__reduce__, kind.__reduce_ex__) == (object.__reduce__, object.__reduce_ex__):
        return None
    try:
        how: Any = way(value) if way else value.__reduce_ex__(4)
    except (TypeError, ValueError, AttributeError, RuntimeError):  # it is bound to this process
        return None
    if isinstance(how, str):
        return how
    return [[*each] if isinstance(each, Iterator) else each for each in how[1:]]


def _of_class(value: type[Any]) -> Iterator[Any]:
    yield from _source_of(value)
    yield from _beside(value)


def _beside(code: Code) -> Iterator[Any]:
    """What the code names in modules of one's own, and what that names."""
    for name, value in reached(code):
        yield _Text(name)
        if isinstance(value, type):
            yield from _source_of(value)
        elif isinstance(value, types.FunctionType):
            yield _Text(_text_of(value))
            held = (cell.cell_contents for cell in value.__closure__ or ())
            yield from (each for each in held if is_constant(each))
        else:
            yield value


def _of_function(value: types.FunctionType) -> Iterator[Any]:
    yield _Text(_text_of(value))
    yield from _beside(value)
    if value.__name__ == "<lambda>":  # a line may hold several
        yield from _code(value.__code__)
    yield from (value.__defaults__, value.__kwdefaults__)
    for cell in value.__closure__ or ():
        yield cell.cell_contents


def _of_partial(value: "functools.partial[Any]") -> Iterator[Any]:
    yield from (value.func, value.args, value.keywords)


def _of_method(value: types.MethodType) -> Iterator[Any]:
    yield from (value.__func__, value.__self__)


def _of_mapping(value: Mapping[Any, Any]) -> Iterator[Any]:
    yield _Text("{")
    for key in sorted(value, key=repr):
        yield from (key, value[key])
    yield _Text("}")


def _of_sequence(value: Sequence[Any]) -> Iterator[Any]:
    yield from (_Text("["), *value, _Text("]"))


def _of_set(value: Set[Any]) -> Iterator[Any]:
    yield from (_Text("["), *sorted(value, key=repr), _Text("]"))


def _of_builtin(value: Any) -> Iterator[Any]:
    yield _Text(f"{value.__module__}.{value.__qualname__}")


def _of_module(value: types.ModuleType) -> Iterator[Any]:
    yield _Text(value.__name__)


def _source_of(kind: type) -> Iterator[Any]:
    """The source of a class and of those it is made of, the language's own aside."""
    for each in kind.__mro__:
        if _is_the_languages(each):
            continue
        yield _Text(f"{each.__module__}.{each.__qualname__}")
        try:
            yield _Text(_source(each))
        except (OSError, TypeError):  # typed at a prompt
            for function in functions(each):
                yield _Text(function.__qualname__)
                yield from _code(function.__code__)
            for name, member in sorted(vars(each).items()):
                if not name.startswith("__") and is_constant(member, name):
                    yield from (_Text(name), member)


def _is_the_languages(kind: type) -> bool:
    top = kind.__module__.partition(".")[0]
    return top in sys.stdlib_module_names and top != "__main__"


def _source(of: type | types.FunctionType) -> str:
    """The source. Raises `OSError` or `TypeError` where there is none."""
    try:
        return inspect.getsource(of)
    except SystemError:
        # Python 3.11 parses the file for it, and trips where garbage is collected meanwhile: not twice.
        return inspect.getsource(of)


def _text_of(function: types.FunctionType) -> str:
    try:
        return _source(function)
    except (OSError, TypeError):
        return "".join(_code(function.__code__))


def _code(code: types.CodeType) -> Iterator[_Text]:
    yield _Text(code.co_code.hex())
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code(constant)
        else:
            yield _Text(repr(constant))
    yield _Text(" ".join(code.co_names))


def _written(function: Any) -> Iterator[Any]:
    """A function's text and the constants in it; lists and counters are what a model remembers."""
    if isinstance(function, functools.partial):
        yield from _written(function.func)
        given = (*function.args, *function.keywords.values())
        yield from (each for each in given if isinstance(each, (str, bytes, tuple, int, float)))
    elif isinstance(function, types.FunctionType):
        yield _Text(_text_of(function))
        yield from _code(function.__code__)
        yield from _beside(function)
        held: list[Any] = [cell.cell_contents for cell in function.__closure__ or ()]
        yield from (each for each in held if isinstance(each, (str, bytes, tuple)))
        for each in filter(_is_code, held):
            yield from _written(each)


def _is_code(value: Any) -> bool:
    return isinstance(value, (types.FunctionType, functools.partial))


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    held = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return held | getattr(value, "__dict__", {})


_KINDS: tuple[tuple[Any, Callable[[Any], Iterator[Any]]], ...] = (
    (types.FunctionType, _of_function),
    (types.MethodType, _of_method),
    (functools.partial, _of_partial),
    (type, _of_class),
    ((types.BuiltinFunctionType, types.MethodDescriptorType), _of_builtin),
    (types.ModuleType, _of_module),
    (Mapping, _of_mapping),
    ((list, tuple), _of_sequence),
    (Set, _of_set),
)
