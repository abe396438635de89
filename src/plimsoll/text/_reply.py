"""A raw reply -> the part that answers, bounded in length, with typography made plain.

The reply keeps its places: characters are replaced one for one, so that a sign found in the plain
text can be shown in the raw one. Whatever its length, at most `2 * WINDOW` characters are looked at.
"""

import re
import unicodedata
from functools import cache

from msgspec import Struct

WINDOW = 3000
"""Characters looked at from either end of a reply."""

_CLOSERS = (
    "</think>", "</thinking>", "</thought>", "</thoughts>", "</reasoning>", "</reflection>", "</seed:think>",
    "◁/think▷", "[/THINK]", "<|end_of_thought|>", "<|channel|>final<|message|>", "<|begin_of_solution|>",
)  # fmt: skip
_OPENERS = (
    "<think", "<thought", "<reasoning", "<reflection", "<seed:think", "◁think▷", "[THINK]",
    "<|begin_of_thought|>", "<|channel|>analysis",
)  # fmt: skip
_NEXT_QUESTION = re.compile(r"\n[ \t#*]{0,8}(?:Question|Q|问题|问)[ \t]{0,2}[\d*]{0,4}[ \t]{0,2}[:：]")

_PLAIN = {
    " ": "*_`#>$~\t\v\f\u00a0\u3000\u00ad",
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
}


class Plain(Struct, frozen=True):
    """The answering part of a reply, ready to be read."""

    text: str
    start: int
    """Where it begins in the raw reply."""
    cut: int
    """Where the middle was left out (a place in `text`)."""
    gap: int
    """How many raw characters are missing there."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Places in `text` as places in the raw reply."""
        shift = self.start + (self.gap if start >= self.cut else 0)
        return start + shift, end + shift


def plain(reply: str) -> Plain | None:
    """The part that answers; `None` where the reply ends inside its reasoning."""
    start = _after_reasoning(reply)
    if start is None:
        return None
    end = _end_of_answer(reply, start)
    if end - start <= 2 * WINDOW:
        return Plain(reply[start:end].translate(_table()), start, end - start, 0)
    text = f"{reply[start : start + WINDOW]}\n\n{reply[end - WINDOW : end]}"
    return Plain(text.translate(_table()), start, WINDOW + 2, end - start - 2 * WINDOW - 2)


def simple(text: str) -> str:
    """The same text with its typography made plain, one character for one."""
    return text.translate(_table())


def _after_reasoning(reply: str) -> int | None:
    if not any(mark in reply for mark in "<◁["):
        return 0
    ends = [place + len(closer) for closer in _CLOSERS if (place := reply.rfind(closer)) >= 0]
    if ends:
        return max(ends)
    return None if reply[:WINDOW].lstrip().startswith(_OPENERS) else 0


def _end_of_answer(reply: str, start: int) -> int:
    """A model that continues a few-shot prompt goes on to ask and answer questions of its own."""
    found = _NEXT_QUESTION.search(reply, start, start + WINDOW) if "\n" in reply else None
    if found is None or not reply[start : found.start()].strip():
        return len(reply)
    return found.start()


@cache
def _table() -> dict[int, str]:
    spaces = (*range(9), *range(14, 32), *range(127, 133), *range(134, 160), 0x061C, 0x202F, 0x205F, 0xFEFF)
    marks = (*range(0x2000, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
    table = dict.fromkeys((*spaces, *marks), " ")
    lookalikes = (*range(0xFF01, 0xFF5F), *range(0x24B6, 0x24EA), *range(0x1D400, 0x1D6A4))
    table |= {code: made for code in lookalikes if len(made := unicodedata.normalize("NFKC", chr(code))) == 1}
    return table | {ord(char): made for made, chars in _PLAIN.items() for char in chars}
