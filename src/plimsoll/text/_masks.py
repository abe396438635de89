"""A reply -> the same reply with what is no language blanked: formulas, LaTeX commands, marks of the end.

Letters of a formula (`$f(A)=C$`) are no answers. A formula that holds nothing but a letter, or a box, is
one: it is unwrapped. Everything keeps its place.
"""

import re
from collections.abc import Iterator

from plimsoll.text.expressions import expression

BLANK = "¤"
"""Stands where a formula stood, so that what is left and right of it does not grow together."""

END_OF_REPLY = expression(
    r"</s>|<\|(?:im_end|endoftext|eot_id|end_of_text|eom_id|END_OF_TURN_TOKEN|return|user|eos)\|>"
    r"|<(?:EOS_TOKEN|end_of_turn|eos|EOT|eod)>|\[(?:EOS|/?INST)\]|<｜end▁of▁sentence｜>|<\|im_start\|>user"
    r"|<reserved_\d{1,4}>"
)
"""What follows is another turn."""
_END_OF_PART = expression(
    r"<eo[a-z]>|<s>|<pad>|<unk>|<bos>|<\|(?:im_start|assistant|start_header_id|end_header_id|begin_of_text"
    r"|im_sep|end|start|message|channel)\|>(?:assistant\b)?"
)

_COMMAND = (
    r"\\(?:text(?:bf|it|rm|sf|tt|normal)?|math(?:rm|bf|sf|it|tt|bb)|bold(?:symbol)?|operatorname|mbox|hbox)"
)
_WORDED = expression(rf"({_COMMAND}\s{{0,2}}\{{)([^{{}}\n]{{0,200}})\}}")
_UNWRAPPED = expression(
    r"\\(?:text(?:bf|it|rm|sf|tt|normal)?|math(?:rm|bf|sf|it|tt|bb)|bold(?:symbol)?|operatorname|mbox|hbox"
    r"|left|right|bigl?|bigr?|Bigl?|Bigr?|quad|qquad|displaystyle|large|Large|Huge|bf|rm|it|"
    r"space)(?![A-Za-z])"
    r"|\\[,;:! ]|\\\\"
)
_DELIMITER = expression(
    r"\$\$|(?<!\\)\$|\\[\[\]()]|\\(?:begin|end)\{(?:align|aligned|equation|gather|array|cases|split|"
    r"[pbvV]?matrix)\*?\}"
)
_CLOSED_BY = {"$$": "$$", "$": "$", "\\[": "\\]", "\\(": "\\)"}
_LONGEST = 2000
_SPEAKS = expression(r"\b(?:answer|option|choice|boxed)\b|答案|选", re.IGNORECASE)
_A_LETTER = expression(
    r"[\s{(\[]{0,6}[A-Za-z][\s})\]]{0,6}(?:[.:,\u3001][\s}]{0,6})?|[\s{]{0,6}(?:\([A-Z]\)|[A-Z][.):])"
    r"[\s}\\].{0,400}",
    re.DOTALL,
)
_BOXED = expression(r"\\f?box(?:ed)?\b")
_STRUCK = expression(r"~~[^~\n]{1,200}~~")


def masked(text: str) -> str:
    """The text without formulas, commands and marks."""
    if "<" in text or "[" in text:
        text = _END_OF_PART.sub(lambda found: "\n" + " " * (len(found[0]) - 1), text)
    if "~~" in text:
        text = _STRUCK.sub(lambda found: " " * len(found[0]), text)
    if "\\" not in text and "$" not in text:
        return text
    parts: list[str] = []
    at = 0
    for start, end in _formulas(text):
        parts.extend((_unwrapped(text[at:start]), _shown(_unwrapped(text[start:end]))))
        at = end
    parts.append(_unwrapped(text[at:]))
    return "".join(parts).replace("$", " ")


def _unwrapped(text: str) -> str:
    for _ in range(2):
        text = _WORDED.sub(lambda found: " " * len(found[1]) + found[2] + " ", text)
    return _UNWRAPPED.sub(lambda found: " " * len(found[0]), text)


def _formulas(text: str) -> Iterator[tuple[int, int]]:
    """Stretches between delimiters of mathematics, the delimiters with them."""
    opened: re.Match[str] | None = None
    closing = ""
    for mark in _DELIMITER.finditer(text):
        sign = mark.group()
        if opened is not None and mark.end() - opened.start() > _LONGEST:
            opened = None
        if opened is None:
            closing = _CLOSED_BY.get(sign) or (sign.replace("begin", "end") if "begin" in sign else "")
            opened = mark if closing and _opens(text, mark) else None
        elif sign == closing:
            if sign != "$" or _closes(text, opened, mark):
                yield opened.start(), mark.end()
                opened = None
            else:
                opened = mark if _opens(text, mark) else None


def _opens(text: str, mark: re.Match[str]) -> bool:
    return mark.group() != "$" or text[mark.end() : mark.end() + 1].strip() != ""


def _closes(text: str, opened: re.Match[str], mark: re.Match[str]) -> bool:
    """A dollar closes a formula, where it is not the sign of a second sum of money."""
    inside = text[opened.end() : mark.start()]
    if "\n\n" in inside or _SPEAKS.search(inside):
        return "boxed" in inside
    return (
        bool(inside.strip())
        and (not inside[-1].isspace())
        and not text[mark.end() : mark.end() + 1].isdigit()
    )


def _shown(formula: str) -> str:
    """What is left of a formula: its letter or its box."""
    if box := _BOXED.search(formula):
        return BLANK * box.start() + formula[box.start() :]
    bare = formula.replace("$", " ").replace("\\[", "  ").replace("\\]", "  ")
    bare = bare.replace("\\(", "  ").replace("\\)", "  ")
    if _A_LETTER.fullmatch(bare.strip()) or _SPEAKS.search(bare):
        return bare
    return "".join("\n" if char == "\n" else BLANK for char in formula)
