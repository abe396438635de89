"""Arabic text -> the same in positional forms, with drawn-out letters, or in the Latin letters of chats."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from plimsoll.text.codecs.codec import Codec, by_words, plainly
from plimsoll.text.codecs.tables import table

LETTER = re.compile(r"[\u0621-\u064a]")
TATWEEL = "\u0640"
_FORMS = range(0xFE70, 0xFEFD)
"""Unicode's presentation forms B: each letter as it looks alone, first, within and last in a word."""


class _Shapes(NamedTuple):
    alone: str
    first: str
    within: str
    last: str


@cache
def _shapes() -> Mapping[str, _Shapes]:
    found: dict[str, dict[str, str]] = {}
    for code in _FORMS:
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if len(letters) == 1 and LETTER.match(letter := chr(int(letters[0], 16))):
            found.setdefault(letter, {})[kind.strip("<>")] = chr(code)
    return {
        letter: _Shapes(
            forms.get("isolated", letter),
            forms.get("initial", ""),
            forms.get("medial", ""),
            forms.get("final", ""),
        )
        for letter, forms in found.items()
    }


@cache
def _letters() -> dict[int, str]:
    return {
        ord(shape): letter
        for letter, shapes in _shapes().items()
        for shape in shapes
        if shape and shape != letter
    }


def _joins(first: str, second: str) -> bool:
    """Whether two letters that stand side by side are written joined."""
    shapes = _shapes()
    return first in shapes and second in shapes and bool(shapes[first].first and shapes[second].last)


def forms() -> Codec:
    """Every letter as the sign of its place in the word: it looks the same and is another character."""

    def encode(text: str) -> str:
        shapes, out = _shapes(), list[str]()
        for place, letter in enumerate(text):
            known = shapes.get(letter)
            if known is None:
                out.append(letter)
                continue
            before = place > 0 and _joins(text[place - 1], letter)
            after = place + 1 < len(text) and _joins(letter, text[place + 1])
            if before and after:
                out.append(known.within)
            else:
                out.append(known.last if before else known.first if after else known.alone)
        return "".join(out)

    def plain(text: str) -> str:
        return text.translate(_letters())

    return Codec(
        title="Arabic presentation forms",
        title_zh="阿拉伯文变形字符",
        encode=plainly(by_words(encode)),
        decode=plain,
        kept=plain,
        moves=LETTER,
    )


def drawn_out(count: int) -> Codec:
    """Joined letters drawn apart by a line that says nothing (tatweel)."""

    def encode(text: str) -> str:
        pairs = zip(text, f"{text[1:]} ", strict=False)
        return "".join(letter + TATWEEL * count * _joins(letter, after) for letter, after in pairs)

    def plain(text: str) -> str:
        return text.replace(TATWEEL, "")

    return Codec(
        title="drawn-out Arabic",
        title_zh="拉长的阿拉伯文",
        encode=plainly(by_words(encode)),
        decode=plain,
        kept=plain,
        moves=LETTER,
    )


def in_chat_letters() -> Codec:
    """Latin letters and digits for Arabic letters, as in chats (Arabizi)."""
    letters = str.maketrans(table("arabizi"))
    return Codec(
        title="Arabizi",
        title_zh="阿拉伯文拉丁转写",
        encode=plainly(lambda text: text.translate(letters)),
        moves=LETTER,
    )
