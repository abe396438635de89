"""Risks of agents in science: three axes for tagging texts, and a scorecard of safeguards.

The axes are the user's intent (3), the scientific domain (6) and what is affected (3); they do not exclude
each other. The scorecard asks what a deployment has of the paper's three pillars.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files as resources
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding, did_you_mean, files

Answer = Literal["yes", "no", "n.a."]
AXES = ("A", "B", "C")
LETTERS = re.compile(r"[a-z]")


class Leaf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A leaf of one of the axes."""

    code: str
    en: str
    zh: str
    words: tuple[str, ...]
    """By which the rule-based tagger knows it."""


class Module(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A module of an agent with its vulnerabilities."""

    code: str
    en: str
    zh: str
    vulnerabilities: tuple[str, ...]


class Named(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something with a name in both languages."""

    code: str
    en: str
    zh: str


class Pillar(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pillar of safeguards with its checks."""

    code: str
    en: str
    zh: str
    check: tuple[Named, ...]


class Axes(Struct, frozen=True, forbid_unknown_fields=True):
    """All that the paper sets out."""

    leaf: tuple[Leaf, ...]
    module: tuple[Module, ...]
    gap: tuple[Named, ...]
    pillar: tuple[Pillar, ...]


class Scored(NamedTuple):
    """One pillar of a scorecard."""

    pillar: Pillar
    met: int
    applicable: int
    open: tuple[str, ...]
    """Checks that nobody answered: they count as not met."""

    @property
    def share(self) -> float | None:
        """Of the checks that apply; `None` where none does."""
        return self.met / self.applicable if self.applicable else None


class Scorecard(NamedTuple):
    """What a deployment has of the three pillars."""

    pillars: tuple[Scored, ...]

    @property
    def share(self) -> float | None:
        """The mean of the pillars: none can be made up for by another one's many checks."""
        known = [each.share for each in self.pillars if each.share is not None]
        return sum(known) / len(known) if known else None


@cache
def axes() -> Axes:
    """The axes, modules, gaps and pillars."""
    text = (resources("plimsoll.taxonomies") / "scientific_agents.toml").read_text(encoding="utf-8")
    return decoding.toml(text, Axes)


def tags(text: str) -> tuple[str, ...]:
    """The leaves whose words stand in a text, in order; nothing where it is not about science."""
    wanted = text.casefold()
    found = tuple(each.code for each in axes().leaf if any(_stands(word, wanted) for word in each.words))
    return found if any(code.startswith("B") for code in found) else ()


def matrix(texts: Iterable[str]) -> Mapping[tuple[str, str, str], int]:
    """Texts in each cell of intent, domain and impact; the empty cells are there too, with 0.

    Where no word tells the intent or the impact, a text counts in none of its cells.
    """
    return matrix_of(map(tags, texts))


def matrix_of(tagged: Iterable[tuple[str, ...]]) -> Mapping[tuple[str, str, str], int]:
    """The same of texts that are tagged already."""
    counts: Counter[tuple[str, ...]] = Counter()
    for held in tagged:
        counts.update(product(*([code for code in held if code.startswith(axis)] for axis in AXES)))
    cells = product(*([each.code for each in axes().leaf if each.code.startswith(axis)] for axis in AXES))
    return {(a, b, c): counts[a, b, c] for a, b, c in cells}


def answers(path: Path) -> dict[str, Answer]:
    """A deployment's answers: a TOML file of `check = "yes"`, `"no"` or `"n.a."`. Raises `UserError`."""
    try:
        return decoding.converted(decoding.toml(files.read(path).decode("utf-8-sig")), dict[str, Answer])
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise DataError(f'{path}: {error}: write check = "yes", "no" or "n.a." on each line') from None


def scorecard(given: Mapping[str, Answer]) -> Scorecard:
    """The scorecard of a deployment's answers, whatever their order. Raises `UserError`."""
    known = [check.code for pillar in axes().pillar for check in pillar.check]
    for code in given:
        if code not in known:
            raise UserError(f"the scorecard has no check {code!r}{did_you_mean(code, known)}")
    return Scorecard(tuple(_scored(pillar, given) for pillar in axes().pillar))


def _scored(pillar: Pillar, given: Mapping[str, Answer]) -> Scored:
    held = {check.code: given.get(check.code) for check in pillar.check}
    applicable = [answer for answer in held.values() if answer != "n.a."]
    unanswered = tuple(code for code, answer in held.items() if answer is None)
    return Scored(pillar, applicable.count("yes"), len(applicable), unanswered)


def _stands(word: str, text: str) -> bool:
    """A Latin word stands as a word, with its plural; a Chinese one anywhere."""
    if LETTERS.search(word):
        return re.search(rf"(?<![a-z]){re.escape(word)}(?:s|es)?(?![a-z])", text) is not None
    return word in text
