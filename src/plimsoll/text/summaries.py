"""A summary and its reference -> ROUGE, chrF and METEOR by their own libraries, length ratio and copy rate.

All numbers are shares in [0, 1] but the length ratio; papers print the first ones times a hundred. METEOR
matches equal words and equal Porter stems; synonyms are left out, since WordNet would have to be fetched.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from plimsoll.core import MissingExtra
from plimsoll.text.expressions import expression

EXTRA = "metrics"
LONGEST = 20_000
"""Characters of a reply that are compared: the time taken grows with them."""
_GRAM = 8
"""Words in a row that count as copied when they stand in the source."""
_WORD = expression(r"\w+")
_TOKEN = expression(r"\w+|[^\w\s]")


class Likeness(NamedTuple):
    """How much a summary is like its reference, and like its source."""

    rouge_1: float
    rouge_2: float
    rouge_l: float
    rouge_l_stemmed: float
    chrf: float
    meteor: float
    length_ratio: float
    """Words of the summary for each word of the reference."""
    copy_rate: float
    """Share of the summary's words that stand in runs of eight which the source has too."""


def require() -> None:
    """Raise `MissingExtra` before the first call where a library is missing."""
    for name in ("rouge_score", "sacrebleu", "nltk"):
        if find_spec(name) is None:
            raise MissingExtra(name, EXTRA)


def likeness(reply: str, reference: str, source: str) -> Likeness:
    """Compare a summary with its reference. Raises `MissingExtra`."""
    said, wanted = reply.strip()[:LONGEST], reference.strip()
    plain = _rouge(stemmed=False).score(wanted, said)
    stemmed = _rouge(stemmed=True).score(wanted, said)
    words, needed = _WORD.findall(said.lower()), _WORD.findall(wanted.lower())
    return Likeness(
        rouge_1=_share(plain["rouge1"].fmeasure),
        rouge_2=_share(plain["rouge2"].fmeasure),
        rouge_l=_share(plain["rougeL"].fmeasure),
        rouge_l_stemmed=_share(stemmed["rougeL"].fmeasure),
        chrf=chrf(said, wanted),
        meteor=meteor(said, wanted),
        length_ratio=round(len(words) / max(1, len(needed)), 6),
        copy_rate=copy_rate(words, _WORD.findall(source.lower())),
    )


def chrf(reply: str, reference: str) -> float:
    """Character n-gram F2 of one pair, with sacrebleu's default arguments."""
    return _share(_chrf().sentence_score(reply, [reference]).score / 100)


def meteor(reply: str, reference: str) -> float:
    """METEOR of one pair by NLTK: equal words, then equal Porter stems, no synonyms."""
    said, wanted = _TOKEN.findall(reply.lower()), _TOKEN.findall(reference.lower())
    if not said or not wanted:
        return 0.0
    scored = _library("nltk.translate.meteor_score", "METEOR").single_meteor_score
    return _share(scored(wanted, said, wordnet=_NoSynonyms()))


def copy_rate(words: Sequence[str], source: Sequence[str]) -> float:
    """Share of words that lie in runs of eight which stand in the source as well."""
    if len(words) < _GRAM:
        return 0.0
    there = {tuple(source[at : at + _GRAM]) for at in range(len(source) - _GRAM + 1)}
    copied: set[int] = set()
    for at in range(len(words) - _GRAM + 1):
        if tuple(words[at : at + _GRAM]) in there:
            copied.update(range(at, at + _GRAM))
    return round(len(copied) / len(words), 6)


class _NoSynonyms:
    """Stands where NLTK expects WordNet, and knows no synonym."""

    def synsets(self, word: str) -> list[Any]:
        """No word has any."""
        return []


@cache
def _rouge(*, stemmed: bool) -> Any:
    kinds = ["rougeL"] if stemmed else ["rouge1", "rouge2", "rougeL"]
    return _library("rouge_score.rouge_scorer", "ROUGE").RougeScorer(kinds, use_stemmer=stemmed)


@cache
def _chrf() -> Any:
    return _library("sacrebleu.metrics.chrf", "chrF").CHRF()


def _library(name: str, part: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtra(part, EXTRA) from None


def _share(value: float) -> float:
    """Rounding may carry a perfect score past one."""
    return min(1.0, max(0.0, float(value)))
