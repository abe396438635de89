"""Plain text -> claims: the places where a letter is put forward as the answer.

Every letter that stands alone is looked at with 72 characters before it and 48 after it, by patterns
whose repeats are all bounded: the work for one letter is bounded too, whatever the text.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from plimsoll.text._option_texts import begins_with, is_other
from plimsoll.text.letters import LETTERS

_BEFORE, _AFTER = 72, 48
_MANY = 64
"""Letters looked at from either end of a text that holds more of them."""


class Claim(NamedTuple):
    """A letter put forward as the answer."""

    option: int
    """Its place among the options; -1 where several are put forward at once."""
    start: int
    end: int
    how: str


class _Letter(NamedTuple):
    """A letter with its surroundings."""

    name: str
    start: int
    end: int
    left: str
    right: str
    bracketed: bool

    @property
    def option(self) -> int:
        """Its place among the options."""
        return LETTERS.index(self.name.upper())

    @property
    def article(self) -> bool:
        """Reads as a word where it is not set off: the English article, and any small letter."""
        return not self.bracketed and (self.name in "AI" or self.name.islower())


_OPEN = " ([{<\"'"
_CLOSE = re.compile(r"(?:[ ]{0,6}[)\]}\"'])?[)\]}\"']{0,5}")

_NOUN = r"(?:answer|choice|option|selection|pick|response|conclusion|correct|decision|letter|ans)"
_OBJECT = r"(?:(?:the\s)?(?:option|choice|answer|letter)\s{0,3}:?)?"
_STRONG = re.compile(
    rf"""\b{_NOUN}\b
        (?:\s(?:to|for|here|of|among|amongst|from|in|that|which|choice|option|given|based)\b[^.\n:;?]{{0,40}}?)?
        ["')\]]{{0,3}}\s{{0,3}}(?:\b(?:is|was|(?:(?:should|would|must|will|could|might)\s)?be)\b|[:=\]]|-{{1,2}}|->|=>|→)\s{{0,6}}[:,]?\s{{0,6}}
        (?:(?:most\ likely|likely|probably|clearly|definitely|therefore|thus|simply|still|just|indeed)\s)?
        {_OBJECT}\s{{0,6}}$
    | \b(?:choose|chose|choosing|pick|picked|picking|select|selected|selecting|go\ with|going\ with
        |went\ with|opt\ for|vote\ for|settle\ on)\s{{1,3}}{_OBJECT}\s{{0,6}}$
    | \\boxed\s{{0,2}}\{{?\s{{0,2}}(?:\\(?:text|mathrm|mathbf|textbf|mathsf)\s{{0,2}}\{{?)?\s{{0,2}}$
    | <(?:final\s)?(?:answer|choice)\s{{0,3}}$
    | (?:答案|选项|选择|回答|结论|答)(?:应该?|应当|就|只能|可能|肯定|显然|仍然|依然|还|便){{0,2}}
        ["\]]{{0,2}}\s{{0,2}}(?:是|为|选择?|[:=\]]|-)\s{{0,2}}[:,]?\s{{0,6}}(?:选项|答案|字母)?\s{{0,2}}:?\s{{0,6}}$
    | 选(?:择|定|取|的是)?\s{{0,2}}:?\s{{0,2}}(?:选项|答案)?\s{{0,6}}$
    | (?:而是|而应选?)\s{{0,3}}(?:选项)?\s{{0,3}}$
    | \bnot\b[^.\n]{{1,40}}\bbut\s(?:rather\s)?{_OBJECT}\s{{0,3}}$""",
    re.IGNORECASE | re.VERBOSE,
)
_SOFT = re.compile(
    rf"""\b(?:therefore|thus|hence|so|it\ is|it's|i\ think|i\ believe|i'd\ say|i\ would\ say|would\ be
        |must\ be|should\ be|my\ answer|final\ answer|answer)[,:]?\s{{1,3}}(?:(?:it\ is|it's)\s)?
        {_OBJECT}\s{{0,3}}$
    | (?:因此|所以|故|应该?是|应为|我认为|我觉得|我想|应该)(?:是|为|,|:)?\s{{0,3}}(?:选项|答案)?\s{{0,3}}$
    | 答案\s{{0,3}}$""",
    re.IGNORECASE | re.VERBOSE,
)
_LEAD = re.compile(
    r"(?:^|\n)[ \t•.\-]{0,8}(?:Q?\d{1,2}[.:)]\s)?(?:(?:the )?(?:option|choice|letter)|选项)?[ ]{0,3}$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|if|whether|why|unless|avoid|cannot|neither|nor|suppose|assuming|without)\b|n't\b)[^.\n]{0,24}$"
    r"|\b(?:wrong|incorrect|worst|bad|false|instead of|rather than|other than|except|eliminates?|excludes?"
    r"|rejects?)\s{0,3}(?:the\s)?$"
    r"|\b(?:some|others|people|many|most|one|they)\s(?:\w{1,8}\s)?(?:think|say|argue|assume|believe|choose|pick|select)"
    r"\b[^.\n]{0,12}$"
    r"|(?:不(?!过)|没|别|勿|并非|错误的?|如果|假如|假设|若|是否|为什么|为何|排除|除了|而非)[^。,，\n]{0,4}$",
    re.IGNORECASE,
)
_INNER_NO = re.compile(r"\b(?:not|never|wrong|incorrect)\b|n't|不|错误", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[.。!！?？;；\n]|,\s(?=so\b|but\b|it must|therefore|thus|hence)|[,，](?=所以|因此|但|而)"
)
_FREE = re.compile(
    r"(?:^|[^\w\s]|\b(?:option|choice|answer|letter|only|that|so|but|and|think|believe|say|therefore|thus|hence"
    r"|since|because|while|then|clearly|here|is|conclude)|选项|选择|所以|因此|认为|觉得|只有|其中|但|而|则|故|显然)\s{0,3}$",
    re.IGNORECASE,
)
"""What may stand before a letter that is called right: not the word that it belongs to (`vitamin C`)."""

_WORDS = r"(?:because|since|as|due|given|based|which|so|but|for|in|that|is|with|from|here|and|\()\b"
_ENDS = re.compile(r"\s{0,3}(?:$|[\n.。!;,:、…|<\\]|-\s|--)")
_ENDS_FULLY = re.compile(r"\s{0,3}(?:$|[\n.。!;|<\\]|because\b|since\b|因为|是因为)")
_GOES_ON = re.compile(
    rf"\s{{0,3}}(?:{_WORDS}|\(|因为|是因为|由于|项|选项|这|理由|原因|即|所|吧|哦|啦|了|的[,。])"
)
_BECAUSE = re.compile(
    r"\s{0,3},?\s{0,3}(?:because|since|due to|as (?:it|this|the)|given|-\s|--|因为|是因为|由于|理由)"
)
_ALONE = re.compile(r"[ ]{0,3}[.)。:!,、;]{0,2}[ ]{0,6}(?:\n|$)")
_DELIMITED = re.compile(r"[ ]{0,2}[.:。、)\]]")
_PREDICATE = re.compile(
    r"\s{0,3}(?:(?:is|are|was|were|would|will|can|could|may|might|should|has|have|does|do|isn't|and|or|vs)\b"
    r"|不|和|或|与|及|是(?!因为)|错|/|&)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\s{0,3}[?？]")
_STOP = r"(?=\s{0,3}(?:$|[\n.。,，;:!、)]|because|since|as\b|here|and\b|in\b|for\b|but\b|while\b))"
_RIGHT = re.compile(
    rf"\s{{0,3}}(?:option\s|choice\s)?(?:is|was|would be|must be|seems|appears to be|seems to be)\s{{1,3}}"
    rf"(?:(?:clearly|definitely|therefore|thus|indeed|likely|probably|most likely|the only|also)\s)?"
    rf"(?:(?:right|correct){_STOP}|(?:the|my|our)\s(?:final\s)?(?:most\s\w{{1,14}}\s)?"
    rf"(?:(?:right|correct|best|proper|safest|safer|better)\s)?(?:answer|choice|option|one)\b)"
    r"|\s{0,3}(?:选项|项|答案)?\s{0,3}(?:才|就|显然)?(?:是|为|最)?(?:最)?"
    r"(?:正确(?!率|性)|对的|最?(?:合适|恰当|合理)的|最佳|符合题意)"
    r"|\s{0,3}(?:选项|项)?\s{0,3}(?:才|就)?(?:是|为)(?:本题的?)?(?:正确|最佳|最终|合适)?的?(?:答案|选项|选择)",
    re.IGNORECASE,
)
_OTHER = r"(?:option |choice |选项)?[(\[\"']{0,2}\s?"
_THEN = r"(?=[)\]\"']{0,2}\s{0,2}(?:$|[\n.。,，、;/&]|and\b|or\b|are\b|both\b|和|或|与|及|都|均))"
_SEVERAL_RIGHT = re.compile(
    rf"\s{{0,2}}(?:,|，|、|/|&|\+|,?\s?(?:and|or)\s|,?\s?(?:and/or)\s|和|与|或者?|以?及|还是)\s{{0,2}}{_OTHER}"
    rf"[A-Ha-h](?![A-Za-z0-9']){_THEN}"
    r"|\s{0,2}(?:or|或者?)\s{0,2}[(\[]?[A-H](?![A-Za-z0-9'])|\s{0,2}[(\[][A-Ha-h][)\]]",
)


@cache
def _token(count: int) -> re.Pattern[str]:
    """Letters that stand alone, up to H or the last option."""
    last = LETTERS[max(count, 8) - 1]
    return re.compile(
        rf"(?<![A-Za-z0-9&/\\\-])(?<![A-Za-z]['.])(?:[A-{last}b-{last.lower()}]|a(?! [A-Za-z]))"
        rf"(?![A-Za-z0-9&+])(?!['\-][A-Za-z])(?!\.[A-Za-z]\b)(?!\)[A-Za-z0-9])(?![\"']\s?:)"
    )


def claims(text: str, options: Sequence[str]) -> list[Claim]:
    """What the text puts forward, in its order."""
    found = list(_token(min(len(options), len(LETTERS))).finditer(text))
    if len(found) > 2 * _MANY:
        found = found[:_MANY] + found[-_MANY:]
    read = [claim for place in found if (claim := _claim(text, place, options)) is not None]
    return _without_listing(read)


def _claim(text: str, place: re.Match[str], options: Sequence[str]) -> Claim | None:
    it = _surroundings(text, place.start())
    how = _how(it, options)
    if not how:
        return None
    index = it.option
    if _SEVERAL_RIGHT.match(it.right) or is_other(it.right, options, index):
        index = -1
    return Claim(index, it.start, it.end, how)


def _surroundings(text: str, at: int) -> _Letter:
    start = at
    while start > 0 and at - start < 8 and text[start - 1] in _OPEN:
        start -= 1
    while text[start] == " ":
        start += 1
    closed = _CLOSE.match(text, at + 1)
    end = closed.end() if closed else at + 1
    closers = text[at + 1 : end]
    bracketed = ")" in closers or "]" in closers or '"' in closers
    return _Letter(
        name=text[at],
        start=at,
        end=at + 1,
        left=text[max(0, start - _BEFORE) : start],
        right=text[end : end + _AFTER],
        bracketed=bracketed,
    )


def _how(it: _Letter, options: Sequence[str]) -> str:
    """By which sign the letter is put forward, empty where it is only mentioned."""
    if _ASKS.match(it.right):
        return ""
    if _LEAD.search(it.left[-32:]):
        return _leading(it, options)
    if (said := _STRONG.search(it.left)) and _not_denied(it.left, said):
        return "statement" if _settled(it, options) else ""
    if (said := _SOFT.search(it.left)) and _not_denied(it.left, said):
        return "statement" if _ENDS_FULLY.match(it.right) else ""
    return _called_right(it)


def _leading(it: _Letter, options: Sequence[str]) -> str:
    if _ALONE.match(it.right):
        return "letter"
    if called := _called_right(it):
        return called
    if begins_with(it.right, options, it.option):
        return "lead"
    if _PREDICATE.match(it.right):
        return ""
    delimited = it.bracketed or _DELIMITED.match(it.right) or _BECAUSE.match(it.right)
    if delimited or (it.name.isupper() and it.right[:1] in (",", "，", "(")):
        return "lead"
    return ""


def _settled(it: _Letter, options: Sequence[str]) -> bool:
    """What follows a stated letter shows that it was meant as a letter."""
    if it.bracketed or _ENDS.match(it.right) or _BECAUSE.match(it.right):
        return True
    if _SEVERAL_RIGHT.match(it.right) or begins_with(it.right, options, it.option):
        return True
    return not it.article and bool(_GOES_ON.match(it.right))


def _called_right(it: _Letter) -> str:
    if it.name.islower() and not it.bracketed:
        return ""
    found = _RIGHT.match(it.right)
    if not found or not _FREE.search(it.left[-24:]) or _ASKS.match(it.right, found.end()):
        return ""
    return "" if _DENIED.search(_CLAUSE.split(it.left)[-1]) else "statement"


def _not_denied(left: str, said: re.Match[str]) -> bool:
    if _INNER_NO.search(said.group().partition("but")[0]) and "but" not in said.group().lower():
        return False
    return not _DENIED.search(_CLAUSE.split(left[: said.start()])[-1])


def _without_listing(read: list[Claim]) -> list[Claim]:
    """Lines that begin with different letters go through the options, they choose none of them."""
    leads = {claim.option for claim in read if claim.how == "lead"}
    if len(leads) < 2:
        return read
    return [claim for claim in read if claim.how != "lead"]
