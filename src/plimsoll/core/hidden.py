"""A text from elsewhere -> the same text with every character shown that hides, reorders or commands."""

import re

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control, bidi, zero width, tags, lone surrogates."""


def visible(text: str) -> str:
    """The text with every hidden or commanding character shown as what it is."""
    return HIDDEN.sub(_picture, text)


def escaped(text: str) -> str:
    """The same for a text that is JSON, in JSON's own way: its values stay what they are."""
    return HIDDEN.sub(_escape, text)


def _picture(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
