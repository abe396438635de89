"""A sentence in English -> the same in another language, by the templates that sentences are made of.

The code says everything in English, where it is known. A template is such a sentence with `{0}`, `{1}` for
what differs from time to time; what is found in a hole is translated too, if it is a sentence itself.
Nothing is read before the first sentence is asked for, and no pattern is compiled that cannot fit.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from plimsoll.core import decoding
from plimsoll.words.language import Language, preferred

TABLES = ("help", "errors", "spoken", "parts")
HOLE = re.compile(r"\{(\d+)\}")
DEEPEST = 4
"""Sentences within sentences that are followed."""
SEPARATORS = ("\n", " · ")
"""What stands between sentences that know nothing of each other."""
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
    return Catalogue(every, tuple(templates))


def translated(text: str, language: Language | None = None) -> str:
    """What is said, in a language (the reader's, where none is named); unknown sentences stay as they are."""
    spoken = language or preferred()
    return text if spoken == "en" else _translated(text, catalogue(spoken), DEEPEST).text


class Said(NamedTuple):
    """A translation, and how many of the text's signs it rests on."""

    text: str
    known: int


def _translated(text: str, known: Catalogue, depth: int) -> Said:
    said = text.strip()
    if not said or not depth:
        return Said(text, 0)
    if said in known.whole:
        found = Said(known.whole[said], len(said))
    else:
        found = max(_readings(said, known, depth), key=lambda each: each.known)
    before, _, after = text.partition(said)
    return Said(f"{before}{found.text}{after}", found.known)


def _readings(said: str, known: Catalogue, depth: int) -> Iterator[Said]:
    """Every way to read a text: piece by piece, by each template that fits, and as it is."""
    yield Said(said, 0)
    for between in SEPARATORS:
        if between in said:
            pieces = [_translated(each, known, depth) for each in said.split(between)]
            yield Said(between.join(each.text for each in pieces), sum(each.known for each in pieces))
    for template in known.templates:
        if template.longest in said and (found := _pattern(template.source).fullmatch(said)):
            held = [_translated(each, known, depth - 1) for each in found.groups()]
            signs = sum(map(len, _pieces(template.source))) + sum(each.known for each in held)
            yield Said(_put_in(held, template), signs)


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
