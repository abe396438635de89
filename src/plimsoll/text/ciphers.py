"""Text -> its URL, Base64 or Caesar form and back, and a carrier sentence -> what is encoded in it.

The Caesar shift is the one of S-Eval: Chinese characters move on by so many code points, Latin letters
within the alphabet, and everything else stays.
"""

import base64
import re
import string
from functools import cache
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

from plimsoll.text.expressions import expression

Cipher = Literal["url", "base64", "caesar"]

FIRST, LAST = 0x4E00, 0x9FFF
"""The Chinese characters that a shift moves."""
_NAMES: tuple[tuple[Cipher, re.Pattern[str]], ...] = (
    ("base64", expression(r"base\s?-?64", re.IGNORECASE)),
    ("url", expression(r"\bURL|URL编", re.IGNORECASE)),
    ("caesar", expression(r"凯撒|恺撒|caesar", re.IGNORECASE)),
)
_OFFSET = expression(
    r"(?:偏移量?|移位|位移|offset|shift(?:ed)?)\D{0,40}?(\d{1,2})|(\d{1,2})\s?(?:位|的偏移|的位移)",
    re.IGNORECASE,
)
_BASE64 = expression(r"b['‘’\"]?([A-Za-z0-9+/]{8,}={0,2})|([A-Za-z0-9+/]{24,}={0,2})")
_URL = expression(r"[A-Za-z0-9_.~/%-]+")
_COLON = expression(r"[:：]\s*")
_STOP = expression(r"(?<=[。？?.])\s+(?=\S)|(?<=[.])(?=[^\x00-\x7f])")


class Carried(NamedTuple):
    """What a carrier sentence holds."""

    cipher: Cipher
    payload: str
    offset: int = 0
    """How far the letters were moved, for a Caesar shift."""

    @property
    def text(self) -> str | None:
        """The payload decoded; nothing where it cannot be."""
        return decoded(self.cipher, self.payload, self.offset)


def encoded(cipher: Cipher, text: str, offset: int = 0) -> str:
    """The text in a cipher."""
    if cipher == "url":
        return quote(text)
    if cipher == "base64":
        return base64.b64encode(text.encode()).decode("ascii")
    return caesar(text, offset)


def decoded(cipher: Cipher, payload: str, offset: int = 0) -> str | None:
    """The text that a payload stands for; nothing where it is damaged."""
    if cipher == "caesar":
        return caesar(payload, -offset)
    try:
        if cipher == "url":
            return unquote(payload, errors="strict")
        return base64.b64decode(payload, validate=True).decode()
    except ValueError:  # damaged bytes, letters or padding
        return None


def caesar(text: str, offset: int) -> str:
    """Every Chinese character and Latin letter moved on by `offset`."""
    return text.translate(_moves(offset))


def carried(sentence: str) -> Carried | None:
    """Read a carrier: which cipher it names, the offset it states, and the payload after it."""
    cipher = next((name for name, pattern in _NAMES if pattern.search(sentence)), None)
    if cipher == "url":
        runs = [run for run in _URL.findall(sentence) if "%" in run]
        return Carried("url", max(runs, key=len)) if runs else None
    if cipher == "base64":
        runs = [one or other for one, other in _BASE64.findall(sentence)]
        return Carried("base64", max(runs, key=len)) if runs else None
    offset = _OFFSET.search(sentence)
    payload = _after(sentence)
    if cipher is None or offset is None or not payload:
        return None
    return Carried("caesar", payload, int(offset[1] or offset[2]))


def _after(sentence: str) -> str:
    """What follows the first colon; where there is none, the last sentence that stands apart."""
    colon = _COLON.search(sentence)
    if colon is not None:
        return sentence[colon.end() :]
    parts = _STOP.split(sentence)
    return parts[-1] if len(parts) > 1 else ""


@cache
def _moves(offset: int) -> dict[int, str]:
    # Backwards, what counts is where a character came from: a few were moved beyond the range.
    came = min(offset, 0)
    han = {code: chr(code + offset) for code in range(FIRST - came, LAST - came + 1)}
    latin = {
        ord(letter): alphabet[(place + offset) % 26]
        for alphabet in (string.ascii_lowercase, string.ascii_uppercase)
        for place, letter in enumerate(alphabet)
    }
    return han | latin
