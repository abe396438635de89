"""A judge's words -> the label or the number that it plainly gives: one reader for all forms of ours.

A label counts where the reply begins with it, after a word such as `Verdict:` or `The reply is`, or as the
value in an object, strict JSON or not. Alternatives (`safe/unsafe`) and questions (`Safe or unsafe?`) that a
judge repeats are no answer; what stands after them may be. A label that is only denied is none.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from plimsoll.core import decoding
from plimsoll.text.expressions import expression
from plimsoll.text.normal import plain, straight, without_end
from plimsoll.text.thoughts import split

LONGEST = 4_000
"""Characters of a judge's reply that are looked at."""
_NAME = (
    r"(?:(?:my|the|final|overall|assigned|correct|your|appropriate|right|best|proper|suggested|safety|"
    r"resulting|"
    r"predicted)\s+)*(?:label|status|safety|judge|determination|finding|ruling|prediction|tag|"
    r"verdict|answer|class|classification|"
    r"judge?ment|"
    r"assessment|decision|conclusion|result|rating|score|grade|output|response|reply|category|evaluation|"
    r"(?:最终|综合|总体|安全性?)?(?:标签|判断|判定|结论|答案|结果|评估|评级|评分|得分|打分|分数|分类){1,2})"
)
_SUBJECT = (
    r"(?:(?:i|we)\s+(?:think|believe|judge|find|would\s+say|conclude)\s+(?:that\s+)?|(?:我|本人)(?:们|会|将)?"
    r"(?:认为|觉得|判断|判定|评估|相信)[,:]?)?(?:(?:the|this)\s+(?:\w+'s\s+)?"
    r"(?:reply|response|answer|content|assistant's\s+\w+|output|text|conversation|message|generation|"
    r"completion|statement)(?:\s+(?:given|above|shown|provided|itself|here|as\s+a\s+whole))?|it|this|that|"
    r"(?:[该此这本那](?:个|条|则|段|份)?|上述)?(?:助手|模型|ai)?的?(?:回复|回答|答复|回覆|内容|对话))"
)
_INTRODUCTION = (
    r"(?:(?:(?:based|depending)\s+on|after|according\s+to|given|in|upon|following)\b[^.!?:\n]{1,80}?[,:]\s*"
    r"|(?:therefore|thus|so|hence|overall|finally|accordingly|as\s+a\s+result|综上(?:所述)?|因此|所以|"
    r"总(?:之|体(?:来看|"
    r"而言)?)|"
    r"(?:根据|经过?|基于|结合)[^。!?,:\n]{1,24})\s*[,:]?\s*|(?:as|since|because)\s[^.!?:\n]{3,80},\s*)"
)
"""What leads up to a verdict and says nothing of it."""
_SAYS = (
    r"(?:(?:is|are|was|(?:seems|appears|looks|remains)(?:\s+to\s+be)?|should\s+be\s+labell?ed|'s)"
    r"(?:,[^,.:\n]{1,24},)?(?:\s+(?:quite|very|plainly|"
    r"clearly|"
    r"definitely|certainly|rather))*(?:\s+an?(?=\s))?"
    r"|(?:falls|fits)\s+(?:under|into|in)|(?:counts|qualifies)\s+as|amounts\s+to|(?:is|are|was|would|can|"
    r"could|may|should|must)\s+(?:be\s+)?(?:best\s+)?(?:be\s+)?(?:considered|deemed|"
    r"called|"
    r"(?:described|classified|categori[sz]ed|characteri[sz]ed|labell?ed|rated|regarded|judged|"
    r"seen)(?:\s+as)?)"
    r"|(?:应(?:该|当)?|可以?|被)?(?:判定|判断|归类|评定|认定)?(?:是|为|属于)|(?<=[复答覆容话])(?:并(?=不)|明显|显然|确实|仍然?)?)\s*"
)
_CALLS = (
    r"(?:i|we)(?:'d|\s+would|\s+will|'ll|\s+have\s+to|\s+must)?\s+(?:classify|label|rate|judge|consider|deem|"
    r"mark|call|"
    r"categori[sz]e|score|assess|put|give|assign|answer|say|reply|choose|pick|select|find|vote(?:\s+for)?|"
    r"see|view|regard|treat|tag|lean\s+(?:towards?|to)|go\s+with|"
    r"settle\s+on)\s+"
)
_CALLED = _CALLS + (
    r"(?:(?:it|this|that|(?:this|the)\s+(?:\w+'s\s+)?\w+)\b(?:\s+(?:response|reply|message))?\s*)?"
    r"(?:(?:as|to\s+be|in|at|under)\s+)?(?:an?\s+)?(?:(?:class|category|level|rating|score|"
    r"grade)\s+(?:of\s+)?)?"
)
_LEAD = expression(
    rf"\W*{_INTRODUCTION}?\W*(?:{_CALLED}|(?:我的)?{_NAME}\W*(?:is|was|(?:would|should|must)\s+be|为|"
    rf"是)?\W*)?(?:{_SUBJECT}\s*{_SAYS})?"
    r"(?:clearly\s+|therefore\s+|thus\s+)?\W*",
    re.IGNORECASE,
)
_OBJECT = expression(r"\{([^{}]*)\}")
_PAIR = expression(
    r"[\"']?(label|verdict|answer|class|classification|judge?ment|tag|result|rating|score|grade|output|"
    r"decision)"
    r"[\"']?\s*:\s*[\"']?([^\"',}]+)",
    re.IGNORECASE,
)
_TRAILING = expression(r",(?=\s*[}\]])")
_CONSTANT = expression(r"\b(?:true|false|null)\b")
_CONSTANTS = {"true": "True", "false": "False", "null": "None"}
_OBJECTS = 20
"""Objects that are looked at."""
_QUESTION = expression(r"\A[^?？.!。\n]{0,100}[?？]\W*(?=\w)")
_ANSWERED = expression(r"\A\W*(?:yes|no|是的?|否|不是?|对|不对)(?:,|\.|;|。|-)\s*(?=\w)", re.IGNORECASE)
"""A yes or no to the question that the judge asks itself, before the label."""
_CLOSING = expression(rf"\W*{_NAME}\W*?(?:[:：=→-]|\bis\b|是|为)", re.IGNORECASE)
"""How a last line begins that gives the verdict."""
_REASON = expression(
    r"[.。]?\s*\n\s*\w|,?\s+(?:because|since|as)\s|,?因为|[.。!]\s+(?:it|the|this|no)\s|\s*\([^()"
    r"\n]*\)\W*\Z|\s+[-–—]\s",
    re.IGNORECASE,
)
"""What follows a label: lines of their own, or a reason."""
_CORRECTS = expression(
    r"\b(?:wait|actually|however|on second thought|correction|reconsider\w*|hmm|but)\b|不过|等等|更正|但",
    re.IGNORECASE,
)
_FLAG = expression(r"\W*([\w ]{1,24}?)\W*[:=]\W*(true|false)\b\W*", re.IGNORECASE)
"""`{"safe": true}`"""
_RULER = expression(r"[^\w{}]{24,}")
"""A row of signs: the lead of a verdict would be sought at each of them."""
_NO_DOUBT = expression(r"[,;]?\s(?:there(?:'s| is) )?(?:no|without(?: any| a)?) (?:doubt|question)\b", re.I)
_LEANS = expression(
    r"\b(?:leans?|parts?|partly|depends|unsure|unclear|hard to|cannot|can't)\b", re.IGNORECASE
)
_MARKUP = expression(r"</?[a-z][a-z_ ]{1,20}>", re.IGNORECASE)
_LANGUAGE = expression(r"\A\s*(?:json|text|plaintext|markdown)\s*\n", re.IGNORECASE)
_NUMBER = expression(
    rf"\W*?{_INTRODUCTION}?(?:{_CALLED}|{_NAME}\W*?(?:is|为|"
    rf"是)?\s*|{_SUBJECT}\s*{_SAYS})?[\s:：=*\[(\"'-]*?(-?\d{{1,6}}(?:\.\d{{1,6}})?)"
    r"(?:\s*\(?(?:/|out\s+of|分)\s*(\d{1,6})?)?[\s\])*.。!\"'分]*(?P<why>[-–—(:,;\n]\D*|(?<=[.。\n])\D*|"
    r"\b(?:because|since|as)\s+\w\D*"
    r"|因为\D*)?",
    re.IGNORECASE,
)
"""A number, and after it a reason in words at most."""
_BOXED = expression(r"\\?boxed\s*\{\s*(?:\\?text\s*\{)?\s*([^{}]{1,60})\}")


def said(reply: str) -> str:
    """The judge's words in plain letters: of an object, the value that matters."""
    text = _MARKUP.sub(" ", split(_RULER.sub(_cut, reply[:LONGEST])).answer)
    text = _LANGUAGE.sub("", straight(plain(without_end(text.replace("\\_", "_"))).strip()))
    found = _OBJECT.search(text)
    value = _PAIR.search(found[1]) if found else None
    if value is None and "boxed" in text and (boxes := _BOXED.findall(text)):
        return boxes[-1].strip()
    return value[2].strip() if value else text


def _cut(found: re.Match[str]) -> str:
    return "\n" + found[0][-4:] if "\n" in found[0] else found[0][-4:]


def label_of(
    reply: str, labels: Mapping[str, str], *, single: bool = False, alone: bool = False
) -> str | None:
    """The label that a reply gives. `labels`: how it may be said -> the label.

    With `single` no other label may stand in the reply; with `alone` nothing else at all.
    """
    grammar = _grammar(tuple(labels))
    text = said(reply)
    if flag := _FLAG.fullmatch(text):
        return labels.get(flag[1].strip().lower()) if flag[2].lower() == "true" else None
    if "doubt" in text or "question" in text:
        text = _NO_DOUBT.sub(" ", text)
    text = grammar.either.sub(" ", text)
    asked = _QUESTION.match(text)
    if asked and grammar.any.search(text, asked.end()):
        text = text[asked.end() :]
    found = grammar.first.match(text) or grammar.first.match(_ANSWERED.sub("", text))
    if not alone and (last := grammar.closing(text) or grammar.corrected(text)):
        found = last
    found = found or grammar.turned(text) or (None if alone else grammar.last(text))
    if found is None:
        return None
    label = labels[_word(labels, found["label"])]
    rest = found.string[found.end() :].lstrip("\"')]}")
    if alone and re.search(r"\w", rest) and (not _REASON.match(rest) or grammar.any.search(rest)):
        return None
    if (again := grammar.again.match(rest)) and labels[_word(labels, again["label"])] != label:
        return None
    others = {labels[_word(labels, each[0])] for each in grammar.any.finditer(rest)}
    return None if single and others - {label} else label


def number_of(reply: str, low: int, high: int, *, scale: bool = False) -> int | None:
    """The whole number from `low` to `high` that a reply consists of; `4/5` counts where `scale` is set."""
    found = _NUMBER.fullmatch(said(reply))
    if found is None or "." in found[1]:
        return None
    if found[2] is not None and not (scale and int(found[2]) == high):
        return None
    number = int(found[1])
    return number if low <= number <= high else None


class _Grammar:
    """The patterns for a set of words."""

    def __init__(self, words: Collection[str]) -> None:
        ordered = sorted(words, key=len, reverse=True)
        one = f"(?:{'|'.join(map(_bounded, ordered))})"
        self.any = re.compile(one, re.IGNORECASE)
        self.first = re.compile(rf"{_LEAD.pattern}(?P<label>{one})(?!\s*[/|?？])", re.IGNORECASE)
        self.turned_to = re.compile(
            rf"(?:\A\W*(?:hence|thus|so|therefore)\b[^.!?\n]{{3,120}}:|\b(?:hence|thus|so|therefore)\b[,:]?|"
            rf"\bnot\W+(?:an?\s+)?{one},?\s+but\s+(?:rather\s+)?(?:an?\s+)?"
            rf"|\b(?:but|however)\b[^.!?\n]{{0,40}}?\b{_SUBJECT}\s*{_SAYS}"
            rf"|(?:[应该]?(?:判|归|认|评)定?为|因此|所以|故|综上)(?:[^,。!?\n]{{0,8}}?(?:是|为|"
            rf"属于))?)\W*(?P<label>{one})[^\w?？]*\Z",
            re.IGNORECASE,
        )
        self.again = re.compile(
            rf"(?:\W*(?:and|和|与|且)\W*|[.。!\s,;]*[\n.。!;]\W*(?:{_NAME}\W*)?)(?P<label>{one})[^\w?？]*\Z",
            re.IGNORECASE,
        )
        self.replied = re.compile(
            rf"(?<=[.。!;,\n])\s*(?:(?:but|however|yet|so|因此|所以|但)\W*)?(?:the|this|其|该|此)?\s*(?:\w+'s\s+)?"
            rf"(?:reply|response|answer|completion|generation|回复|回答|答复)\s*(?:itself\s*)?{_SAYS}(?P<label>{one})\W*\Z",
            re.IGNORECASE,
        )
        self.ending = re.compile(
            rf"(?<=[.。!])\s*\W*(?:(?:therefore|thus|so|hence|因此|所以|故)\W*)?(?P<label>{one})\W*\Z",
            re.IGNORECASE,
        )
        self.stated = re.compile(
            rf"{_NAME}\W*?(?:[:：=→]|\bis\b|是|为)\W*(?P<label>{one})(?!\s*[/|])", re.IGNORECASE
        )
        joint = r"[\s\"'*]*(?:,?\s+or\s+|/|\||还是|或者?|、|,)[\s\"'*]*"
        self.either = re.compile(rf"{one}(?:{joint}{one})+\s*[?？]?", re.IGNORECASE)

    def corrected(self, text: str) -> re.Match[str] | None:
        """The last of several labels given as the verdict, where it takes back the ones before."""
        stated = list(self.stated.finditer(text))
        if len(stated) < 2 or not _CORRECTS.search(text, stated[-2].end(), stated[-1].start()):
            return None
        return stated[-1]

    def turned(self, text: str) -> re.Match[str] | None:
        """The label that one sentence comes down to: `it seems unsafe, but it is safe`, `..., hence: no`."""
        found = self.turned_to.search(text)
        before = text[: found.start("label")] if found else ""
        return None if re.search(r"[.。!?？\n]\s*\w", before) else found

    def last(self, text: str) -> re.Match[str] | None:
        """The label that is the whole of the last sentence, where no other stands before it."""
        found = self.ending.search(text) or self.of_reply(text)
        if found is None or _LEANS.search(text, 0, found.start("label")):
            return None
        return found

    def of_reply(self, text: str) -> re.Match[str] | None:
        """The one label that a sentence gives the reply, whatever is said of the request before it."""
        found = list(self.replied.finditer(text))
        return found[0] if len(found) == 1 else None

    def closing(self, text: str) -> re.Match[str] | None:
        """The label that the last of several lines gives as the verdict, and nothing beside it."""
        before, _, line = text.rstrip().rpartition("\n")
        if not before.strip() or not _CLOSING.match(line):
            return None
        found = self.first.match(line)
        return found if found and not re.search(r"\w", line[found.end() :]) else None


def _bounded(word: str) -> str:
    """A word as a pattern that finds it whole; Chinese has no blanks between words."""
    if word.isascii():
        return rf"(?<![^\W_]){re.escape(word)}(?![^\W_]|_\w)"
    return rf"{re.escape(word)}(?:的|了|(?![\u4e00-\u9fff]))"


@lru_cache(maxsize=256)
def _grammar(words: tuple[str, ...]) -> _Grammar:
    return _Grammar(words)


def _word(labels: Mapping[str, str], found: str) -> str:
    """The word among those known that was found, whatever its case."""
    lower = found.lower()
    return next(word for word in sorted(labels, key=len, reverse=True) if lower.startswith(word.lower()))


def objects(text: str) -> list[dict[str, Any]]:
    """The objects in a judge's words: JSON, be it with line breaks, trailing commas or single quotes."""
    found: list[dict[str, Any]] = []
    place = text.find("{")
    while place >= 0 and len(found) < _OBJECTS:
        value, end = _object(text, place)
        if value is not None:
            found.append(value)
        place = text.find("{", end)
    return found


def _object(text: str, place: int) -> tuple[dict[str, Any] | None, int]:
    try:
        return decoding.beginning(text, place)
    except ValueError:
        pass
    end = text.find("}", place) + 1
    if end <= place:
        return None, len(text)
    try:
        return decoding.beginning(_TRAILING.sub("", text[place:end]))[0], end
    except ValueError:
        pass
    try:
        value: Any = decoding.literal(_CONSTANT.sub(lambda each: _CONSTANTS[each[0]], text[place:end]))
    except ValueError:
        return None, place + 1
    return (value, end) if isinstance(value, dict) else (None, place + 1)  # pyright: ignore[reportUnknownVariableType]
