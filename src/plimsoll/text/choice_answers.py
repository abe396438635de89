"""A reply to a multiple-choice question -> the option it plainly chooses, or none.

Idea: precision over recall. A letter counts where it is put forward (`(B)`, `B. text`, `答案是B`,
`the answer is B`, `B is correct`), not where it is mentioned (`a person`, `vitamin C`, `(A) is unsafe`).

Steps: (1) reasoning blocks and questions that the model asks itself are left out; (2) a reply that is
a letter is read at once; (3) JSON that names the answer; (4) letters put forward, anywhere; when they
differ, the last one counts only after a word of correction or conclusion; (5) an option's own words,
at the beginning, after `the answer is`, or as the last line. Everything else is unread, and so are
letters beyond the options.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from plimsoll.text._claims import Claim, claims
from plimsoll.text._option_texts import option_text, same_text
from plimsoll.text._reply import Plain, plain
from plimsoll.text.letters import LETTERS

_SHORT = 8
_LINE = 400
_PLAINLY = re.compile(
    r"(?:(?:the )?(?:correct |final )?answer(?: is:?|:) {0,3}|(?:正确)?答案(?:是|为|：|:) ?|选)"
    r"[(（]?([A-Ha-h])[)）]?[.。]?",
    re.IGNORECASE,
)
_WITH_TEXT = re.compile(r"\(?([A-H])[).:] {0,3}(.{1,400})")
_TURNS = re.compile(
    r"\b(?:wait|actually|however|but|no,|correction|instead|on second thought|scratch that|final|finally|"
    r"therefore|thus|hence|so|overall|in conclusion|in summary|conclude|after all)\b"
    r"|最终|最后|综上|因此|所以|更正|但|不过|应该|纠正|总之|不对|而是|\\boxed",
    re.IGNORECASE,
)
_ANSWER_KEYS = frozenset((
    "answer", "choice", "option", "letter", "selection", "final_answer", "finalanswer", "correct_answer",
    "correct_option", "correct_choice", "selected_option", "答案", "选项", "选择", "正确答案", "最终答案",
))  # fmt: skip
_INDEX_KEYS = frozenset(("answer_index", "choice_index", "option_index", "index", "answer_idx"))


class Choice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was read."""

    index: int | None = None
    """The option, `None` where no single option is plainly chosen."""
    how: str = ""
    """By which sign: `letter`, `lead`, `statement`, `json`, `option text`; or why not."""
    span: tuple[int, int] | None = None
    """Where the letter stands in the reply; `None` for options' texts, JSON and the plainest forms."""


def read_choice(reply: str, options: Sequence[str]) -> Choice:
    """Read the choice. Never an index beyond the options."""
    quick = _at_once(reply.strip(), options)
    if quick is not None:
        return quick
    answering = plain(reply)
    if answering is None:
        return Choice(how="unfinished reasoning")
    if not options or not answering.text.strip():
        return Choice(how="empty")
    return _read(reply, answering, options)


def _at_once(reply: str, options: Sequence[str]) -> Choice | None:
    """The commonest forms, which need no closer look: a speed-up that reads what `_read` would read."""
    if len(reply) <= _SHORT:
        index = _bare_letters().get(reply)
        if index is not None:
            return _LETTERS[index] if index < len(options) else _BEYOND
    if len(reply) <= _LINE:
        if found := _PLAINLY.fullmatch(reply):
            index = LETTERS.index(found[1].upper())
            return _STATED[index] if index < len(options) else _BEYOND
        if found := _WITH_TEXT.fullmatch(reply):
            index = LETTERS.index(found[1])
            return _LEADS[index] if index < len(options) and found[2] == options[index] else None
    return None


def _read(reply: str, answering: Plain, options: Sequence[str]) -> Choice:
    text = answering.text
    if (whole := same_text(text, options)) is not None:
        return Choice(index=whole, how="option text")
    if "{" in text and (found := _json(reply[answering.start :][: len(text)], options)) is not None:
        return found
    if read := claims(text, options):
        chosen = _resolve(read, text, len(options))
        return chosen if chosen.span is None else replace(chosen, span=answering.span(*chosen.span))
    index = option_text(text, options)
    return Choice() if index is None else Choice(index=index, how="option text")


_BEYOND = Choice(how="beyond the options")
_LETTERS = tuple(Choice(index=index, how="letter") for index in range(len(LETTERS)))
_STATED = tuple(Choice(index=index, how="statement") for index in range(len(LETTERS)))
_LEADS = tuple(Choice(index=index, how="lead") for index in range(len(LETTERS)))


@cache
def _bare_letters() -> dict[str, int]:
    """The commonest replies of all, with their options."""
    forms = (
        "{0}", "({0})", "({0}", "{0})", "{0}.", "({0}).", "{0}。", "{0}:", "（{0}）", "**{0}**", "[{0}]",
        "{0}、", "{0},", '"{0}"', "'{0}'", "`{0}`",
    )  # fmt: skip
    bare = {form.format(name): index for index, name in enumerate(LETTERS) for form in forms}
    small = {form.format(name.lower()): index for index, name in enumerate(LETTERS) for form in forms}
    wide = {chr(0xFF21 + index): index for index in range(len(LETTERS))}
    return bare | small | wide


def _resolve(read: Sequence[Claim], text: str, count: int) -> Choice:
    last = read[-1]
    differing = [place for place, claim in enumerate(read) if claim.option != last.option]
    if differing:
        before, turn = read[differing[-1]], read[differing[-1] + 1]
        if last.option < 0 or not _TURNS.search(text, before.end, turn.end):
            return Choice(how="contradictory")
    if last.option < 0:
        return Choice(how="several options")
    if last.option >= count:
        return _BEYOND
    return Choice(index=last.option, how=last.how, span=(last.start, last.end))


def _json(raw: str, options: Sequence[str]) -> Choice | None:
    """What a JSON object in the reply names as the answer; `None` where there is no such object."""
    begin, end = raw.find("{"), raw.rfind("}")
    if end <= begin:
        return None
    try:
        read: Any = msgspec.json.decode(raw[begin : end + 1])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    named = {_key(key): value for key, value in cast("dict[Any, Any]", read).items()}
    found = {_named(key, named[key], options) for key in named.keys() & (_ANSWER_KEYS | _INDEX_KEYS)}
    if not found:
        return None
    index = found.pop() if len(found) == 1 else None
    return Choice(how="unreadable json") if index is None else Choice(index=index, how="json")


def _key(name: Any) -> str:
    return str(name).strip().lower().replace(" ", "_")


def _named(key: str, value: Any, options: Sequence[str]) -> int | None:
    if isinstance(value, str) and "{" not in value:
        return read_choice(value, options).index
    if key in _INDEX_KEYS and type(value) is int and 0 <= value < len(options):
        return value
    return None
