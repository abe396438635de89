"""A raw reply -> the part that answers, bounded in length, with typography made plain.

The reply keeps its places: characters are replaced one for one, so that a sign found in the plain
text can be shown in the raw one. Whatever its length, at most `2 * WINDOW` characters are looked at.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from plimsoll.text._masks import END_OF_REPLY, masked
from plimsoll.text._typography import simple
from plimsoll.text.expressions import expression
from plimsoll.text.thoughts import answer_place

WINDOW = 3000
"""Characters looked at from either end of a reply."""

_INTRODUCTION = 160
"""Characters that may lead up to the question, said once more."""
_ECHO = expression(r"\s*(?:<s>\s*)?\[INST\].{0,4000}?\[/INST\](?=.*\w)", re.DOTALL)
"""The prompt, said once more in the marks of its template."""
_RECAP = expression(
    r"\n\W{0,4}(?:now,?\s)?(?:let'?s\s?|let\sus\s|considering\s|combining\s|summari[sz]ing\s|"
    r"to\s(?:sum\sup|combine|"
    r"summari[sz]e)\s)(?:combine\s|summari[sz]e\s|list\s|review\s|总结\s?)?(?:(?:all\s(?:of\s)?)?(?:the|"
    r"these|our)\s|all\s)?"
    r"(?:questions\sand\s)?(?:answers\b|(?:以上|所有|上述)[^\n]{0,8}答案)|\n\W{0,4}(?:现在[,，]?)"
    r"?(?:让我们)?(?:总结|汇总)(?:以上|所有|上述)[^\n]{0,8}答案",
    re.IGNORECASE,
)
"""From here on the answers to all questions of the prompt are gone through."""
_ANSWERED = expression(r"\banswer\sis\b|\banswer:|答案", re.IGNORECASE)
_NEXT_QUESTION = expression(r"\n[ \t#*]{0,8}(?:Question|Q|问题|问)[ \t]{0,2}[\d*]{0,4}[ \t]{0,2}[:：]")


class Plain(Struct, frozen=True):
    """The answering part of a reply, ready to be read."""

    text: str
    letters: str
    """The same text without formulas and marks: here letters are looked for."""
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
    place = _answer_place(reply)
    if place is None:
        return None
    start, stop = place
    if echo := _ECHO.match(reply, start, stop):
        start = echo.end()
    end = _end_of_answer(reply, start, stop)
    if end - start <= 2 * WINDOW:
        return _plain(reply[start:end], start, end - start, 0)
    text = f"{reply[start : start + WINDOW]}\n\n{reply[end - WINDOW : end]}"
    return _plain(text, start, WINDOW + 2, end - start - 2 * WINDOW - 2)


def _answer_place(reply: str) -> tuple[int, int] | None:
    """Where the answer stands; rarer marks of a thought count behind a thought, too."""
    place = answer_place(reply)
    if place is None or place == (0, len(reply)):
        return place
    inner = answer_place(reply[slice(*place)])
    return None if inner is None else (place[0] + inner[0], place[0] + inner[1])


def _plain(raw: str, start: int, cut: int, gap: int) -> Plain:
    text = simple(raw)
    bare = masked(raw)
    return Plain(text, text if bare == raw else simple(bare), start, cut, gap)


def _end_of_answer(reply: str, start: int, end: int) -> int:
    """Another turn is no part of the answer, and neither are questions that the model asks itself."""
    if "<" in reply or "[" in reply:
        end = next(_places(END_OF_REPLY, reply, start, end), end)
    if "\n" not in reply:
        return end
    recap = _RECAP.search(reply, start, end)
    if recap and _ANSWERED.search(reply, start, recap.start()):
        end = recap.start()
    questions = _places(_NEXT_QUESTION, reply, start, min(end, start + WINDOW))
    return next((place for place in questions if not _introduces(reply[start:place])), end)


def _places(mark: re.Pattern[str], reply: str, start: int, end: int) -> Iterator[int]:
    """Where the mark stands behind some text."""
    return (
        found.start() for found in mark.finditer(reply, start, end) if reply[start : found.start()].strip()
    )


def _introduces(text: str) -> bool:
    """`Here is the question once more:`; the answer is still to come."""
    bare = text.strip().rstrip("*# ")
    return len(bare) <= _INTRODUCTION and bare.endswith((":", "："))
