"""A text -> the same text with slips of the hand, drawn by chance."""

import re
import string
from collections.abc import Callable, Mapping
from random import Random
from typing import Literal

from plimsoll.text.codecs.codec import Codec

Slip = Literal["swap", "insert", "drop", "punctuation", "repeat"]
LETTER = re.compile(r"[^\W\d_]")


def slips(slip: Slip, rate: float) -> Codec:
    """One slip in so many letters, at least one in a text."""
    change = _SLIPS[slip]

    def encode(text: str, draw: Random) -> str:
        places = [match.start() for match in LETTER.finditer(text)]
        if not places:
            return text
        chosen = set(draw.sample(places, max(1, round(rate * len(places)))))
        out, at = list[str](), 0
        while at < len(text):
            after = text[at + 1 : at + 2]
            if at in chosen:
                out.append(change(text[at], after, draw))
                at += 2 if slip == "swap" and after else 1
            else:
                out.append(text[at])
                at += 1
        return "".join(out)

    return Codec(title="text with slips", title_zh="含错别字的文本", encode=encode)


def _swap(letter: str, after: str, draw: Random) -> str:
    return after + letter


def _insert(letter: str, after: str, draw: Random) -> str:
    return letter + draw.choice(string.ascii_lowercase)


def _drop(letter: str, after: str, draw: Random) -> str:
    return ""


def _punctuate(letter: str, after: str, draw: Random) -> str:
    return letter + draw.choice(".,;:!?-")


def _repeat(letter: str, after: str, draw: Random) -> str:
    return letter * 2


_SLIPS: Mapping[Slip, Callable[[str, str, Random], str]] = {
    "swap": _swap,
    "insert": _insert,
    "drop": _drop,
    "punctuation": _punctuate,
    "repeat": _repeat,
}
