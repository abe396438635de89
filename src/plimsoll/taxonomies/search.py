"""Words, in English or Chinese and spelt as they may be -> the hazards, categories and risks that they mean.

Names and aliases count first; else BM25 over words and pairs of Chinese characters, and a little for letters
in common, so that a slip of the pen finds its word.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from plimsoll.core import decoding
from plimsoll.taxonomies import conversion, crosswalk, own, risks
from plimsoll.taxonomies.conversion import Links

HUB = "hub"
K1, B = 1.2, 0.5
LIKE = 0.6
"""Share of letter pairs in common from which a word is taken for a slip of another one."""
CLOSE = 0.85
"""Likeness from which a whole name is."""
PIECES = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
STOP = frozenset({"and", "or", "of", "the", "a", "an", "to", "in", "for", "by", "as", "with", "on", "due"})


class Found(NamedTuple):
    """A hazard, category or risk that a query means."""

    taxonomy: str
    code: str
    name: str
    hubs: tuple[str, ...]
    score: float
    by: str
    """`code`, `name`, `alias`, `words` or `likeness`."""


class _Entry(NamedTuple):
    taxonomy: str
    code: str
    name: str
    hubs: tuple[str, ...]
    aliases: tuple[str, ...]
    terms: Mapping[str, int]


def search(
    query: str, *, taxonomy: str = "", among: Links | None = None, most: int = 10
) -> tuple[Found, ...]:
    """The best finds, best first; of one taxonomy only where it is named (`hub`, a name, a file)."""
    entries = _of_file(taxonomy) if own.is_file(taxonomy) else _entries(among)
    if taxonomy and not own.is_file(taxonomy):
        name = HUB if taxonomy == HUB else conversion.named(taxonomy, among)
        entries = tuple(each for each in entries if each.taxonomy == name)
    wanted = plain(query)
    if not wanted:
        return ()
    close = get_close_matches(wanted, _names(entries), n=3, cutoff=CLOSE)
    named = [found for each in entries if (found := _by_name(each, wanted) or _by_slip(each, close))]
    scores = _scores(terms(query), entries)
    held = {(each.taxonomy, each.code) for each in named}
    ranked = [
        Found(*each[:4], round(score, 3), by)
        for each, (score, by) in zip(entries, scores, strict=True)
        if score > 0 and (each.taxonomy, each.code) not in held
    ]
    ranked.sort(key=lambda each: -each.score)
    named.sort(key=lambda each: -each.score)
    return tuple([*named, *ranked][:most])


def plain(text: str) -> str:
    """Letters, digits and characters alone: `S10 Hate` and `s10-hate` are one."""
    return "".join(each for each in text.casefold().replace("&", "and") if each.isalnum() or each == ".")


def terms(text: str) -> Counter[str]:
    """Words without their plural, and pairs of Chinese characters."""
    found: Counter[str] = Counter()
    for piece in PIECES.findall(text.casefold().replace("&", " and ")):
        if piece[0] >= "\u3400":
            found.update([piece] if len(piece) == 1 else [piece[n : n + 2] for n in range(len(piece) - 1)])
        elif piece not in STOP:
            found[_stem(piece)] += 1
    return found


def _by_name(each: _Entry, wanted: str) -> Found | None:
    if wanted in (plain(each.code), plain(f"{each.taxonomy}{each.code}"), plain(each.code + each.name)):
        return Found(*each[:4], 100.0 if wanted != plain(each.code) else 90.0, "code")
    if wanted == plain(each.name):
        return Found(*each[:4], 99.0, "name")
    # What the hub's hazard is called comes before a category of the same name.
    if wanted in map(plain, each.aliases):
        return Found(*each[:4], 99.5 if each.taxonomy == HUB else 98.0, "alias")
    return None


def _by_slip(each: _Entry, close: Sequence[str]) -> Found | None:
    called = [plain(name) for name in (each.name, *each.aliases)]
    places = [close.index(name) for name in called if name in close]
    return Found(*each[:4], 60.0 - min(places) + (each.taxonomy == HUB) / 2, "likeness") if places else None


def _names(entries: Sequence[_Entry]) -> list[str]:
    return list(dict.fromkeys(plain(name) for each in entries for name in (each.name, *each.aliases)))


def _scores(query: Counter[str], entries: Sequence[_Entry]) -> Iterator[tuple[float, str]]:
    seen: Counter[str] = Counter(term for each in entries for term in each.terms)
    mean = sum(sum(each.terms.values()) for each in entries) / max(1, len(entries))
    known = {term: _like(term, seen) for term in query if term not in seen}
    weights = {term: math.log(1 + (len(entries) - n + 0.5) / (n + 0.5)) for term, n in seen.items()}
    for each in entries:
        length = sum(each.terms.values())
        whole, sure = 0.0, False
        for term in query:
            if count := each.terms.get(term, 0):
                whole += weights[term] * count * (K1 + 1) / (count + K1 * (1 - B + B * length / mean))
                sure = True
            for other, likeness in known.get(term, ()):
                if other in each.terms:
                    whole += weights[other] * likeness / (1 + length / mean)
        yield whole, "words" if sure else "likeness"


def _like(term: str, known: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """The words that share enough letters with one that nothing has."""
    mine = _pairs(term)
    found: list[tuple[str, float]] = []
    for other in known:
        theirs = _pairs(other)
        share = 2 * len(mine & theirs) / (len(mine) + len(theirs))
        if share >= LIKE:
            found.append((other, share))
    best = max((share for _, share in found), default=0.0)
    return tuple((other, share) for other, share in found if share > best - 0.1)


@cache
def _pairs(word: str) -> frozenset[str]:
    padded = f"^{word}$"
    return frozenset(padded[n : n + 2] for n in range(len(padded) - 1))


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2 and not word.endswith("ss"):
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word


@cache
def _aliases() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = (files("plimsoll.taxonomies") / "aliases.toml").read_text(encoding="utf-8")
    return decoding.toml(text, dict[str, dict[str, tuple[str, ...]]])


def aliases() -> Mapping[str, tuple[str, ...]]:
    """What people call each hub hazard, in English and Chinese."""
    return _aliases()["hub"]


def _of_file(path: str) -> tuple[_Entry, ...]:
    """Of a taxonomy of one's own."""
    more = {each.code: each for each in own.load(Path(path)).category}
    return tuple(
        _filled(
            _Entry(
                *(each.taxonomy, each.code, each.category, each.hubs),
                (*more[each.code].aliases, *filter(None, [more[each.code].zh])),
                Counter[str](),
            ),
            each.category,
        )
        for each in conversion.categories(path)
    )


@cache
def _entries(among: Links | None) -> tuple[_Entry, ...]:
    hubs = [
        _Entry(HUB, each.id, each.slug, (each.id,), (*aliases().get(each.id, ()),), Counter[str]())
        for each in crosswalk.hub().values()
    ]
    made = [_filled(each, each.name, crosswalk.hub()[each.code].definition) for each in hubs]
    titles = {each.code: each for each in risks.risks()}
    names = dict.fromkeys(link.taxonomy for link in (crosswalk.links() if among is None else among))
    for name in names:
        for each in conversion.categories(name, among):
            own = _aliases()["category"].get(f"{name}:{each.code}", ())
            entry = _Entry(name, each.code, each.category, each.hubs, own, Counter[str]())
            risk = titles.get(each.code) if name == risks.TAXONOMY else None
            if risk:
                entry = entry._replace(aliases=(risk.en, risk.zh))
            more = (risk.definition_en, risk.definition_zh) if risk else ()
            made.append(_filled(entry, each.category, *more))
    return tuple(made)


def _filled(each: _Entry, *texts: str) -> _Entry:
    counted: Counter[str] = Counter()
    for text in (*texts, *each.aliases):
        counted.update(terms(text))
    return each._replace(terms=counted)
