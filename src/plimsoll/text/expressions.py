"""A regular expression -> the same, compiled at its first use: readers hold hundreds, a reply needs few."""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


class _Expression:
    """Stands where a compiled expression would: its methods are those of the compiled one."""

    __slots__ = (*_METHODS, "flags", "pattern")

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern, self.flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The expression; a fault in it shows when it is first used."""
    return cast("re.Pattern[str]", _Expression(pattern, int(flags)))


def at_word(*alternatives: str) -> str:
    r"""The piece of an expression that does what `\b(?:...)` does, several times faster.

    Each alternative begins with a letter of its own: the search skips to those letters.
    """
    first = _by_first_letter(alternatives)
    pieces = (rf"{letter}(?<!\w{letter})(?:{rest})" for letter, rest in first.items())
    return f"(?:{'|'.join(pieces)})"


def sorted_branches(pattern: str) -> str:
    """`(?:a|b|...)` with its alternatives by first letter, so that a letter is tried against few of them.

    Those with one letter keep their order, others never compete; what begins with a bracket comes last.
    """
    each = tuple(_alternatives(pattern.removeprefix("(?:").removesuffix(")")))
    first = _by_first_letter(one for one in each if one[0] != "(")
    lettered = (f"{letter}(?:{rest})" for letter, rest in first.items())
    return f"(?:{'|'.join((*lettered, *(one for one in each if one[0] == '(')))})"


def _alternatives(pattern: str) -> Iterator[str]:
    """What stands between the outermost bars; no bar or bracket stands in a class or behind a backslash."""
    depth = begun = 0
    for place, sign in enumerate(pattern):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            yield pattern[begun:place]
            begun = place + 1
    yield pattern[begun:]


def _by_first_letter(alternatives: Iterable[str]) -> dict[str, str]:
    """The letters that alternatives begin with, and what may follow each."""
    first: dict[str, list[str]] = {}
    for each in alternatives:
        first.setdefault(each[0], []).append(each[1:])
    return {letter: "|".join(rest) for letter, rest in first.items()}


class WordStarts:
    """Expressions looked for where words begin: `\\b(?:...)`, several times faster."""

    __slots__ = ("_glued", "_spaced")

    def __init__(self, *alternatives: str) -> None:
        """Each begins with a letter of its own, so that a word is tried against few of them."""
        first = _by_first_letter(alternatives)
        any_of = "|".join(rf"{letter}(?:{rest})" for letter, rest in first.items())
        # A search for a blank is far quicker than one for a boundary; nearly every word has one before it.
        self._spaced = expression(rf" (?:{any_of})")
        self._glued = expression(rf"[^a-zA-Z0-9_ ](?<!\w)(?:{any_of})")

    def stand_in(self, text: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Whether one of them stands there; a word at the very start needs a blank before it."""
        return (
            self._spaced.search(text, start, end) is not None
            or self._glued.search(text, start, end) is not None
        )
