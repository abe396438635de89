"""Texts and a query -> the texts that have most to do with it (BM25; Robertson and Zaragoza 2009)."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from plimsoll.text.jaccard import script_tokens

K1, B = 1.5, 0.75


@dataclass(frozen=True)
class Bm25:
    """Texts to be searched."""

    texts: Sequence[str]
    _counted: list[Counter[str]] = field(init=False)
    _rarity: dict[str, float] = field(init=False)
    _mean: float = field(init=False)

    def __post_init__(self) -> None:
        counted = [Counter(script_tokens(text)) for text in self.texts]
        met = Counter(word for each in counted for word in each)
        n = len(counted)
        rarity = {word: math.log(1 + (n - times + 0.5) / (times + 0.5)) for word, times in met.items()}
        object.__setattr__(self, "_counted", counted)
        object.__setattr__(self, "_rarity", rarity)
        object.__setattr__(self, "_mean", sum(each.total() for each in counted) / max(n, 1))

    def ranked(self, query: str) -> list[int]:
        """Places of the texts, best first; equal ones in their order, those without a common word last."""
        words = script_tokens(query)
        scores = [self._score(each, words) for each in self._counted]
        return sorted(range(len(scores)), key=lambda at: (-scores[at], at))

    def _score(self, counted: Counter[str], words: Sequence[str]) -> float:
        long = 1 - B + B * counted.total() / (self._mean or 1)
        return sum(
            self._rarity[word] * counted[word] * (K1 + 1) / (counted[word] + K1 * long)
            for word in words
            if word in counted
        )
