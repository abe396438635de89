"""A taxonomy file of one's own, TOML or CSV -> categories with hub hazards, or an error that says where.

A TOML file has `name` and `[[category]]` entries with `code`, `en`, and where wanted `parent`, `zh`, `hubs`
and `aliases`; a CSV has columns of these names, several hubs or aliases with semicolons between. A category
without hubs takes those of its nearest ancestor that has some.
"""

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding, did_you_mean, files
from plimsoll.taxonomies.crosswalk import Link, hub

ENDINGS = (".toml", ".csv")
COLUMNS = ("code", "en")


class OwnCategory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A category of a user's own."""

    code: str
    en: str
    zh: str = ""
    parent: str = ""
    hubs: tuple[str, ...] = ()
    """Ids or slugs of hub hazards, the primary one first."""
    aliases: tuple[str, ...] = ()
    text: str = ""
    """What it covers, in the words that a guard is told."""


class OwnTaxonomy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A taxonomy of a user's own."""

    name: str
    category: tuple[OwnCategory, ...]

    def links(self) -> Iterator[Link]:
        """Its categories' links to the hub."""
        known = {each.code: each for each in self.category}
        for each in self.category:
            for place, name in enumerate(_hubs_of(each, known)):
                yield Link(self.name, each.code, each.en, _hub_id(name), "secondary" if place else "primary")


def is_file(taxonomy: str) -> bool:
    """Whether a taxonomy is named by its file."""
    return taxonomy.casefold().endswith(ENDINGS)


def load(path: Path) -> OwnTaxonomy:
    """Read and check a file. Raises `UserError`, `DataError`."""
    try:
        text = files.read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read as a taxonomy: {error.strerror or error}") from None
    rows = path.suffix.casefold() == ".csv"
    found = _of_csv(text, path) if rows else _of_toml(text, path)
    for problem in problems(found, first=2 if rows else 1, word="line" if rows else "category"):
        raise DataError(f"{path}: {problem}")
    return found


def problems(found: OwnTaxonomy, *, first: int = 1, word: str = "category") -> Iterator[str]:
    """What is wrong, each with its place and remedy; places are counted from `first`."""
    if not found.name.strip():
        yield 'has no name: write name = "..." at its top'
    if not found.category:
        yield "names no category: write [[category]] with code, en and hubs"
    places: dict[str, int] = {}
    known = {each.code: each for each in found.category}
    for place, each in enumerate(found.category, start=first):
        said = [*_of_code(each.code, places), *_of_one(each, known)]
        places.setdefault(each.code, place)
        yield from (f"{word} #{place} ({each.code or each.en!r}): {problem}" for problem in said)


def _of_code(code: str, places: Mapping[str, int]) -> Iterator[str]:
    if not code.strip():
        yield "has no code: give it one"
    elif any(each.isspace() for each in code):
        yield f"the code {code!r} has a space in it: write {'-'.join(code.split())!r}"
    elif code in places:
        yield f"the code stands twice, first at #{places[code]}: give every category a code of its own"


def _of_one(each: OwnCategory, known: Mapping[str, OwnCategory]) -> Iterator[str]:
    if not each.en.strip():
        yield 'has no name: write en = "..."'
    if each.parent and each.parent not in known:
        close = did_you_mean(each.parent, known.keys() - {each.code})
        yield f"its parent {each.parent!r} is not there: add that category or take the parent out{close}"
        return
    if circle := _circle(each, known):
        yield f"its parents go in a circle, {' > '.join(circle)}: take the parent out of one of them"
        return
    for name in each.hubs:
        if not _hub_id(name):
            known_names = [word for entry in hub().values() for word in (entry.id, entry.slug)]
            close = did_you_mean(name, known_names)
            yield f"no hub hazard is called {name!r} (plimsoll taxonomy hub shows all){close}"
    if not _hubs_of(each, known) and all(other.parent != each.code for other in known.values()):
        yield 'is linked to no hub hazard: write hubs = ["H12"], or ["H00"] where it is no hazard'


def _circle(each: OwnCategory, known: Mapping[str, OwnCategory]) -> list[str]:
    way = [each.code]
    parent = each.parent
    while parent in known:
        way.append(parent)
        if parent == each.code:
            return way
        if way.count(parent) > 1:
            return []  # a circle further up, told where it is
        parent = known[parent].parent
    return []


def _hubs_of(each: OwnCategory, known: Mapping[str, OwnCategory]) -> tuple[str, ...]:
    seen: set[str] = set()
    while not each.hubs and each.parent in known and each.code not in seen:
        seen.add(each.code)
        each = known[each.parent]
    return each.hubs


def _hub_id(name: str) -> str:
    wanted = name.strip().casefold()
    return next((key for key, entry in hub().items() if wanted in (key.casefold(), entry.slug)), "")


def _of_toml(text: str, path: Path) -> OwnTaxonomy:
    try:
        return decoding.toml(text, OwnTaxonomy)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{path}: {error}") from None


def _of_csv(text: str, path: Path) -> OwnTaxonomy:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except csv.Error as error:
        raise DataError(f"{path}: not sound CSV: {error}") from None
    for name in COLUMNS:
        if name not in (reader.fieldnames or ()):
            raise DataError(f"{path}: has no column {name!r}: name the columns code, en, parent, zh, hubs")
    return OwnTaxonomy(name=path.stem, category=tuple(map(_row, rows)))


def _row(row: Mapping[str, str | None]) -> OwnCategory:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    def several(name: str) -> tuple[str, ...]:
        return tuple(piece.strip() for piece in cell(name).split(";") if piece.strip())

    return OwnCategory(
        code=cell("code"),
        en=cell("en"),
        zh=cell("zh"),
        parent=cell("parent"),
        hubs=several("hubs"),
        aliases=several("aliases"),
        text=cell("text"),
    )
