"""Straight-line Python -> what it would print, without running it.

Prompts hide a request in a few assignments and one `print`; what it prints tells whether the prompt is
sound. Only texts and numbers, names, `+`, `%s`, slices, and a few methods of texts are known; everything
else ends with the reason. Nothing is executed, and no text grows beyond a limit.
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any, NamedTuple

from plimsoll.text.expressions import expression

LONGEST = 100_000
"""Characters that a text may grow to."""
_FENCE = expression(r"```(?:python)?[ \t]*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_PERCENT = expression(r"%([sd%])")
_ODD_PERCENT = expression(r"%(?![sd%])")

Value = str | int | list[Any] | tuple[Any, ...] | slice | None


class Printed(NamedTuple):
    """What a program prints, or why that is not known."""

    text: str
    problem: str = ""
    """Empty where all is well."""


class _Stopped(Exception):
    """The program does something that is not known here, or fails; the message says what."""


def printed(prompt: str) -> Printed:
    """What the fenced program in a prompt prints."""
    found = _FENCE.search(prompt)
    return output_of(found[1]) if found else Printed("", "no fenced program")


def output_of(program: str) -> Printed:
    """What a program prints."""
    names: dict[str, Value] = {}
    lines: list[str] = []
    try:
        for statement in ast.parse(program).body:
            _carry_out(statement, names, lines)
    except (_Stopped, SyntaxError, RecursionError, MemoryError, ValueError) as error:
        return Printed("\n".join(lines), f"{type(error).__name__.strip('_')}: {error}")
    except (IndexError, TypeError, KeyError) as error:
        return Printed("\n".join(lines), f"{type(error).__name__}: {error}")
    return Printed("\n".join(lines))


def _carry_out(statement: ast.stmt, names: dict[str, Value], lines: list[str]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            names[name] = _value(value, names)
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=shown, keywords=[])):
            lines.append(" ".join(str(_value(each, names)) for each in shown))
        case _:
            raise _Stopped(f"{type(statement).__name__} is not known here")


def _value(node: ast.expr, names: Mapping[str, Value]) -> Value:
    found: Value
    match node:
        case ast.Constant(value=str() | int() as value):
            found = value
        case ast.Name(id=name) if name in names:
            found = names[name]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = _added(_value(left, names), _value(right, names))
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            found = _percent(_text(_value(left, names)), _value(right, names))
        case ast.JoinedStr(values=values):
            found = _bounded("".join(str(_value(each, names)) for each in values))
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            found = _value(value, names)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            found = [_value(each, names) for each in items]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            found = -_number(_value(operand, names))
        case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=step)):
            bounds = [None if each is None else _value(each, names) for each in (lower, upper, step)]
            found = _sequence(_value(value, names))[slice(*bounds)]
        case ast.Subscript(value=value, slice=index):
            found = _sequence(_value(value, names))[_number(_value(index, names))]
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=given, keywords=[]):
            found = _called(method, _value(value, names), [_value(each, names) for each in given])
        case _:
            raise _Stopped(f"{ast.unparse(node)[:60]} is not known here")
    return found


def _called(method: str, value: Value, given: Sequence[Value]) -> Value:
    found = _METHODS.get(method)
    if found is None:
        raise _Stopped(f"the method {method} is not known here")
    done = found(_text(value), *given)
    return _bounded(done) if isinstance(done, str) else done


def _format(text: str, *given: Value) -> str:
    """Fields by place only: a format that reaches into its values is not known here."""
    parts: list[str] = []
    for place, (literal, name, spec, conversion) in enumerate(Formatter().parse(text)):
        parts.append(literal)
        if name is None:
            continue
        if spec or conversion or not (name == "" or name.isdecimal()):
            raise _Stopped(f"the field {name!r} is not known here")
        parts.append(str(given[int(name) if name else place]))
    return "".join(parts)


def _percent(text: str, given: Value) -> str:
    if _ODD_PERCENT.search(_PERCENT.sub("", text)):
        raise _Stopped("only %s and %d are known here")
    values = iter(given if isinstance(given, (list, tuple)) else (given,))
    try:
        return _bounded(_PERCENT.sub(lambda found: "%" if found[1] == "%" else str(next(values)), text))
    except StopIteration:
        raise _Stopped("not enough values for the % fields") from None


def _added(left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return _bounded(left + right)
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    raise _Stopped("only texts, or numbers, are added here")


def _replaced(text: str, old: Value, new: Value, most: Value = -1) -> str:
    before, after = _text(old), _text(new)
    if len(text) + text.count(before) * len(after) > LONGEST:
        raise _Stopped("the text grows too long")
    return text.replace(before, after, _number(most))


def _joined(text: str, parts: Value) -> str:
    return text.join(_text(each) for each in _sequence(parts))


_METHODS: Mapping[str, Callable[..., Value]] = {
    "format": _format,
    "join": _joined,
    "lower": str.lower,
    "replace": _replaced,
    "split": str.split,
    "strip": str.strip,
    "upper": str.upper,
}


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise _Stopped("a text was expected")
    return value


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise _Stopped("a number was expected")
    return value


def _sequence(value: Value) -> Any:
    if not isinstance(value, (str, list, tuple)):
        raise _Stopped("a text or a list was expected")
    return value


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        raise _Stopped("the text grows too long")
    return text
