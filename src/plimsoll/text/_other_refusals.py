"""The opening of a reply in one of sixteen further languages -> whether it declines, by set phrases."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from plimsoll.core import decoding
from plimsoll.text.expressions import expression

LATIN = ("es", "pt", "it", "fr", "de", "id", "vi", "sw", "jv")
"""Languages told by their words; all others but Chinese by their script."""
_SCRIPTS = {
    "ru": "\u0400-\u04ff",
    "ar": "\u0600-\u06ff",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "th": "\u0e00-\u0e7f",
    "ja": "\u3040-\u30ff",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3",
}
LANGUAGES = (*LATIN, *(language for language in _SCRIPTS if language != "zh"))
_ANY_SCRIPT = expression(f"[{''.join(_SCRIPTS.values())}]")
_OF_SCRIPT = {language: expression(f"[{characters}]") for language, characters in _SCRIPTS.items()}
_KANA = expression("[\u3040-\u30ff]")
_ARABIC = dict.fromkeys((*range(1611, 1619), 1600), "") | {ord(form): "ا" for form in "أإآ"} | {ord("ة"): "ه"}
_CONDITION = expression(
    r"\b(?:si|se|cuando|quando|wenn|falls|quand|lorsque|porque|perché|если|когда|jika|kalau|bila|nếu|khi)"
    r"[ ,]+(?:\w+ )?\Z"
)
"""Before a phrase: it is a condition, and declines nothing."""
_EDGES = "「」『』《》„‚‘’ \t\r\n.,!?:;-–—…'\"“”«»()[]{}*_~`|/\\<>=+#&。、！？،؛؟।॥·ฯ"


def script_of(text: str) -> str:
    """The language whose script stands first in the text, or nothing where all is Latin."""
    found = _ANY_SCRIPT.search(text)
    if found is None:
        return ""
    if "\u3400" <= found[0] <= "\u9fff":
        return "ja" if _KANA.search(text) else "zh"
    return next(language for language, script in _OF_SCRIPT.items() if script.match(found[0]))


def words() -> Collection[bytes]:
    """The words that hint at a language of Latin script."""
    return _cues().keys()


def spoken(said: Iterable[bytes]) -> set[str]:
    """The languages of Latin script that one of the words hints at."""
    known = _cues()
    return {language for word in said for language in known.get(word, ())}


def declines(text: str, language: str) -> bool:
    """True where the opening, in lower case and plain letters, declines in this language."""
    if language == "ar":
        text = text.translate(_ARABIC)
    if language not in LATIN and not any(map(text.__contains__, _phrases()[language]["cues"])):
        return False
    return any(
        not _CONDITION.search(text[max(0, found.start() - 24) : found.start()])
        for found in _pattern(language).finditer(text)
    )


def is_bare(text: str) -> bool:
    """True where the whole text is nothing but a refusal, in any of the languages."""
    if len(text) >= 80:
        return False
    bare = text.strip(_EDGES)
    return (bare.translate(_ARABIC) if _OF_SCRIPT["ar"].search(bare) else bare) in _bare()


@cache
def _phrases() -> Mapping[str, Mapping[str, Any]]:
    folder = files("plimsoll.text")
    names = ("_refusals.toml", "_refusals_by_script.toml")
    found: dict[str, Mapping[str, Any]] = {}
    for name in names:
        found |= decoding.toml((folder / name).read_text(encoding="utf-8"))
    return found


@cache
def _cues() -> Mapping[bytes, tuple[str, ...]]:
    each = [(word.encode(), language) for language in LATIN for word in _phrases()[language]["cues"].split()]
    return {word: tuple(language for other, language in each if other == word) for word, _ in each}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    found = _phrases()[language]
    words = found.get("words", {})
    return re.compile("|".join(pattern.format(**words) for pattern in found["patterns"]))


@cache
def _bare() -> frozenset[str]:
    return frozenset(text for found in _phrases().values() for text in found["bare"])
