"""A text -> the same text with its typography made plain, one character for one.

Places stay what they were, so that a sign found in the plain text can be shown in the raw one.
"""

import re
from functools import cache

from plimsoll.text.expressions import expression
from plimsoll.text.letters import LETTERS
from plimsoll.text.normal import letter, simplified, spelled

_PLAIN = {
    " ": "*_`#$~\t\v\f\u00a0\u3000\u00ad",
    "\n": "\r\u0085\u2028\u2029",
    "'": "’‘‛′ʼ＇",
    '"': "“”„«»「」『』《》〈〉″",
    "-": "–—―−‐‑⁃",
    "[": "【〔〖",
    "]": "】〕〗",
    "(": "⟨❨﹙",
    ")": "⟩❩﹚",
    ":": "﹕∶︰",
    ",": "﹐",
    ".": "﹒．",
    "→": "⇒➜➡➔⟶⟹",
    "√": "✓✔☑✅🗸",
    "×": "✗✘❌✖❎☒🗙",
}
_PICTURES = (
    *range(0x2190, 0x2192), *range(0x2193, 0x2200), *range(0x2300, 0x2400), *range(0x2500, 0x2713),
    *range(0x2720, 0x2768), *range(0x2776, 0x27C0), *range(0x2B00, 0x2C00), *range(0x1F000, 0x1FB00),
    *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080),
)  # fmt: skip
"""Emoji, arrows that point from elsewhere, boxes and what joins and colours them."""
_TAG = expression(
    r"</?(?:b|i|u|p|br|hr|li|ul|ol|tr|td|th|em|strong|span|div|center|sup|sub|mark|code|pre|font|h[1-6])"
    r"(?:\s[^<>\n]{0,80})?/?>"
)
_ENTITY = expression(r"&(?:#\d{2,5}|[a-zA-Z]{2,6});")
_QUOTED = expression(r"^[ \t]{0,8}(?:>[ \t]?){1,4}", re.MULTILINE)
_LOOKALIKE = expression(r"(?<![^\W\d_])[АС](?=\s{0,3}(?:$|[.)\]!\n,;»\"*]))")
"""A Cyrillic letter that looks like a Latin one, and is no word where it stands: `Ответ: С`."""
_BREAKS = ("<br", "<p", "</p", "<li", "<tr", "<div", "</div", "<hr")


def simple(text: str) -> str:
    """Plain quotes, brackets, dashes, spaces and letters; no emphasis, pictures or tags."""
    if "<" in text:
        text = _TAG.sub(_blank, text)
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if ">" in text:
        text = _QUOTED.sub(lambda found: " " * len(found[0]), text)
    if "С" in text or "А" in text:
        text = _LOOKALIKE.sub(lambda found: "A" if found[0] == "А" else "C", text)
    return text.translate(_ascii() if text.isascii() else _table())


def _blank(found: re.Match[str]) -> str:
    tag = found[0]
    if tag == "<b>" and "</b>" not in found.string:
        return tag
    return ("\n" if tag.startswith(_BREAKS) else " ") + " " * (len(tag) - 1)


def _character(found: re.Match[str]) -> str:
    made = spelled(found[0])
    return made.ljust(len(found[0])) if len(made) == 1 else found[0]


@cache
def _ascii() -> dict[int, str]:
    return {code: made for code, made in _table().items() if code < 128}


@cache
def _table() -> dict[int, str]:
    spaces = (*range(9), *range(14, 32), *range(127, 133), *range(134, 160), 0x061C, 0x202F, 0x205F, 0xFEFF)
    marks = (*range(0x2000, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
    table = {code: chr(made) for code, made in simplified().items()}
    table |= dict.fromkeys((*spaces, *marks, *_PICTURES), " ")
    lookalikes = (*range(0xFF01, 0xFF5F), *range(0x24B6, 0x24EA), *range(0x1D400, 0x1D6A4))
    table |= {code: made for code in lookalikes if len(made := letter(chr(code))) == 1}
    for first in (0x1F150, 0x1F170, 0x1F1E6):
        table |= {first + place: letter for place, letter in enumerate(LETTERS)}
    return table | {ord(char): made for made, chars in _PLAIN.items() for char in chars}
