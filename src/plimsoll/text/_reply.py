"""A raw reply -> the part that answers, bounded in length, with typography made plain.

The reply keeps its places: characters are replaced one for one, so that a sign found in the plain
text can be shown in the raw one. Whatever its length, at most `2 * WINDOW` characters are looked at.
"""

import re

from msgspec import Struct

from plimsoll.text._masks import END_OF_REPLY, masked
from plimsoll.text._typography import simple
from plimsoll.text.thoughts import answer_place

WINDOW = 3000
"""Characters looked at from either end of a reply."""

_NEXT_QUESTION = re.compile(r"\n[ \t#*]{0,8}(?:Question|Q|问题|问)[ \t]{0,2}[\d*]{0,4}[ \t]{0,2}[:：]")


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
    """A model that continues a few-shot prompt goes on to ask and answer questions of its own."""
    if "<" in reply or "[" in reply:
        end = _before(END_OF_REPLY, reply, start, end)
    return _before(_NEXT_QUESTION, reply, start, min(end, start + WINDOW), end) if "\n" in reply else end


def _before(mark: re.Pattern[str], reply: str, start: int, stop: int, otherwise: int | None = None) -> int:
    """Where the mark stands behind some text; the end where it does not."""
    found = mark.search(reply, start, stop)
    if found is None or not reply[start : found.start()].strip():
        return stop if otherwise is None else otherwise
    return found.start()
