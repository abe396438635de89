"""A reply of a reasoning model -> its thought and its answer; nothing of the reply is lost on the way.

Marks are `<think>` and its kin. A closing mark without an opening one ends a thought that the chat
template opened; an opening mark without a closing one begins a thought that was cut off, so that there
is no answer. A reply without any mark is a thought where it thinks aloud and the token limit cut it off.
Rarer marks (`<thinking>`, `<thought>`, `<reasoning>`) are ordinary words of a reply unless it
begins with them. A mark that follows the answer and opens nothing is text of the answer.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from plimsoll.text.expressions import expression

OPEN, CLOSE = "<think>", "</think>"

Kind = Literal["thought", "answer", "mark"]

_CERTAIN = {
    "<think>": ("open", "think"),
    "</think>": ("close", "think"),
    "[THINK]": ("open", "bracket"),
    "[/THINK]": ("close", "bracket"),
    "<|begin_of_thought|>": ("open", "sky"),
    "<|end_of_thought|>": ("close", "sky"),
    "<|begin_of_solution|>": ("close", "sky"),
    "<|end_of_solution|>": ("drop", "sky"),
    "<|channel|>analysis<|message|>": ("open", "channel"),
    "<|channel|>commentary<|message|>": ("open", "channel"),
    "<|end|><|start|>assistant<|channel|>final<|message|>": ("close", "channel"),
    "<|end|><|channel|>final<|message|>": ("close", "channel"),
    "<|channel|>final<|message|>": ("close", "channel"),
    "◁think▷": ("open", "kimi"),
    "◁/think▷": ("close", "kimi"),
    "<seed:think>": ("open", "seed"),
    "</seed:think>": ("close", "seed"),
}
"""Marks that models were trained to set (R1 and Qwen, Magistral, Sky-T1, gpt-oss, Kimi, Seed)."""
_LIKELY = {
    f"<{slash}{name}>": ("close" if slash else "open", name)
    for name in ("thinking", "thought", "thoughts", "reasoning", "reflection")
    for slash in ("", "/")
}
_MARKS = _CERTAIN | _LIKELY
_MARK = expression("|".join(re.escape(mark) for mark in _MARKS))
_STRIPPED = expression(r"(?P<begin>analysis)(?=[A-Z]).*?(?:(?P<end>assistantfinal)|\Z)", re.DOTALL)
"""gpt-oss's channels where the endpoint has dropped the marks around their names."""
_BEGINS = expression(r"\s*(?:{})".format("|".join(re.escape(mark) for mark in _LIKELY)))


_ALOUD = expression(
    r"\W*+(?:(?:okay|ok|alright|all right|hmm+|so|well|right|first|now|then),?\s++)*+(?:"
    r"(?:[^.!?\n]{0,80}[.!?]\s++){0,2}[^.!?\n]{0,60}\bthe user(?:'s|’s)?\s(?:is|are|was|has|have|had|ask|"
    r"want|need|said|say|seem|request|quer|message|question|prompt|provid|gave|giv|may|might|could|wrote|just|also|mention|"
    r"intent|expect)"
    r"|(?<=\s)(?:i|we)\s(?:need|have|want|should|must)\sto\s(?:figure|think|decide|determine|consider|respond|answer|"
    r"produce|recall|be\scareful|analy[sz]e|understand|find)"
    r"|we\s(?:need|must|should)\s(?:to\s)?(?:respond|answer|decide|produce|comply|refuse|output|consider)\b)"
    r"|\s*+(?:好的?|嗯+|首先|现在|那么?|呃|唔|[，,。、…\s])*+(?:(?:这个|这位|该)?(?:用户|使用者)(?:问|想|要|让|说|提|希望|发|给|需|在|又|似乎|"
    r"可能|的(?:问题|请求|意思|要求|提问))|我(?:现在)?(?:需要|得|要|来)(?:先)?(?:想|考虑|分析|仔细|回答|解决|理解|确定|看看|判断))",
    re.IGNORECASE,
)
"""How a model begins to think: it speaks of its user as of somebody else, or of what it has yet to do."""


class Piece(NamedTuple):
    """A stretch of a reply."""

    kind: Kind
    text: str


class Split(NamedTuple):
    """The two parts of a reply."""

    thought: str
    answer: str

    @property
    def cut_off(self) -> bool:
        """Whether there is a thought and no answer: the reply ended before it."""
        return bool(self.thought.strip()) and not self.answer.strip()


def split(reply: str, reported: str = "") -> Split:
    """Part a reply at the end of its thought; one that never ends is all thought.

    `reported` is what the endpoint hands over apart as reasoning: it stands before what the reply
    itself says of its thought.
    """
    if not may_think(reply):
        return Split(reported, reply)
    found = pieces(reply)
    thoughts = [reported] if reported else []
    thoughts.extend(piece.text for piece in found if piece.kind == "thought" and piece.text.strip())
    answers = [piece.text for piece in found if piece.kind == "answer"]
    if len(found) == len(answers):
        return Split(reported, reply)
    return Split("\n".join(thoughts), "\n".join(filter(str.strip, answers)).lstrip("\n"))


def marked(reply: str, *, cut: bool) -> str:
    """The reply as it came; where it was cut off in a thought that bears no mark, with the mark before it."""
    return OPEN + reply if cut and not may_think(reply) and _ALOUD.match(reply) else reply


def answer_of(reply: str) -> str:
    """What a reply says after its thought."""
    return split(reply).answer if may_think(reply) else reply


def answer_place(reply: str) -> tuple[int, int] | None:
    """Where the last part of the answer stands in the reply; `None` where there are only thoughts."""
    if not may_think(reply):
        return 0, len(reply)
    at, thought, place = 0, False, None
    for piece in pieces(reply):
        shown = bool(piece.text.strip())
        thought = thought or (piece.kind == "thought" and shown)
        if piece.kind == "answer" and shown:
            place = at, at + len(piece.text)
        at += len(piece.text)
    return place or (None if thought else (at, at))


def may_think(reply: str) -> bool:
    """Whether a mark can stand in the reply at all."""
    # One sign is looked for several times faster than a word.
    if "<" in reply or ("]" in reply and "THINK]" in reply):
        return True
    return "◁" in reply or reply.startswith("analysis")


def pieces(reply: str) -> tuple[Piece, ...]:
    """The reply as thoughts, answers and the marks between them; joined they are the reply again."""
    if stripped := _STRIPPED.match(reply):
        begun, ended = stripped.span("end") if stripped["end"] else (len(reply), len(reply))
        found = (
            Piece("mark", stripped["begin"]),
            Piece("thought", reply[stripped.end("begin") : begun]),
            Piece("mark", reply[begun:ended]),
            Piece("answer", reply[ended:]),
        )
        return tuple(piece for piece in found if piece.text)
    return tuple(piece for piece in _pieces(reply) if piece.text)


def _pieces(reply: str) -> Iterator[Piece]:
    likely = _BEGINS.match(reply) is not None
    begun, inside, seen = 0, "", False
    last = _Last(reply)
    for found in _MARK.finditer(reply):
        if found.group() in _LIKELY and not likely:
            continue
        role, family = _MARKS[found.group()]
        before = reply[begun : found.start()]
        amid = bool(before.strip())
        if inside:
            if role != "close" or family != inside:
                continue
            yield Piece("thought", before)
        elif role == "open":
            if amid and not seen and last.closing(family) < found.end():
                continue
            yield Piece("answer", before)
        elif role == "close":
            if seen and amid:
                continue
            yield Piece("thought", before)
        else:
            yield Piece("answer", before)
        inside = family if role == "open" else ""
        yield Piece("mark", found.group())
        begun, seen = found.end(), True
    yield Piece("thought" if inside else "answer", reply[begun:])


class _Last:
    """Where a family's closing mark stands last; looked up once, so that long replies stay cheap."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        self.known: dict[str, int] = {}

    def closing(self, family: str) -> int:
        """The index, or -1."""
        if family not in self.known:
            marks = [mark for mark, said in _MARKS.items() if said == ("close", family)]
            self.known[family] = max(self.reply.rfind(mark) for mark in marks)
        return self.known[family]
