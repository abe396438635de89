"""A text -> the same text in one plain form, so that a reader needs to know one spelling only.

Typographic apostrophes, hard spaces, full-width and ornamental letters become the plain ones, what is
invisible goes, marks of Markdown and HTML inside and around words go, and Chinese is in simplified
characters. Quotation marks stay as they are: who reads may want to know where a quotation ends.
"""

import re
import unicodedata
from functools import cache
from html import unescape
from importlib.resources import files
from itertools import pairwise

from plimsoll.core import decoding
from plimsoll.text.expressions import expression

_FORMS = (
    ("’", "'"), ("‘", "'"), ("ʼ", "'"), ("′", "'"), ("＇", "'"), ("\u00a0", " "), ("\u3000", " "),
    ("，", ","), ("！", "!"), ("？", "?"), ("：", ":"), ("；", ";"), ("（", "("), ("）", ")"),
)  # fmt: skip
"""The common ones: several replacements are many times faster than one translation."""
_RARE = expression(
    "[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u2010-\u2015\u2028-\u202f\u205f-\u206f\ufe00-\ufe0f\ufeff"
    "\uff02-\uff06\uff0a\uff0b\uff0d-\uff19\uff1c-\uff1e\uff20-\uff5e\u24b6-\u24e9\U0001d400-\U0001d7ff]"
)
_COMMON_CHINESE = expression("[\x00-\x7f\u4e00-\u9fff\u3001\u3002\u201c\u201d\u2014\u2026\u300a\u300b]*")
_TRADITIONAL = (
    "結論斷評級標籤這個們對為爲無絕協幫請會說説與嗎麼麽還換話題談點內規違來樣學習關於後須應該諮詢議問難從願辦沒裏裡務給種讓開實現動產權"
    "責護險號體優將進過運達選擇認識許證據顯執態歡樂東鬧聽見貴資費質訊錯誤間閉電腦網絡縮簡"
)
"""One of these stands in nearly every sentence of traditional Chinese, and in none of simplified."""
_TRADITIONAL_SIGNS = expression(f"[{_TRADITIONAL}]")
_SIMPLE = expression(
    "[\x00-\x7f\u3001\u3002\u201c\u201d\u2014\u2026\u300a\u300b"
    + "".join(
        f"{chr(ord(one) + 1)}-{chr(ord(two) - 1)}"
        for one, two in pairwise(sorted({"\u4dff", *_TRADITIONAL, "\ua000"}))
        if ord(two) - ord(one) > 1
    )
    + "]*"
)
"""Simplified Chinese with plain marks: nothing to make plain."""
_KANA = expression("[\u3040-\u30ff]")
"""Japanese writes some of the same characters, and means them."""
# The mark comes first, and is looked back at from there: the search skips to marks.
_EMPHASIS = expression(
    r"[*_~`\\](?:(?<=\*)\*+|(?<=~)~+|(?<=[*_])(?:(?<!\w.)[*_]*(?=\w)|(?<=[^\W_].)[*_]*(?!\w)|"
    r"(?<=[^\s\w].)[*_]*(?!\w))|(?<=[^\W\d_]\*)(?=[^\W\d_])|(?<=`)`*|(?<=\\)(?=['*_#>]))"
)
_LINE_MARKS = expression(r"^[ \t]*(?:#{1,6}|>+)[ \t]+", re.MULTILINE)
_TAG = expression(
    r"</?(?:a|b|blockquote|br|code|div|em|font|h[1-6]|i|li|mark|ol|p|pre|q|s|small|span|strong|sub|sup|u|ul)"
    r"(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_BREAK = expression(r"</?(?:br|p|div|li|h[1-6]|blockquote)\b", re.IGNORECASE)
_MARKS = ("*", "_", "`", "~", "\\")


_END = expression(
    r"</s>|<\|(?:im_end|endoftext|eot_id|end_of_text|eom_id|END_OF_TURN_TOKEN|return|user|eos)\|>"
    r"|<(?:EOS_TOKEN|end_of_turn|eos|EOT|eod|eo[a-z])>|\[(?:EOS|/?INST)\]|<｜end▁of▁sentence｜>|<\|im_start\|>user"
)


def without_end(text: str) -> str:
    """The text up to the first mark by which a model ends its turn."""
    if "<" not in text and "[" not in text:
        return text
    found = _END.search(text)
    return text if found is None or not text[: found.start()].strip() else text[: found.start()]


def plain(text: str) -> str:
    """The text in its plain form."""
    if not text.isascii():
        text = _plain_letters(text)
    if "<" in text or "&" in text:
        text = unescape(_TAG.sub(lambda tag: "\n" if _BREAK.match(tag[0]) else "", text)).replace("\xa0", " ")
        text = text.replace("’", "'")
    if "#" in text or ">" in text:
        text = _LINE_MARKS.sub("", text)
    if any(map(text.__contains__, _MARKS)):
        text = _EMPHASIS.sub("", text)
    return text


def plain_letters(text: str) -> str:
    """The text with plain letters, every mark of Markdown and HTML kept."""
    return text if text.isascii() else _plain_letters(text)


def is_common_chinese(text: str) -> bool:
    """Whether all of it is Chinese characters, their commonest marks and ASCII: nothing to make plain."""
    return _COMMON_CHINESE.fullmatch(text) is not None


def _plain_letters(text: str) -> str:
    for found, made in _FORMS:
        text = text.replace(found, made)
    if _SIMPLE.fullmatch(text):
        return text
    if not is_common_chinese(text) and _RARE.search(text):
        text = unicodedata.normalize("NFC", text.translate(_table()))
    if _TRADITIONAL_SIGNS.search(text) and not _KANA.search(text):
        text = text.translate(simplified())
    return text


_STRAIGHT = str.maketrans({"“": '"', "”": '"', "「": '"', "」": '"', "【": "[", "】": "]"})


def straight(text: str) -> str:
    """The text with straight quotation marks and plain brackets, for those who look inside them too."""
    return text if text.isascii() else text.translate(_STRAIGHT)


def spelled(entity: str) -> str:
    """What an entity of HTML stands for: `&nbsp;`, `&#39;`."""
    return unescape(entity)


def folded(text: str) -> str:
    """The text without regard to letter case."""
    return text.casefold()


@cache
def letter(character: str) -> str:
    """A full-width, circled or ornamental character as the plain one, or several, that it stands for."""
    return unicodedata.normalize("NFKC", character)


@cache
def _table() -> dict[int, str]:
    invisible = (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
    table = dict.fromkeys((*invisible, *range(0xFE00, 0xFE10), 0xFEFF), "")
    table |= dict.fromkeys((0x202F, 0x205F), " ") | dict.fromkeys((0x2028, 0x2029), "\n")
    table |= dict.fromkeys((0x2010, 0x2011, 0x2012), "-")
    lookalikes = (*range(0xFF01, 0xFF5F), *range(0x24B6, 0x24EA), *range(0x1D400, 0x1D800))
    return table | {code: letter(chr(code)) for code in lookalikes}


@cache
def simplified() -> dict[int, int]:
    """Every traditional character with its simplified one."""
    found = decoding.toml((files("plimsoll.text") / "_traditional.toml").read_text(encoding="utf-8"))
    return str.maketrans(found["traditional"], found["simplified"])
