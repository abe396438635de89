"""A writing that a text can be put into, with what is known of the way back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import NamedTuple

WORDS = 1 << 14
"""Words that a writing is remembered for: language says the same ones again and again."""
LONGEST_WORD = 96
"""Characters of a word that is remembered; a text without spaces is one word and says nothing twice."""
HALF = 0.5
"""The least share of a text's letters that must change for the text to count as written anew."""


def whole(text: str) -> str:
    """All of it."""
    return text


class Written(dict[str, str]):
    """Words, or signs, as they are written; what was met before is not worked out again."""

    def __init__(self, write: Callable[[str], str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, word: str) -> str:
        written = self._write(word)
        if len(word) <= LONGEST_WORD:
            if len(self) >= WORDS:
                self.clear()
            self[word] = written
        return written


def by_words(change: Callable[[str], str]) -> Callable[[str], str]:
    """The same change, word by word, of one that leaves spaces as they are and looks at no other word."""
    changed = Written(change).__getitem__
    return lambda text: " ".join(map(changed, text.split(" ")))


def always(text: str) -> bool:
    """Of any text."""
    return True


def never(text: str) -> bool:
    """Of no text."""
    return False


class Plainly(NamedTuple):
    """An encoder that draws nothing."""

    write: Callable[[str], str]

    def __call__(self, text: str, draw: Random) -> str:
        """The text in the writing."""
        return self.write(text)


def plainly(encode: Callable[[str], str]) -> Plainly:
    """An encoder that draws nothing, as one that might."""
    return Plainly(encode)


@dataclass(frozen=True, kw_only=True)
class Codec:
    """A writing: how a text gets into it, how it comes out, and what is lost between."""

    title: str
    """What the writing is called in a prompt, `Morse code`."""
    title_zh: str
    """The same in Chinese."""
    encode: Callable[[str, Random], str]
    """A text and a source of draws -> the text in the writing."""
    decode: Callable[[str], str | None] | None = None
    """The text again; `None` where the input is damaged. No function where nothing leads back."""
    kept: Callable[[str], str] = whole
    """What of a text comes back: `decode(encode(text)) == kept(text)`."""
    sure: Callable[[str], bool] = never
    """Texts of which all that is kept comes back by how the writing is made: nobody need read them back."""
    moves: re.Pattern[str] | None = None
    """One character that is rewritten; `None` where all are."""

    @cached_property
    def write(self) -> Callable[[str], str] | None:
        """The encoder without its source of draws, where it draws nothing."""
        return self.encode.write if isinstance(self.encode, Plainly) else None

    def leads_back(self, text: str, payload: str) -> bool:
        """Whether what is kept of a text can be read out of its payload. Where there is a way back."""
        return self.sure(text) or (self.decode is not None and self.decode(payload) == self.kept(text))

    def named(self, language: str) -> str:
        """What the writing is called in a language."""
        return self.title_zh if language.startswith("zh") else self.title

    def applies(self, text: str) -> bool:
        """Whether most letters and digits of a text are rewritten: a Latin cipher leaves Chinese as it is."""
        if self.moves is None:
            return bool(text.strip())
        if text.isascii():
            octets = text.encode("ascii")
            moved = len(octets.translate(None, self._unmoved))
            if moved >= HALF * len(octets):
                return moved > 0
            letters = len(octets.translate(None, _SIGNS))
            return letters > 0 and moved >= HALF * letters
        letters = sum(map(str.isalnum, text))
        return letters > 0 and len(self.moves.findall(text)) >= HALF * letters

    @cached_property
    def _unmoved(self) -> bytes:
        """The characters of ASCII that are not rewritten."""
        return bytes(code for code in range(128) if self.moves and not self.moves.match(chr(code)))


_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
