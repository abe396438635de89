"""A text in which some signs are two cells wide -> lines of no more than so many cells.

Chinese has no blanks to break at: a line may end after any sign, but none begins with a full stop or ends
with an opening bracket.
"""

import re
from collections.abc import Iterator
from functools import cache
from unicodedata import combining, east_asian_width

NEVER_FIRST = "，。；：！？、）》」』”’…>"
NEVER_LAST = "（《「『“‘<"


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, width: int) -> str:
    """A text with blanks behind it up to a width, or before it where the width is negative."""
    blanks = " " * (abs(width) - cells(text))
    return text + blanks if width > 0 else blanks + text


def wrapped(text: str, width: int) -> list[str]:
    """The lines; a word that is wider than a line stands alone on one."""
    lines, line = list[str](), ""
    for piece in _unbroken(text):
        if line.strip() and cells(line) + cells(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _unbroken(text: str) -> Iterator[str]:
    """Pieces between which a line may end; blanks stand before what follows them."""
    held = ""
    for piece in _pieces().findall(text):
        if not held or held[-1] in NEVER_LAST or held.isspace() or piece[0] in NEVER_FIRST:
            held += piece
        else:
            yield held
            held = piece
    if held:
        yield held


@cache
def _pieces() -> re.Pattern[str]:
    # Compiled where the first text is wrapped: it takes 3 ms, and a run that asks wraps none.
    return re.compile(r"\s+|[\u1100-\uffef]|[^\s\u1100-\uffef]+")
