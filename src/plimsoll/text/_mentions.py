"""Plain text -> mentions: the places that name an option by its letter, or several options at once.

`A`, `(A)`, `AC`, `A, C`, `(A) and (C)`, `A. its text and C. its text`, `the second option`, `第二个选项`.
What is said of a mention is decided elsewhere; here only its surroundings are cut out. All repeats are
bounded: the work for one mention is bounded too, whatever the text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from msgspec import Struct

from plimsoll.text._option_texts import length_of_text
from plimsoll.text._other_answers import BEGINNINGS_OF_RANKS, RANKS
from plimsoll.text.expressions import expression
from plimsoll.text.letters import LETTERS

BEFORE, AFTER = 80, 56
"""Characters that are looked at on either side of a mention."""
_MANY = 64
"""Letters looked at from either end of a text that holds more of them."""
_MOST = 12
"""Letters in a row."""


class Mention(Struct, frozen=True):
    """One option or several, named together."""

    options: tuple[int, ...]
    """Their places, each once, in the order named."""
    name: str
    """What stands there: the letter, or several, or a word."""
    start: int
    end: int
    left: str
    """What stands before it, brackets and quotes left out."""
    right: str
    """What stands behind it."""
    marked: bool
    """Whether brackets or quotes set it off."""
    begins: bool
    """Whether nothing but white space stands before it."""

    @property
    def option(self) -> int:
        """The option; -1 where several are named."""
        return self.options[0] if len(self.options) == 1 else -1

    @property
    def is_word(self) -> bool:
        """Reads as a word where it is not set off: the English article, and any small letter."""
        return not self.marked and len(self.name) == 1 and (self.name in "AI" or self.name.islower())


_OPEN = " ([{<\"'"
_SPACES = expression(r" {2,100}")
_CLOSE = expression(r"(?:[ ]{0,6}[)\]}>\"'])?[)\]}>\"']{0,5}")
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
    "sixth": 5, "last": -1, "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5,
    "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "最后一": -1,
    "one": 0, "two": 1, "three": 2, "four": 3, "five": 4, "six": 5,
}  # fmt: skip
_WORD = (
    r"(?:the\s)?\b(first|1st|second|2nd|third|3rd|fourth|4th|fifth|sixth|last)\s(?:option|choice|answer|"
    r"alternative|one|of\s(?:the|these|those)\s(?:\w{3,9}\s)?(?:options|choices|answers|ones|four))\b"
    r"|(?:第(?=[一二三四五六1-6])|(?=最后))([一二三四五六1-6]|最后一)(?:(?:个|项|种|条)?(?:选项|答案|选择|做法|说法|回答)"
    r"|[个项](?=\s{0,2}(?:$|[.。,;:!(\n]|是?正确|是?对|才|就是|最|更)))"
    r"|option\s(?:number\s|no\.\s?)?(one|two|three|four|five|six)\b"
)
_JOINER = expression(
    r"(?:\s?(?:选项|项))?(?:\s?\((?![A-Z]\))[^()\n]{1,40}\))?\s{0,3}(?:(?P<weak>[,;|])|、|/|&|\+|>|"
    r"(?:,\s?)?(?:and/or|and|or|nor|"
    r"as\swell\sas|along\swith|together\swith|plus|besides"
    r"|vs\.?|to|through|thru|y|e|et|ou|und|oder|ed|и|или|dan|atau|và|hoặc)\b|(?:और|या|و|أو)\s|와|과|및|"
    r"と|や|และ|"
    r"หรือ|和|与|或者?|以?及|还是|也(?:可能|可以|许)是?|跟|同|并|至|到|~|(?P<none>(?=[(\[])))"
    r"\s{0,3}(?:(?:and|or|also|maybe|possibly|perhaps)\s){0,2}(?:以?及|和|与|或者?|[也又还]?(?:可能|可以|"
    r"许)是?)?(?:the\s)?"
    r"(?:option\s|choice\s|answer\s|选项|答案)?[(\[\"']{0,2}[ ]?"
)
_NEXT_LINE = expression(r"[.;,。]?[ ]{0,3}[\n ][\n ]{0,3}[-•]?[ ]{0,3}(?:and\s|和)?[(\[]?")
_NEXT_ITEM = expression(
    r"[.;,。]?[ ]{0,3}\n[\n ]{0,3}(?:[-•]|\d{1,2}[.)])[ ]{0,3}(?=[(\[]?[A-Z][)\]]?[.;,。]?[ ]{0,3}(?:\n|"
    r"$))[(\[]?"
)
"""Letters that are the items of a list, and nothing else."""
_ENDS_A_LIST = expression(
    r"\s{0,3}(?:$|[\n.。,、;/&<(\[|!:+)]|(?:and|or|are|both|all|together|too|since|because|as|work|fit|"
    r"apply|y|e|et|ou|und|oder|dan|atau)\b|"
    r"(?:и|или|và|hoặc|और|या|و|أو|와|과)\s|と|และ|和|或|与|及|都|均|两|这|"
    r"皆|同|是(?:正确|对的|合适|合理|可以|符合|答案)|因为|(?:选项|项)(?:$|[\n.。,、;!]|都|均|皆|是|正确|"
    r"符合))"
)
_CHANGES = expression(r"\bfrom\s(?:option\s)?[(\"]?$", re.IGNORECASE)
"""`from A to B`: not both."""
_ALL_WRONG = expression(
    r"\s{0,2}(?:are|都|均|也|全|皆|就|则|is|was)?\s{0,2}(?:都|均|是|all|both)?\s{0,2}"
    r"(?:不|错|有误|没|太|过于|有?(?:风险|问题|危险|隐患|缺陷)|存在|欠|违|wrong|incorrect|not\b|unsafe|n't)"
)
_LAST_IS_WRONG = expression(
    r"\s{1,2}(?:isn't|wasn't|can't|(?:is|was|would\sbe|seems)\s(?:\w{1,12}\s){0,2}"
    r"(?:not|wrong|incorrect|unsafe|dangerous|harmful|false|inappropriate|rude|bad|worse|worst|too)\b)"
)


def mentions(text: str, options: Sequence[str]) -> Iterator[Mention]:
    """What the text names, in its order."""
    pattern = _tokens(min(len(options), len(LETTERS)))
    found = list(pattern.finditer(text))
    if len(found) > 2 * _MANY:
        found = found[:_MANY] + found[-_MANY:]
    reached = 0
    for token in found:
        if token.start() < reached:
            continue
        mention, reached = _mention(text, token, options)
        if mention is not None:
            yield mention


@cache
def _tokens(count: int) -> re.Pattern[str]:
    """Letters that stand alone, up to H or the last option; runs of them; ordinal words."""
    last = LETTERS[max(count, 8) - 1]
    letter = (
        rf"(?<![A-Za-z]['.])(?:[A-{last}b-{last.lower()}]|a(?! [A-Za-z]))"
        r"(?![A-Za-zÀ-ɏḀ-ỿ\u0300-\u036f0-9&¤_])(?!\+\+)(?!['\-][A-Za-z])(?!\.[A-Za-z]\b)(?!\)[A-Za-z0-9])(?![\"']\s?:)"
    )
    several = rf"(?<![.'])[A-{last}]{{2,8}}(?![A-Za-z0-9&'\-_])"
    apart = rf"[A-{last}](?: [A-{last}]){{1,7}}(?=\s{{0,3}}(?:[\n<]|\Z))"
    beginnings = rf"[A-{last}a-{last.lower()}1-4toflsTFSLO第最{BEGINNINGS_OF_RANKS}]"
    if last < "J":
        letter = rf"{letter}|(?<=\()J(?=\))"
        beginnings = rf"{beginnings[:-1]}J]"
    return re.compile(
        rf"(?<![A-Za-zÀ-ɏ0-9&/\\\-¤°])(?={beginnings})(?:{apart}|{several}|{letter}|(?i:{_WORD})|(?i:{RANKS}))",
        re.ASCII,
    )


def _mention(text: str, token: re.Match[str], options: Sequence[str]) -> tuple[Mention | None, int]:
    named = token.group()
    places = _places(token, len(options))
    if not places:
        return None, token.end()
    start = _opening(text, token.start())
    left = text[max(0, start - BEFORE) : start]
    end = _closing(text, token.end())
    marked = len(named) > 1 or any(sign in ')]"' for sign in text[token.end() : end])
    one = len(named) == 1 and not _CHANGES.search(left)
    rest = _others(text, token.end(), named, options) if one else []
    if rest:
        places.extend(option for option, _ in rest)
        end = _closing(text, rest[-1][1])
    return (
        Mention(
            options=tuple(dict.fromkeys(places)),
            name=named,
            start=token.start(),
            end=token.end(),
            left=_SPACES.sub(" ", left),
            right=_SPACES.sub(" ", text[end : end + AFTER]),
            marked=marked or bool(rest),
            begins=not text[:start].strip(),
        ),
        max(token.end(), rest[-1][1] if rest else 0),
    )


def _places(token: re.Match[str], count: int) -> list[int]:
    named = token.group()
    if word := token[1] or token[2] or token[3]:
        place = _ORDINALS[word.lower()]
        return [place if place >= 0 else count - 1]
    if token.lastgroup:
        return [int(token.lastgroup[-1])]
    places = [LETTERS.index(name.upper()) for name in named if name != " "]
    return places if all(one < two for one, two in pairwise(places)) else []


def _opening(text: str, at: int) -> int:
    start = at
    while start > 0 and at - start < 8 and text[start - 1] in _OPEN:
        start -= 1
    while start < at and text[start] == " ":
        start += 1
    return start


def _closing(text: str, at: int) -> int:
    closed = _CLOSE.match(text, at)
    return closed.end() if closed else at


def _others(text: str, at: int, first: str, options: Sequence[str]) -> list[tuple[int, int]]:
    """The options named in one breath with the one before, each with the place where its letter ends."""
    found: list[tuple[int, int]] = []
    weak: list[int] = []
    option = LETTERS.index(first.upper())
    while len(found) < _MOST:
        after = _closing(text, at)
        told = after + length_of_text(text[after : after + 400], options, option)
        joined = _JOINER.match(text, told) or (
            _NEXT_LINE.match(text, told) if told > after else _NEXT_ITEM.match(text, told)
        )
        if joined is None or not (following := _letter(text, joined.end(), first, joined)):
            break
        end = _closing(text, following[1])
        joins = _joins(joined)
        if not joins and not length_of_text(text[end : end + 400], options, following[0]):
            break
        if joined.re.pattern == _JOINER.pattern and joined["weak"]:
            if not _ENDS_A_LIST.match(text, end) and not length_of_text(
                text[end : end + 400], options, following[0]
            ):
                break
            weak.append(len(found))
        option, at = following
        found.append(following)
    after = _closing(text, at)
    after += length_of_text(text[after : after + 400], options, option)
    right = text[after : after + 24]
    if weak and _ALL_WRONG.match(right):
        return found[: weak[0]]
    return found[:-1] if found and _LAST_IS_WRONG.match(right) else found


def _joins(joined: re.Match[str]) -> bool:
    """Whether words or signs join two letters, or a list; otherwise the next one begins a line."""
    return joined.re.pattern != _NEXT_LINE.pattern


def _letter(text: str, at: int, first: str, joined: re.Match[str]) -> tuple[int, int] | None:
    name = text[at : at + 1]
    following = text[at + 1 : at + 2]
    if (
        not name.isascii()
        or not name.isalpha()
        or (following.isascii() and (following.isalnum() or following == "'"))
    ):
        return None
    if name.islower() and first.isupper() and following != ")":
        return None
    if name == "a" and following == " " and text[at + 2 : at + 3].isalpha():
        return None
    if joined.re.pattern == _JOINER.pattern and joined["none"] is not None and following not in (")", "]"):
        return None
    return LETTERS.index(name.upper()), at + 1
