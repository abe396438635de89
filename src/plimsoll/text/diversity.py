"""A set of texts -> how varied it is, by shared n-grams and by where embeddings put its texts."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from plimsoll.text.jaccard import script_tokens

MOST = 500
"""Texts that self-BLEU compares: of more, so many at equal distances."""
ORDERS = (1, 2, 3, 4)
SMALLEST = 0.1
"""What stands for no n-gram in common (Chen and Cherry 2014, method 1)."""
Grams = Counter[tuple[str, ...]]


class Top(NamedTuple):
    """The two largest counts of an n-gram over all texts, and whose the first is."""

    first: int
    owner: int
    second: int


def self_bleu(texts: Sequence[str]) -> float | None:
    """Mean BLEU-4 of each text against all others (Zhu et al. 2018); 1 where all say the same.

    Nothing where there are fewer than two texts.
    """
    step = max(1, math.ceil(len(texts) / MOST))
    tokens = [script_tokens(text) for text in texts[::step]]
    if len(tokens) < 2:
        return None
    counted = [[_grams(words, n) for words in tokens] for n in ORDERS]
    tops = [_tops(each) for each in counted]
    lengths = Counter(len(words) for words in tokens)
    scores = (_bleu(at, counted, tops, lengths, len(words)) for at, words in enumerate(tokens))
    return sum(scores) / len(tokens)


class Spread(NamedTuple):
    """Where embeddings put the texts of a set."""

    mean: float
    """Mean cosine similarity of two texts: says something beside that of another set, by the same model."""
    closest: tuple[tuple[int, int], ...]
    """The pairs that are closest, closest first, for a person to read."""


Embed = Callable[[Sequence[str]], Any]


def spread(texts: Sequence[str], embed: Embed, most: int = 10) -> Spread | None:
    """Where embeddings put texts; nothing where there are fewer than two."""
    if len(texts) < 2:
        return None
    import numpy

    vectors = embed(texts)
    alike = vectors @ vectors.T
    rows, columns = numpy.triu_indices(len(texts), 1)
    pairs = alike[rows, columns]
    order = numpy.argsort(-pairs, kind="stable")[:most]
    closest = tuple((int(rows[at]), int(columns[at])) for at in order)
    return Spread(float(pairs.mean()), closest)


def _grams(words: Sequence[str], n: int) -> Grams:
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))


def _tops(counted: Sequence[Grams]) -> dict[tuple[str, ...], Top]:
    found: dict[tuple[str, ...], Top] = {}
    for at, grams in enumerate(counted):
        for gram, number in grams.items():
            best = found.get(gram, Top(0, -1, 0))
            if number > best.first:
                found[gram] = Top(number, at, best.first)
            elif number > best.second:
                found[gram] = best._replace(second=number)
    return found


def _bleu(
    at: int,
    counted: Sequence[Sequence[Grams]],
    tops: Sequence[dict[tuple[str, ...], Top]],
    lengths: Counter[int],
    length: int,
) -> float:
    total = 0.0
    for by_text, top in zip(counted, tops, strict=True):
        grams = by_text[at]
        shared = sum(min(number, _elsewhere(top[gram], at)) for gram, number in grams.items())
        total += math.log(max(shared, SMALLEST) / max(grams.total(), 1))
    others = lengths - Counter({length: 1})
    closest = min(others, key=lambda each: (abs(each - length), each))
    brevity = min(0.0, 1 - closest / length) if length else 0.0
    return min(1.0, math.exp(brevity + total / len(ORDERS)))


def _elsewhere(top: Top, at: int) -> int:
    return top.second if top.owner == at else top.first
