"""A writing that a text can be put into, with what is known of the way back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

HALF = 0.5
"""The least share of a text's letters that must change for the text to count as written anew."""


def whole(text: str) -> str:
    """All of it."""
    return text


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
    moves: re.Pattern[str] | None = None
    """One character that is rewritten; `None` where all are."""

    def named(self, language: str) -> str:
        """What the writing is called in a language."""
        return self.title_zh if language.startswith("zh") else self.title

    def applies(self, text: str) -> bool:
        """Whether most letters and digits of a text are rewritten: a Latin cipher leaves Chinese as it is."""
        if self.moves is None:
            return bool(text.strip())
        letters = sum(map(str.isalnum, text))
        return letters > 0 and len(self.moves.findall(text)) >= HALF * letters


def plainly(encode: Callable[[str], str]) -> Callable[[str, Random], str]:
    """An encoder that draws nothing."""
    return lambda text, _: encode(text)
