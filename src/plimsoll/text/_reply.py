"""A raw reply -> the part that answers, bounded in length, with typography made plain.

The reply keeps its places: characters are replaced one for one, so that a sign found in the plain
text can be shown in the raw one. Whatever its length, at most `2 * WINDOW` characters are looked at.
"""

import re

from msgspec import Struct

from plimsoll.text._masks import END_OF_REPLY, masked
from plimsoll.text._typography import simple

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
    start = _after_reasoning(reply)
    if start is None:
        return None
    end = _end_of_answer(reply, start)
    if end - start <= 2 * WINDOW:
        return _plain(reply[start:end], start, end - start, 0)
    text = f"{reply[start : start + WINDOW]}\n\n{reply[end - WINDOW : end]}"
    return _plain(text, start, WINDOW + 2, end - start - 2 * WINDOW - 2)


def _plain(raw: str, start: int, cut: int, gap: int) -> Plain:
    text = simple(raw)
    bare = masked(raw)
    return Plain(text, text if bare == raw else simple(bare), start, cut, gap)


def _after_reasoning(reply: str) -> int | None:
    if not any(mark in reply for mark in "<◁["):
        return 0
    ends = [place + len(closer) for closer in _CLOSERS if (place := reply.rfind(closer)) >= 0]
    if ends:
        return max(ends)
    return None if reply[:WINDOW].lstrip().startswith(_OPENERS) else 0


def _end_of_answer(reply: str, start: int) -> int:
    """A model that continues a few-shot prompt goes on to ask and answer questions of its own."""
    end = len(reply)
    if "<" in reply or "[" in reply:
        end = _before(END_OF_REPLY, reply, start, end)
    return _before(_NEXT_QUESTION, reply, start, min(end, start + WINDOW), end) if "\n" in reply else end


def _before(mark: re.Pattern[str], reply: str, start: int, stop: int, otherwise: int | None = None) -> int:
    """Where the mark stands behind some text; the end where it does not."""
    found = mark.search(reply, start, stop)
    if found is None or not reply[start : found.start()].strip():
        return stop if otherwise is None else otherwise
    return found.start()
