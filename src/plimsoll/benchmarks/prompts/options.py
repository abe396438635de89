"""The cells of a row -> the options of a question, and the letter of the right one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from plimsoll.core import decoding
from plimsoll.data.tables import text_of
from plimsoll.text.letters import LETTERS

BAR = "|"
"""Between options that stand in one cell as plain text."""
_LETTER = re.compile(r"\(?([A-Za-z])\)?[.:)]?")


class Unusable(Exception):
    """What is wrong with a row, and what to do."""


def options_of(cell: Any) -> tuple[str, ...]:
    """The options that one cell holds: a list, JSON, or texts with bars between. Raises `Unusable`."""
    if isinstance(cell, str) and cell.lstrip().startswith(("[", "{")):
        cell = _decoded(cell.strip())
    if isinstance(cell, Mapping):
        cell = _by_letter(cell)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        options = tuple(_text(each) for each in cell)  # pyright: ignore[reportUnknownVariableType]
    else:
        text = _text(cell)
        options = tuple(text.split(BAR)) if text.strip() else ()
    return _checked(tuple(option.strip() for option in options))


def lettered_options(cells: Sequence[Any]) -> tuple[str, ...]:
    """The options that stand in columns of their own; empty ones at the end are none. Raises `Unusable`."""
    options = [_text(cell).strip() for cell in cells]
    while options and not options[-1]:
        options.pop()
    return _checked(tuple(options))


def target_of(text: str, options: Sequence[str]) -> str:
    """The letter of the right option, given by its letter or by its text. Raises `Unusable`."""
    last = LETTERS[len(options) - 1]
    said = text.strip()
    folded = [option.casefold() for option in options]
    exact = [LETTERS[at] for at, option in enumerate(options) if option == said]
    by_text = exact or [LETTERS[at] for at, option in enumerate(folded) if option == said.casefold()]
    if len(by_text) > 1:
        raise Unusable(f"target {said!r} is the text of options {' and '.join(by_text)}: give its letter")
    match = _LETTER.fullmatch(said)
    letter = match[1].upper() if match else ""
    by_letter = [letter] if letter and letter <= last else []
    found = set(by_text) | set(by_letter)
    if len(found) > 1:
        raise Unusable(
            f"target {said!r} is the letter of one option and the text of another: "
            "give the options other texts"
        )
    if not found:
        raise Unusable(f"target {said!r} is no letter from A to {last} and none of the options: write one")
    return found.pop()


def _decoded(text: str) -> Any:
    """A list or object in JSON, or as Python prints it, which data frames write into their files."""
    try:
        return decoding.decode(text)
    except msgspec.DecodeError as error:
        try:
            return decoding.literal(text)
        except ValueError:
            raise Unusable(f'options are no JSON: {error}; write ["first", "second"]') from None


def _by_letter(cell: Mapping[str, Any]) -> list[Any]:
    """An object of options under their letters, or a list in an object as data frames hold it."""
    if len(cell) == 1 and isinstance(inner := next(iter(cell.values())), list):
        return inner  # pyright: ignore[reportUnknownVariableType]
    letters = [key.strip().upper() for key in cell]
    if sorted(letters) != list(LETTERS[: len(letters)]):
        raise Unusable(f"options are under {', '.join(cell)}: write them under A, B ... or as a list")
    return [value for _, value in sorted(zip(letters, cell.values(), strict=True))]


def _checked(options: tuple[str, ...]) -> tuple[str, ...]:
    if not options:
        return ()
    if len(options) == 1:
        raise Unusable(
            f'has one option, {options[0]!r}: give two or more, as ["first", "second"] or first|second'
        )
    if len(options) > len(LETTERS):
        raise Unusable(f"has {len(options)} options, and there are {len(LETTERS)} letters: give fewer")
    if not all(options):
        raise Unusable(
            f"option {LETTERS[options.index('')]} is empty: fill it in, or leave it out at the end"
        )
    return options


def _text(cell: Any) -> str:
    try:
        return text_of(cell)
    except TypeError as error:
        raise Unusable(f"an option {error}") from None
