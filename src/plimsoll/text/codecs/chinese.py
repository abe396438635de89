"""Chinese text -> the same text in other characters: traditional, pinyin, parts, homophones, full width.

No tool of the field has this family; Latin ciphers leave Chinese as it is.
"""

import re
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any, Literal

from plimsoll.core import MissingExtra
from plimsoll.text.codecs.codec import Codec, plainly
from plimsoll.text.codecs.tables import table

HAN = re.compile(r"[\u4e00-\u9fff]")
ASCII = re.compile(r"[\x21-\x7e]")
_WIDE = {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {0x20: "\u3000"}
_NARROW = {ord(wide): chr(code) for code, wide in _WIDE.items()}

Script = Literal["traditional", "simplified", "taiwan", "hongkong"]
_CONVERSIONS: Mapping[Script, tuple[str, str]] = {
    "traditional": ("s2t", "t2s"),
    "simplified": ("t2s", "s2t"),
    "taiwan": ("s2tw", "tw2s"),
    "hongkong": ("s2hk", "hk2s"),
}
EXTRA = "chinese"
PARTS = table("parts")
"""Characters that stand side by side as two or three others, as they are written for the eye."""


def in_script(script: Script) -> Codec:
    """Simplified characters as traditional ones or the other way. Needs the extra `chinese`."""
    there, back = _CONVERSIONS[script]

    def encode(text: str) -> str:
        return str(_converter(there).convert(text))

    return Codec(
        title=f"{script} Chinese",
        title_zh="简体字" if script == "simplified" else "繁体字",
        encode=plainly(encode),
        decode=lambda payload: str(_converter(back).convert(payload)),
        kept=lambda text: str(_converter(back).convert(encode(text))),
        # Half of all characters are alike in both scripts: what is not Chinese is what does not apply.
        moves=HAN,
    )


def full_width() -> Codec:
    """Letters, digits and signs of ASCII in the width of Chinese characters."""
    return Codec(
        title="full-width letters",
        title_zh="全角字符",
        encode=plainly(lambda text: text.translate(_WIDE)),
        decode=lambda payload: payload.translate(_NARROW),
        kept=lambda text: text.translate(_NARROW),
        moves=ASCII,
    )


def pinyin(tones: Literal["marks", "numbers", "none"]) -> Codec:
    """Chinese characters by their sound, a space between. Needs the extra `chinese`."""

    def encode(text: str) -> str:
        library = _pypinyin()
        styles = {"marks": library.Style.TONE, "numbers": library.Style.TONE3, "none": library.Style.NORMAL}
        return " ".join(library.lazy_pinyin(text, style=styles[tones]))

    return Codec(title="pinyin", title_zh="拼音", encode=plainly(encode), moves=HAN)


def apart(share: float) -> Codec:
    """Characters written as the parts that they are made of: that share of those that stand side by side."""

    def encode(text: str, draw: Random) -> str:
        return "".join(PARTS[c] if c in PARTS and (share >= 1 or draw.random() < share) else c for c in text)

    return Codec(title="split characters", title_zh="拆字", encode=encode, moves=HAN)


def homophones(share: float) -> Codec:
    """Characters replaced by common ones of the same sound and tone. Needs the extra `chinese`."""

    def encode(text: str, draw: Random) -> str:
        alike = _alike()
        return "".join(draw.choice(alike[c]) if c in alike and draw.random() < share else c for c in text)

    return Codec(title="homophones", title_zh="谐音字", encode=encode, moves=HAN)


@cache
def _common() -> tuple[str, ...]:
    """The 3,755 characters of the first level of GB 2312."""
    cells = bytes(part for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for part in (row, cell))
    return tuple(cells.decode("gb2312", "ignore"))


@cache
def _alike() -> dict[str, tuple[str, ...]]:
    library = _pypinyin()
    by_sound: dict[str, list[str]] = {}
    for character in _common():
        (sound,) = library.lazy_pinyin(character, style=library.Style.TONE3)
        by_sound.setdefault(sound, []).append(character)
    return {
        c: tuple(other for other in alike if other != c)
        for alike in by_sound.values()
        if len(alike) > 1
        for c in alike
    }


@cache
def _converter(name: str) -> Any:
    try:
        import opencc  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MissingExtra("converting Chinese script", EXTRA) from None
    return opencc.OpenCC(name)  # pyright: ignore[reportUnknownMemberType]


def _pypinyin() -> Any:
    try:
        import pypinyin
    except ImportError:
        raise MissingExtra("the sound of Chinese characters", EXTRA) from None
    return pypinyin
