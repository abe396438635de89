"""A document for people: sections of paragraphs, facts, lists and tables, in English and Chinese at once.

What it holds is said once; `document_html`, `document_markdown` and `document_typst` show it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from plimsoll.core.hidden import visible
from plimsoll.data.resources import table
from plimsoll.pages.markup import Key, spoken
from plimsoll.pages.plots import Row
from plimsoll.pages.words import Language

LANGUAGES: tuple[Language, Language] = ("en", "zh")
Tone = Literal["", "lead", "answer", "warn"]


class Both(NamedTuple):
    """The same in English and Chinese."""

    en: str
    zh: str


Word = str | Key | Both
"""Somebody's text, words of the pages by key, or both languages."""


VEIL = Both("(blurred: the page and the log have it)", "（已遮蔽：见网页或日志）")
"""What stands where nothing can be blurred."""


class Paragraph(NamedTuple):
    """A paragraph."""

    text: Word
    tone: Tone = ""


class Facts(NamedTuple):
    """Names with what they are."""

    rows: Sequence[tuple[Word, Word]]


class Listing(NamedTuple):
    """A list."""

    items: Sequence[Word]


class Ruled(NamedTuple):
    """A table."""

    title: Word
    columns: Sequence[Word]
    rows: Sequence[Sequence[Word]]
    numbers: frozenset[int] = frozenset()
    """Columns of numbers, set flush right."""


class Bars(NamedTuple):
    """Shares with their intervals, drawn; a table of the same stands beside it."""

    title: Word
    rows: Sequence[Row]
    axis: Word


class Said(NamedTuple):
    """What somebody or a model said; blurred until a reader wants to see it."""

    who: Word
    text: str
    veiled: bool


class Section(NamedTuple):
    """A part of a document under its heading."""

    name: str
    """Its anchor."""
    title: Word
    blocks: Sequence["Block"]


Block = Paragraph | Facts | Listing | Ruled | Bars | Said | Section


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole document."""

    title: Word
    head: Sequence[Block]
    """The first page: what a reader with five minutes reads."""
    sections: Sequence[Section]
    banner: Word = ""


class Words:
    """A table of words in both languages: `say("key", ...)` fills in `{0}`, `{1}`."""

    def __init__(self, *place: str) -> None:
        self.place = place

    def __call__(self, name: str, *given: Word | float) -> Both:
        """The words of a key."""
        entry = _entries(self.place)[name]
        return Both(_filled(entry["en"], given, "en"), _filled(entry["zh"], given, "zh"))

    def has(self, name: str) -> bool:
        """Whether there are words for a key."""
        return name in _entries(self.place)


@cache
def _entries(place: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return dict(table(*place))


def _filled(text: str, given: Sequence[Word | float], language: Language) -> str:
    """One pass, so that what is filled in is never filled in again."""

    def told(place: re.Match[str]) -> str:
        each = given[int(place[1])]
        return f"{each:,}" if isinstance(each, (int, float)) else in_language(each, language)

    return re.sub(r"\{(\d)\}", told, text)


def in_language(word: Word, language: Language) -> str:
    """A word in one language, hidden characters shown."""
    if isinstance(word, Both):
        return visible(word.zh if language == "zh" else word.en)
    return spoken(word, language)


def strung(words: Sequence[Word]) -> Both:
    """Words one after the other."""
    english, chinese = ([in_language(each, language) for each in words] for language in LANGUAGES)
    return Both(", ".join(english), "、".join(chinese))
