"""A text -> the same text a little disturbed, its meaning kept: typos, case, spaces, contractions, synonyms.

What a model answers should not hang on any of these. Every draw comes from the random source that is
handed in, and the share of words that were changed is told, so that runs can be repeated and compared.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from plimsoll.text.expressions import expression

_WORD = expression(r"\w+(?:'\w+)?")
_SWAPPABLE = expression(r"[a-z]{4,}")
CONTRACTIONS: Mapping[str, str] = {
    "is not": "isn't",
    "are not": "aren't",
    "was not": "wasn't",
    "were not": "weren't",
    "do not": "don't",
    "does not": "doesn't",
    "did not": "didn't",
    "cannot": "can't",
    "could not": "couldn't",
    "will not": "won't",
    "would not": "wouldn't",
    "it is": "it's",
    "that is": "that's",
    "I am": "I'm",
    "I have": "I've",
    "they are": "they're",
    "we are": "we're",
    "you are": "you're",
}
SYNONYMS: Mapping[str, str] = {
    "film": "movie",
    "movie": "film",
    "begin": "start",
    "started": "began",
    "big": "large",
    "large": "big",
    "quick": "fast",
    "fast": "quick",
    "often": "frequently",
    "maybe": "perhaps",
    "perhaps": "maybe",
    "buy": "purchase",
    "help": "assist",
    "almost": "nearly",
    "nearly": "almost",
    "whole": "entire",
    "entire": "whole",
}
"""Words that may stand for each other wherever sentiment and truth are asked about."""


class Perturbed(NamedTuple):
    """A disturbed text."""

    text: str
    edits: int
    """Words that were changed, or spaces that were put in."""
    words: int

    @property
    def rate(self) -> float:
        """Edits per word."""
        return self.edits / self.words if self.words else 0.0


Perturbation = Callable[[str, Random, float], Perturbed]
"""Text, random source and the share of words to change, where there is a choice."""


def typos(text: str, random: Random, rate: float = 0.1) -> Perturbed:
    """Two inner letters of some words change places; numbers and capitalised words stay."""
    found = [match for match in _WORD.finditer(text) if _swaps(match.group())]
    chosen = random.sample(found, min(len(found), round(rate * _words(text)) or 1)) if found else []
    letters = list(text)
    for match in chosen:
        at = match.start() + random.choice(_swaps(match.group()))
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return Perturbed("".join(letters), len(chosen), _words(text))


def _swaps(word: str) -> list[int]:
    """Inner places where swapping with the next letter changes the word."""
    if not _SWAPPABLE.fullmatch(word):
        return []
    return [at for at in range(1, len(word) - 2) if word[at] != word[at + 1]]


def lower_case(text: str, random: Random, rate: float = 1.0) -> Perturbed:
    """All in small letters."""
    return _compared(text, text.lower())


def upper_case(text: str, random: Random, rate: float = 1.0) -> Perturbed:
    """All in capital letters."""
    return _compared(text, text.upper())


def _compared(text: str, changed: str) -> Perturbed:
    pairs = zip(text.split(), changed.split(), strict=False)
    return Perturbed(changed, sum(old != new for old, new in pairs), _words(text))


def spaces(text: str, random: Random, rate: float = 0.1) -> Perturbed:
    """Some blanks are doubled or trebled."""
    pieces = re.split(r"( )", text)
    places = [index for index, piece in enumerate(pieces) if piece == " "]
    chosen = random.sample(places, min(len(places), round(rate * _words(text)) or 1)) if places else []
    for index in chosen:
        pieces[index] = " " * random.choice((2, 3))
    return Perturbed("".join(pieces), len(chosen), _words(text))


def contractions(text: str, random: Random, rate: float = 1.0) -> Perturbed:
    """`do not` becomes `don't`, wherever there is a common contraction."""
    return _replaced(text, CONTRACTIONS)


def synonyms(text: str, random: Random, rate: float = 1.0) -> Perturbed:
    """Words of a short list are put in each other's place."""
    return _replaced(text, SYNONYMS)


def _replaced(text: str, table: Mapping[str, str]) -> Perturbed:
    lower = {key.lower(): value for key, value in table.items()}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, table))})\b", re.IGNORECASE)

    def other(found: "re.Match[str]") -> str:
        word = lower[found.group().lower()]
        return word[0].upper() + word[1:] if found.group()[0].isupper() else word

    changed, edits = pattern.subn(other, text)
    return Perturbed(changed, edits, _words(text))


def _words(text: str) -> int:
    return len(_WORD.findall(text))


PERTURBATIONS: Mapping[str, Perturbation] = {
    "typos": typos,
    "lower_case": lower_case,
    "upper_case": upper_case,
    "spaces": spaces,
    "contractions": contractions,
    "synonyms": synonyms,
}


def perturb(text: str, name: str, *, seed: str, rate: float = 0.1) -> Perturbed:
    """Disturb a text in the named way; the same seed always does the same."""
    return PERTURBATIONS[name](text, Random(f"{seed}:{name}"), rate)
