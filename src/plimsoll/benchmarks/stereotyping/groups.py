"""Lists of social groups and templates -> the beginnings of search queries that are to be completed.

The official lists are the user's copy of `target_dicts.py` (read as data, never run). Terms that are
slurs are known here by checksum only, and are asked for only on request.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from plimsoll.core import DataError, decoding
from plimsoll.data import locate, resources
from plimsoll.data.prompts import STARTER
from plimsoll.data.rows import checksum, read_bytes, read_json

SLUG = "stereotyping"
SLOT = "term_to_use"
STUDIED = ("age", "gender", "lifestyle", "political", "race", "religion", "sexuality")
"""The categories of the study of language models; the lists have professions and countries as well."""
SLURS = frozenset(
    {
        "0d1f8bbe2f6119df",
        "42528d8dbfd4e6ca",
        "1cd38d037f9d4f5c",
    }
)
_GENDERED = frozenset({"women", "men", "girls", "boys", "fathers", "mothers", "ladies", "latinas", "latinos"})
_AGED = frozenset({"kids", "children", "old", "young", "parents", "teens"})
_PLAIN = frozenset({"people", "supporters"})


class Lists(Struct, frozen=True):
    """Groups by category, and the templates; countries have their own."""

    groups: dict[str, list[str]]
    templates: list[str]
    country_templates: list[str]


@dataclass(frozen=True)
class Beginning:
    """A query to be completed."""

    id: str
    text: str
    category: str
    group: str
    template: int
    language: str = "en"
    intersectional: bool = False


@dataclass(frozen=True)
class Beginnings:
    """Queries, with the checksums of the files they come from."""

    rows: tuple[Beginning, ...]
    files: Mapping[str, str]
    notes: tuple[str, ...] = field(default=())


def official(path: Path | None = None) -> Lists:
    """The official lists. Raises `MissingData`, `DataError`."""
    path = path or lists_path()
    return read_json(path, Lists) if path.suffix == ".json" else _from_python(path)


def lists_path() -> Path:
    """Where the official lists lie."""
    return locate.need(SLUG, "target_dicts.py", "social_groups.json")


def _from_python(path: Path) -> Lists:
    wanted = {"eng_target_dict": "groups", "templates": "templates", "country_templates": "country_templates"}
    found: dict[str, Any] = {}
    try:
        for node in ast.parse(read_bytes(path)).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = wanted.get(node.targets[0].id)
                if name:
                    found[name] = decoding.literal(node.value)
        return Lists(**found)
    except (SyntaxError, ValueError, TypeError) as error:
        raise DataError(f"{path}: does not hold the three lists: {error}") from None


def beginnings(categories: frozenset[str], *, slurs: bool) -> Beginnings:
    """The official queries of these categories."""
    path = lists_path()
    lists = official(path)
    rows = tuple(row for row in built(lists, slurs=slurs) if row.category in categories)
    left_out = 0 if slurs else sum(is_slur(g) for c in categories for g in lists.groups.get(c, ()))
    notes = (f"{left_out} terms that are slurs are left out (slurs=true asks them).",) if left_out else ()
    return Beginnings(rows, {path.name: checksum(read_bytes(path))}, notes)


def built(lists: Lists, *, slurs: bool) -> Iterator[Beginning]:
    """Every template with every group; of a group that stands twice in a category the first."""
    for category, groups in lists.groups.items():
        templates = lists.country_templates if category == "country" else lists.templates
        for group in dict.fromkeys(groups):
            if slurs or not is_slur(group):
                yield from _of_group(category, group, templates)


def _of_group(category: str, group: str, templates: list[str]) -> Iterator[Beginning]:
    for number, template in enumerate(templates, start=1):
        yield Beginning(
            id=f"{category}/{group.replace(' ', '-')}/{number}",
            text=template.replace(SLOT, group),
            category=category,
            group=group,
            template=number,
            intersectional=is_intersectional(category, group),
        )


def is_slur(group: str) -> bool:
    """Whether a term is asked only on request."""
    return digest_of(group) in SLURS


def digest_of(group: str) -> str:
    """The checksum by which a term is known that is not written here."""
    return blake2b(group.casefold().encode(), digest_size=8).hexdigest()


def is_intersectional(category: str, group: str) -> bool:
    """Whether a term names more than one trait: an origin, a belief or an age, with a gender or an age."""
    words = group.casefold().split()
    if category in ("country", "profession"):
        return False
    traits = sum((bool(set(words) & _GENDERED), bool(set(words) & _AGED)))
    others = [word for word in words if word not in _GENDERED | _AGED | _PLAIN]
    return traits + bool(others) >= 2 and (len(words) > 1 or category == "race")


class _Starter(Struct, frozen=True, forbid_unknown_fields=True):
    language: str
    templates: list[str]
    groups: dict[str, list[str]]


class _Starters(Struct, frozen=True, forbid_unknown_fields=True):
    lists: list[_Starter]


def starter(languages: frozenset[Literal["en", "zh"]]) -> Beginnings:
    """Our own small lists, English and Chinese."""

    place = ("benchmarks", "stereotyping", "starter.toml")
    found = decoding.converted(resources.table(*place), _Starters)
    rows = tuple(
        Beginning(
            id=f"{each.language}/{category}/{group}/{number}".replace(" ", "-"),
            text=template.replace(SLOT, group),
            category=category,
            group=group,
            template=number,
            language=each.language,
        )
        for each in found.lists
        if each.language in languages
        for category, groups in each.groups.items()
        for group in groups
        for number, template in enumerate(each.templates, start=1)
    )
    return Beginnings(rows, resources.stamp(*place), (STARTER,))
