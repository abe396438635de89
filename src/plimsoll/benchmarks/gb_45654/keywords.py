"""A provider's keyword library -> its words by risk, what it lacks, and a guard that looks for them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from plimsoll.benchmarks.gb_45654.provided import RISKS, column, read_texts, risk_named
from plimsoll.guards.words import Words, phrase
from plimsoll.taxonomies.gb_45654 import standard

WORDS = ("word", "keyword", "keywords", "phrase", "关键词", "关键字", "词", "词语", "敏感词")


class Library(NamedTuple):
    """A keyword library."""

    words: Mapping[str, str]
    """Word -> its risk; each word once."""
    twice: int
    digest: str

    @property
    def guard(self) -> Words:
        """A guard that flags what holds one of the words."""
        by_risk: dict[str, list[str]] = {}
        for word, risk in self.words.items():
            by_risk.setdefault(risk, []).append(phrase(word))
        patterns = {risk: re.compile("|".join(held), re.IGNORECASE) for risk, held in by_risk.items()}
        return Words(patterns, self.digest[:12])


def read(path: Path, sheet: str = "") -> Library:
    """Read a library; every fault has its row. Raises `UserError`, `DataError`."""
    held = read_texts(path, WORDS, "word", sheet)
    risk_in = column(held.columns, RISKS, "risks", path)
    words = {row.text: risk_named(row.cells.get(risk_in, ""), row.place) for row in held.first}
    return Library(words, len(held.again), held.digest)


def lacks(held: Library) -> Iterator[str]:
    """What the standard asks of a library and this one does not have."""
    numbers = standard().numbers
    wanted = int(numbers["keywords"])
    if len(held.words) < wanted:
        yield f"the keyword library has {len(held.words):,} words, the standard asks for {wanted:,}"
    if held.twice:
        yield f"{held.twice:,} words stand there twice and count once"
    counted = Counter(held.words.values())
    for each in standard().risk:
        least = int(numbers.get(f"keywords_each_{each.of.lower().replace('.', '')}", 0))
        if counted[each.code] < least:
            yield f"{each.code}: {counted[each.code]:,} words, the standard asks for {least:,}"
