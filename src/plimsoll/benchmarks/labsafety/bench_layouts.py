"""One string that holds question and options -> the stem and the four options.

The official questions are laid out in three ways: options in one line (`A: ..., B: ...`), on lines of
their own, or after a backslash and an `n` that should have been a line break.
"""

import re
from typing import Literal, NamedTuple

Layout = Literal["inline", "lines", "escaped"]

_GAP = r"(?:\\n|\s)+"
_PARTS = re.compile(
    rf"(?P<stem>.*?){_GAP}A:\s*(.*?),?{_GAP}B:\s*(.*?),?{_GAP}C:\s*(.*?),?{_GAP}D:\s*(.*)", re.DOTALL
)


class Parts(NamedTuple):
    """A question taken apart."""

    stem: str
    options: tuple[str, ...]
    layout: Layout


def parts(question: str) -> Parts | None:
    """The stem and the options; nothing where there are not four."""
    found = _PARTS.fullmatch(question.strip())
    if found is None:
        return None
    options = tuple(_plain(text) for text in found.groups()[1:])
    return Parts(found["stem"].strip(), options, _layout(question)) if all(options) else None


def _plain(text: str) -> str:
    """An option without the comma that separates it from the next."""
    return text.strip().rstrip(",").rstrip()


def _layout(question: str) -> Layout:
    if "\\nA:" in question:
        return "escaped"
    return "lines" if "\n" in question else "inline"
