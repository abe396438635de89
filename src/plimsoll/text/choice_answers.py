"""A reply to a multiple-choice question -> the option it plainly chooses, or none.

Idea: precision over recall. A letter counts where it is put forward (`(B)`, `B. text`, `答案是B`,
`the answer is B`, `B is correct`), not where it is mentioned (`a person`, `vitamin C`, `(A) is unsafe`).

Steps: (1) reasoning blocks, later turns and questions that the model asks itself are left out, and
typography, formulas and marks are made plain; (2) a reply that is a letter or an option is read at
once; (3) JSON that names the answer; (4) letters put forward, anywhere, each with its weight: what
announces the answer outweighs what is called right, a correction outweighs what it corrects, and
several letters are several; (5) an option's own words, at the beginning, after `the answer is`, or as
the last line. What one step does not read is left to the next. Everything else is unread, and so are
letters beyond the options.
"""

import re
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from plimsoll.text._claims import NONE, claims
from plimsoll.text._decision import decide
from plimsoll.text._json_answers import Named, named_answers
from plimsoll.text._option_texts import option_text, same_text
from plimsoll.text._place import Weight
from plimsoll.text._reply import Plain, plain
from plimsoll.text.expressions import expression
from plimsoll.text.letters import LETTERS

_SHORT = 8
_LINE = 400
_PLAINLY = expression(
    r"(?:(?:therefore|thus|so|hence), |因此[，,]?|所以[，,]?|故)?"
    r"\*{0,3}(?:(?:the |my )?(?:correct |final |best |right )?(?:answer|option|choice)\*{0,3}(?: is:?|:)"
    r"\*{0,3} {0,3}|(?:正确|最终)?(?:答案|选项)\*{0,3}(?:是|为|：|:)\*{0,3} ?|选择?)"
    r"\*{0,3}[(（]?([A-Ha-h])[)）]?\*{0,3}[.。]?\*{0,3}"
    r"|\$?\\boxed\{\(?(?-i:([A-H]))\)?\}\$?\.?"
    r"|(?:(?:therefore|thus|so|hence), )?(?:option )?\(?(?-i:([B-H]))\)? is (?:the )?correct"
    r"(?: answer| option| choice)?\.?"
    r"|(?:因此[，,]?|所以[，,]?|故)?(?:(?:选项)?(?-i:([B-H]))|选项(?-i:(A)))(?:选项|项)?(?:是正确的|正确|最合适|是对的)。?",
    re.IGNORECASE,
)
"""The letter stated, and nothing else."""
_SAYS_NONE = expression(r"\b(?:none|neither|nothing)\b|都不|均不|没有|都错|无", re.IGNORECASE)
"""An option that is itself a way of choosing none of the others."""
_WITH_TEXT = expression(r"\(?([A-H])[).:] {0,3}(.{1,400})")


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
            index = LETTERS.index(found[found.lastindex or 1].upper())
            return _STATED[index] if index < len(options) else _BEYOND
        if found := _WITH_TEXT.fullmatch(reply):
            index = LETTERS.index(found[1])
            return _LEADS[index] if index < len(options) and found[2] == options[index] else None
    return None


def _read(reply: str, answering: Plain, options: Sequence[str]) -> Choice:
    text = answering.text
    if (whole := same_text(text, options)) is not None:
        return Choice(index=whole, how="option text")
    if "{" in text or "[" in text:
        named = named_answers(reply[answering.start :][: len(text)])
        if named is not None:
            return _by_name(named, options)
    return _by_words(answering, options)


def _by_name(named: Named, options: Sequence[str]) -> Choice:
    """What JSON names: one option, or nothing that is one."""
    found = {value if isinstance(value, int) else read_choice(value, options).index for value in named}
    index = found.pop() if len(found) == 1 else None
    if index is None or not 0 <= index < len(options):
        return Choice(how="unreadable json")
    return Choice(index=index, how="json")


def _by_words(answering: Plain, options: Sequence[str]) -> Choice:
    """What letters and options' own words come down to."""
    read = claims(answering.letters, options)
    others = [claim for claim in read if claim.option != NONE]
    firm = [claim for claim in others if claim.weight > Weight.TEXT]
    index = None if firm else option_text(answering.text, options)
    if index is not None and len(read) > len(others) and not _SAYS_NONE.search(options[index]):
        return Choice(how="none of the options")
    if not read or (
        index is not None and all(claim.option == index for claim in others if claim.weight > Weight.LEAD)
    ):
        return Choice() if index is None else Choice(index=index, how="option text")
    if index is not None:
        return Choice(how="contradictory")
    claim, reason = decide(read, answering.letters)
    if claim is None:
        return Choice(how=reason)
    if claim.option >= len(options):
        return _BEYOND
    return Choice(index=claim.option, how=claim.how, span=answering.span(claim.start, claim.end))


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
