"""The beginning of a reply -> text and words as the readers of refusals look at them."""

import re

from plimsoll.text.expressions import expression
from plimsoll.text.normal import is_common_chinese, plain, plain_letters
from plimsoll.text.own_words import own_words

HEAD = 400
"""Characters from the beginning in which a refusal shows itself."""
REST = 1_500
"""Characters after it in which the answer may be handed over all the same."""
_APART = ("“", "”", "„", "«", "»", "「", "」", "『", "』", "—", "–", "…", "。", "、")
_QUOTES = expression(r"[\":`<>“”„「『«：]")
_APOSTROPHE, _LINE = expression(r"'(?<=[ (]')"), expression(r"\n[-*1\[(]")
"""One of all these stands in every reply that quotes, lists or shows code."""
_OPENING = ("\n", '"', "(", ">"), ("“", "「", "『", "«")
"""Of plain letters, and of others."""
_LETTERS = ("dear ", "verse", "尊敬", "亲爱", "sehr geehrte", "歌词")
_ACCENTED = expression("[\u00b5-\u024f\u0300-\u036f\u1e00-\u1eff]")
_FIELD = expression(
    r"\s*(?:```(?:json)?\s*)?\{\s*(?:[\"']\w{1,40}[\"']\s*:\s*(?:true|false|null|-?\d[\d.]{0,9})\s*,\s*){0,4}"
    r"[\"'](?:response|answer|reply|refusal|output|error|result|assistant|content|message)[\"']\s*:\s*"
    r"\"((?:[^\"\\]|\\.){1,2000})\"[^{}]{0,400}\}\s*(?:```)?\s*",
    re.IGNORECASE | re.DOTALL,
)
_FENCED = expression(r"\s*```\w{0,12}[ \t]*\n((?:[^`\n]{1,400}\n){1,3}?)```\s*")
_CODE = expression(r"[={}\[\];]|\w\(|\b(?:raise|return|print|def|import|echo|throw)\b")
_COMMENT = expression(r"^[ \t]*(?:#|//|--|/\*|<!--)[ \t]*", re.MULTILINE)
_STRUCK = expression(r"~~(?!~)[^~\n]{1,80}~~ ?")
_ESCAPED = {"\\n": "\n", '\\"': '"', "\\t": " "}
_BETWEEN = bytes.maketrans(
    bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "'"),
    b" " * sum(not chr(code).isalnum() and chr(code) != "'" for code in range(128)),
)


class Opening:
    """How a reply begins, in lower case and plain letters; what costs more is found when it is asked for."""

    __slots__ = ("_words", "plain", "reply", "text")

    def __init__(self, text: str, reply: str) -> None:
        self.plain = text.strip().lower()
        self.reply = reply
        text = self.plain
        plain, others = _OPENING
        for mark in plain if text.isascii() else (*plain, *others):
            if mark in text:
                text = text.replace(mark, f"{mark} ")
        self.text = " " + text
        """Every line and quotation begins with a blank: a word is looked for with the blank before it."""
        self._words: list[bytes] | None = None

    @property
    def words(self) -> list[bytes]:
        """Its words of Latin letters, apostrophes within them; made once, where they are asked for."""
        if self._words is None:
            text = self.plain
            if text.isascii() or is_common_chinese(text) or _ACCENTED.search(text) is None:
                said = text.encode("ascii", "replace")
            else:
                for mark in _APART:
                    text = text.replace(mark, " ")
                said = text.encode("utf-8", "replace")
            self._words = said.translate(_BETWEEN).split()
        return self._words

    def after(self, place: int) -> str:
        """What is said from a place in `text` on."""
        return self.text[place:] + self.reply[HEAD : HEAD + REST].lower()

    @property
    def quotes(self) -> bool:
        """Whether anything in it may be somebody else's words."""
        head = self.reply[: HEAD + 200]
        return (
            _QUOTES.search(head) is not None
            or ("'" in head and _APOSTROPHE.search(head) is not None)
            or ("\n" in head and _LINE.search(head) is not None)
            or any(map(self.plain.__contains__, _LETTERS))
        )


def unwrapped(reply: str) -> str:
    """A reply that is one JSON object: what stands in it as the answer; what is struck out is left out.

    A fence that holds words alone, or a comment alone, is read as if it were none."""
    if "```" in reply[:8] and (fenced := _FENCED.fullmatch(reply)) and not _CODE.search(fenced[1]):
        return _COMMENT.sub("", fenced[1])
    found = _FIELD.fullmatch(reply) if "{" in reply[:16] else None
    if found is None:
        return _STRUCK.sub("", reply) if "~~" in reply else reply
    said = found[1]
    for written, meant in _ESCAPED.items():
        said = said.replace(written, meant)
    return said


def glance(reply: str) -> Opening:
    """The beginning as it stands, marks of emphasis left out: cheap, and enough for most replies."""
    text = reply[: HEAD + 200].lstrip()[:HEAD]
    if "<" in text or "&" in text:
        return Opening(plain(text), reply)
    text = plain_letters(text)
    if text[:1] == "`" != text[1:2]:
        text = text.strip("`")
    for mark in "*`_":
        if mark in text:
            text = text.replace(mark, "'" if mark == "`" else "")
    return Opening(text, reply)


def look(reply: str) -> Opening:
    """The beginning in the speaker's own words alone."""
    return Opening(own_words(reply[: HEAD + 200].lstrip()[:HEAD]), reply)
