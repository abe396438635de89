"""Many texts -> whether another is one of them but for a word, the case or the punctuation.

Two texts are near where they share 70 % of their character 3-grams, or where taking one word out of each
makes them equal. The first is asked of every text, so each carries its grams as the bits of one number, too:
two numbers say at once that most pairs share too little, and only the others are counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

from plimsoll.text.expressions import expression
from plimsoll.text.jaccard import script_tokens
from plimsoll.text.normal import folded, plain_letters

NEAR = 0.7
"""Shared character 3-grams (Jaccard) from which on two texts count as one: S-Eval's kind of filter."""
FEWEST = 6
"""Words from which on two texts that differ in one of them count as one: shorter ones say other things."""
_BETWEEN = expression(r"[\W_]+")
BITS = 4_096


class Grams(NamedTuple):
    """The character 3-grams of a text."""

    grams: frozenset[str]
    bits: int
    lost: int
    """Grams that fell on a bit that was taken."""

    def shared(self, other: "Grams") -> float:
        """Share of 3-grams in common (Jaccard)."""
        common = len(self.grams & other.grams)
        return common / (len(self.grams) + len(other.grams) - common)


@dataclass
class Near:
    """Texts that others are held against."""

    near: float = NEAR
    _grams: list[Grams] = field(default_factory=list[Grams])
    _but_one: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    _plain: set[str] = field(default_factory=set[str])

    def __len__(self) -> int:
        return len(self._grams)

    def add(self, text: str) -> None:
        """Take up a text."""
        plain = plain_of(text)
        self._grams.append(_grams_of(plain))
        self._plain.add(plain)
        self._but_one.update(_without_one(plain))

    def holds(self, text: str) -> bool:
        """Whether one of the texts says the same."""
        plain = plain_of(text)
        if plain in self._plain or any(each in self._but_one for each in _without_one(plain)):
            return True
        own = _grams_of(plain)
        # A Jaccard of t needs t / (1 + t) of both sizes together in common.
        least, size = self.near / (1 + self.near), len(own.grams)
        return any(
            (own.bits & each.bits).bit_count() + own.lost >= least * (size + len(each.grams))
            and own.shared(each) >= self.near
            for each in self._grams
        )

    def same(self, text: str) -> bool:
        """Whether one of the texts is the same but for case, blanks and punctuation."""
        return plain_of(text) in self._plain

    def nearest(self, text: str) -> float:
        """The largest share of 3-grams that it has in common with one of them; 0 where there are none."""
        own = _grams_of(plain_of(text))
        return max((own.shared(each) for each in self._grams), default=0.0)


def plain_of(text: str) -> str:
    """A text without case, width, punctuation and superfluous blanks."""
    return _BETWEEN.sub(" ", folded(plain_letters(text))).strip()


def distinct(texts: Iterable[str], n: int = 2) -> float | None:
    """Different n-grams of words over all of them; nothing where there are none."""
    counted: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        tokens = script_tokens(text)
        counted.update(zip(*(tokens[start:] for start in range(n)), strict=False))
    return len(counted) / counted.total() if counted else None


def _without_one(plain: str) -> Iterator[tuple[str, ...]]:
    """The words, and the words without each of them."""
    words = tuple(plain.split(" "))
    if len(words) < FEWEST:
        return
    yield words
    for at in range(len(words)):
        yield words[:at] + words[at + 1 :]


def _grams_of(plain: str) -> Grams:
    grams = frozenset(plain[at : at + 3] for at in range(max(1, len(plain) - 2)))
    bits = 0
    for gram in grams:
        bits |= 1 << crc32(gram.encode("utf-8", "surrogatepass")) % BITS
    return Grams(grams, bits, len(grams) - bits.bit_count())
