"""The beginning of a reply -> what its speaker says in its own name.

Left out are code, quotations, the lines of a dialogue, and everything from the place on where the reply
begins to hand over what was asked for: a letter, a song, a list, a heading that ends in a colon. A reply
that is nothing but a quotation is read without its marks.
"""

import re

from plimsoll.text.expressions import expression
from plimsoll.text.normal import plain

_CODE = expression(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|<(pre|code)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_SPAN = expression(r"`[^`\n]{1,200}`")
_QUOTED = expression(
    r"“[^“”]{0,600}(?:”|\Z)|「[^「」]{0,600}(?:」|\Z)|『[^『』]{0,600}(?:』|\Z)|«[^«»]{0,600}(?:»|\Z)"
    r"|„[^„“”\"]{0,600}[“”\"]|《[^《》]{0,200}》|\"(?<![\w']\")(?=\S)[^\"\n]{1,600}(?:\"(?!\w)|\Z)"
    r"|'(?<![\w']')(?=\w)[^'\n]{1,60}(?:'\w{1,2}\b[^'\n]{1,60}){0,4}'(?!\w)"
)
_WHOLE = expression(r"\s*[“「『«„\"'‘]+([^“”「」『』«»„\"]{1,600})[”」』»“\"'’]+[\s.。]*")
_WHOLE_SPAN = expression(r"\s*`([^`\n]{1,300})`\s*")
_QUOTED_LINES = expression(r"^[ \t]*>[^\n]*\n?", re.MULTILINE)
_SPEAKER = expression(
    r"^[ \t*_]{0,4}([^\W\d][\w .'-]{0,24})[*_]{0,3}[:：][*_]{0,3}[ \t]+\S[^\n]*\n?", re.MULTILINE
)
_OURS = frozenset(
    ("assistant", "ai", "ai assistant", "answer", "response", "reply", "bot", "chatbot", "model", "a")
)
"""Labels under which a reply speaks for itself."""
_QUOTES = ('"', "“", "「", "『", "«", "„", "《")
_APOSTROPHE = expression(r"'(?<![\w']')(?=\w)")
"""Where none of these stands, nothing is quoted."""
_HEADING = (
    r"[ \t*#_]{0,6}(?:(?:dear|subject|re|title|to whom|scene|verse|chorus|act|chapter|hook|intro|"
    r"sehr geehrte|lieber?|ch[eè]re?|madame|monsieur|estimad[oa]|querid[oa]|gentile|car[oa]|prezad[oa]|"
    r"уважаем\w+|kepada|kính gửi)\b|拝啓|尊敬的|亲爱的|主题|标题|歌名|歌词)[^\n]{0,60}(?:[,:，：]|\d)"
)
_CONTENT = tuple(
    (hints, expression(pattern))
    for hints, pattern in (
        (
            ("here", "below", "the following"),
            r"(?:here(?:'s| is| are| you go)|below (?:is|are)|the following)\b[^\n]{0,160}:[*_]{0,2}"
            r"\s*(?:\n|[\"“]|$)",
        ),
        (("以下是", "如下", "下面"), r"(?:以下是|如下|下面是|下面就是)[^\n]{0,60}?[:：。]?\s*\n"),
        ((), rf"\A{_HEADING}"),
        (("\n",), rf"\n(){_HEADING}"),
        (("[", "("), r"[\[(](?:verse|chorus|intro|hook|bridge|scene|setting|pre-chorus|outro)\b"),
        (("\n",), r"\n[ \t]{0,4}(?:[-*•+]|\d{1,2}[.)、])[ \t]{1,4}\S"),
    )
)
"""Where a reply begins to hand over what was asked for; before each, what is in it at the least."""


def own_words(head: str) -> str:
    """The speaker's own words, in plain letters and without marks; what follows is handed over."""
    whole = _WHOLE.fullmatch(head) or _WHOLE_SPAN.fullmatch(head)
    if whole:
        return plain(whole[1])
    if "`" in head or "~~~" in head or "<" in head:
        head = _SPAN.sub(" _ ", _CODE.sub("\n", head))
    if ">" in head:
        head = _without(_QUOTED_LINES, head)
    if head.count(":") + head.count("：") > 1:
        head = _out_of_dialogue(head)
    head = head[: _content(head)]
    if any(map(head.__contains__, _QUOTES)) or _APOSTROPHE.search(head):
        head = _QUOTED.sub(" _ ", head)
    return plain(head)


def _content(head: str) -> int | None:
    """Where the first thing that is handed over begins."""
    lowered = head.lower()
    if len(lowered) != len(head):
        lowered = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in head)
    called = (each for hints, each in _CONTENT if not hints or any(map(lowered.__contains__, hints)))
    found = (each.search(lowered) for each in called)
    return min((each.start(each.lastindex or 0) for each in found if each is not None), default=None)


def _out_of_dialogue(head: str) -> str:
    """The text without the lines of others, where several speak."""
    names = {found[1].strip().lower() for found in _SPEAKER.finditer(head)}
    if len(names) < 2:
        return head
    return _SPEAKER.sub(lambda found: found[0] if found[1].strip().lower() in _OURS else "\n", head)


def _without(lines: re.Pattern[str], head: str) -> str:
    """The text without such lines, where anything is left of it."""
    left = lines.sub("\n", head)
    return left if left.strip() else head
