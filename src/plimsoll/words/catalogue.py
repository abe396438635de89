"""A sentence in English -> the same in another language, by the templates that sentences are made of.

The code says everything in English, where it is known. A template is such a sentence with `{0}`, `{1}` for
what differs from time to time; what is found in a hole is translated too, if it is a sentence itself.
Nothing is read before the first sentence is asked for, and no pattern is compiled that cannot fit.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from plimsoll.core import decoding
from plimsoll.words.language import Language, preferred

TABLES = ("help", "errors", "spoken", "parts", "about")
HOLE = re.compile(r"\{(\d+)\}")
DEEPEST = 4
"""Sentences within sentences that are followed."""
SEPARATORS = ("\n", " · ")
"""What stands between sentences that know nothing of each other."""
BETWEEN: Mapping[Language, str] = {"en": "; ", "zh": "；"}
"""What stands between parts of a sentence."""
MOST_ENDS = 6
TELLING = 20
"""Signs of a template below which it is taken only where nothing but names stands in its holes."""
PROSE = re.compile(r"^[^'\"`]*[A-Za-z]{2,} [a-z]{2,}")
"""Words that are no name, and so somebody else's sentence."""
TYPED = re.compile(r"(?:plimsoll [\w -]*|did you mean | or )$")
"""What comes before a hole whose words are typed, and so stay."""
ANYTHING = "(.*?)"
QUOTED_FIRST = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|.*?)"""


class Template(NamedTuple):
    """A sentence with holes, and its translation."""

    source: str
    target: str
    longest: str
    """The longest piece between its holes: a text without it cannot fit."""


class Catalogue(NamedTuple):
    """All sentences of a language."""

    whole: Mapping[str, str]
    """Those without holes."""
    templates: tuple[Template, ...]
    """The others; the one that says most comes first."""
    language: Language


@cache
def table(language: Language, name: str) -> Mapping[str, str]:
    """One table of a language: English -> what is said instead."""
    return decoding.toml(files("plimsoll.words").joinpath(language, f"{name}.toml").read_text("utf-8"))


@cache
def catalogue(language: Language) -> Catalogue:
    """Every table of a language."""
    every = {source: said for name in TABLES for source, said in table(language, name).items()}
    holed = [source for source in every if HOLE.search(source)]
    holed.sort(key=lambda source: -sum(map(len, _pieces(source))))
    templates = (Template(source, every[source], max(_pieces(source), key=len)) for source in holed)
    return Catalogue(every, tuple(templates), language)


def name(english: str, language: Language | None = None) -> str:
    """A name of a category or the like in a language; one that no table holds stays as it is."""
    spoken = language or preferred()
    return english if spoken == "en" else _names(spoken).get(_folded(english), english)


@cache
def _names(language: Language) -> Mapping[str, str]:
    return {_folded(english): said for english, said in table(language, "names").items()}


def _folded(english: str) -> str:
    return english.casefold().replace("&", "and").replace("_", " ")


def translated(text: str, language: Language | None = None) -> str:
    """What is said, in a language (the reader's, where none is named); unknown sentences stay as they are."""
    spoken = language or preferred()
    return text if spoken == "en" else _translated(text, catalogue(spoken), DEEPEST).text


class Said(NamedTuple):
    """A translation, and how many of the text's signs it rests on."""

    text: str
    known: int
    begins: bool = False
    """Whether a template's own words begin it: of two alike the likelier one."""


def _translated(text: str, known: Catalogue, depth: int) -> Said:
    said = text.strip()
    if not said or not depth:
        return Said(text, 0)
    if said in known.whole:
        found = Said(known.whole[said], len(said))
    else:
        found = max(_readings(said, known, depth), key=_likeliest)
    before, _, after = text.partition(said)
    return Said(f"{before}{found.text}{after}", found.known)


def _likeliest(said: Said) -> tuple[int, bool]:
    return said.known, said.begins


def _readings(said: str, known: Catalogue, depth: int) -> Iterator[Said]:
    """Every way to read a text: piece by piece, by each template that fits, and as it is."""
    yield Said(said, 0)
    for between in SEPARATORS:
        if between in said:
            pieces = [_translated(each, known, depth) for each in said.split(between)]
            yield Said(between.join(each.text for each in pieces), sum(each.known for each in pieces))
    yield from _by_template(said, known, depth)
    for end in _ends(said):
        # A sentence may hold a semicolon itself, so each of them may be where it ends.
        first = max(_by_template(said[:end], known, depth), key=_likeliest, default=Said(said[:end], 0))
        rest = _translated(said[end + 2 :], known, depth - 1)
        if first.known and rest.known:
            yield Said(f"{first.text}{BETWEEN[known.language]}{rest.text}", first.known + rest.known)


def _ends(said: str) -> list[int]:
    """Where the sentences of a text may end."""
    found = [each.start() for each in re.finditer("; ", said)]
    return found if len(found) <= MOST_ENDS else []


def _by_template(said: str, known: Catalogue, depth: int) -> Iterator[Said]:
    if said in known.whole:
        yield Said(known.whole[said], len(said))
    for template in known.templates:
        if template.longest in said and (found := _pattern(template.source).fullmatch(said)):
            held = list(_held(found, template, known, depth - 1))
            own = sum(map(len, _pieces(template.source)))
            if own < TELLING and any(not each.known and PROSE.search(each.text) for each in held):
                continue
            signs = own + sum(each.known for each in held)
            yield Said(_put_in(held, template), signs, not template.source.startswith("{"))


def _held(found: re.Match[str], template: Template, known: Catalogue, depth: int) -> Iterator[Said]:
    """What stands in the holes; words of a command to type, and what its caller typed, stay as they are."""
    typed = {*sys.argv[1:]}
    for before, each in zip(_pieces(template.source), found.groups(), strict=False):
        stays = each in typed or TYPED.search(before)
        yield Said(each, 0) if stays else _translated(each, known, depth)


def _put_in(held: Sequence[Said], template: Template) -> str:
    return HOLE.sub(lambda hole: held[int(hole[1])].text, template.target)


@cache
def _pattern(source: str) -> re.Pattern[str]:
    """Holes take as little as they can; one right before another takes what is quoted."""
    *pieces, last = _pieces(source)
    followed = zip(pieces, [*pieces[1:], last], strict=True)
    made = (re.escape(piece) + (ANYTHING if after else QUOTED_FIRST) for piece, after in followed)
    return re.compile("".join(made) + re.escape(last), re.DOTALL)


def _pieces(source: str) -> list[str]:
    """What stands between the holes."""
    return HOLE.split(source)[::2]
