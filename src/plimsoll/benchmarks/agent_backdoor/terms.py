"""A text -> the words and phrases in it, in one form: what triggers and targets are looked for among."""

import re
from collections.abc import Iterable
from functools import lru_cache

from plimsoll.text.normal import folded, plain

WORD = re.compile(r"[\u4e00-\u9fff]+|[^\W\d_][\w'-]*|[^\w\s]")
"""Runs of Chinese signs, words of all other writings, and the signs that end a phrase."""
SMALL = """
a about all an and are as at be but by can could do does for from has have i i'd i'm i've if in into is it
its just like looking me my need now of on one or searching should so some than that the their them then there
these they think this to want wants was were what which will with within would you your
"""
"""Words that say nothing of a subject."""
_EMPTY = frozenset(SMALL.split())
HAN = re.compile(r"[\u4e00-\u9fff]")
LONGEST = 20_000
"""Signs of a text that are looked at."""


class Words:
    """Words in the form that most of them have: a plural is its singular where that is met, too."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._known = frozenset(word for text in texts for word in _pieces(text))

    def terms(self, text: str) -> frozenset[str]:
        """The words of a text, Chinese in pairs of signs, and the phrases of two words side by side."""
        found: set[str] = set()
        before = ""
        for piece in _pieces(text):
            word = self._singular(piece)
            if HAN.match(piece):
                found.update(piece[at : at + 2] for at in range(max(1, len(piece) - 1)))
                before = ""
            elif len(word) < 2 or word in _EMPTY:
                before = ""
            else:
                found.update((word, f"{before} {word}") if before else (word,))
                before = word
        return frozenset(found)

    def _singular(self, word: str) -> str:
        shorter = word[:-1] if len(word) > 3 and word.endswith("s") else word
        return shorter if shorter in self._known else word


def holds(text: str, term: str) -> bool:
    """Whether a text holds a word or phrase, whatever its case and number."""
    words = Words((term, text))
    wanted = words.terms(term)
    return bool(wanted) and wanted <= words.terms(text)


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[str, ...]:
    """Words without the genitive; signs between them stay, as ends of phrases."""
    found = (
        match[0].strip("'-").removesuffix("'s") for match in WORD.finditer(folded(plain(text[:LONGEST])))
    )
    return tuple(found)
