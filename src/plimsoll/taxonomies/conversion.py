"""A category of one taxonomy -> the categories of another that share hub hazards, each with its kind.

Links say which hazards a scope touches, and no more: equal primaries with other secondaries overlap.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from plimsoll.core import UserError, did_you_mean
from plimsoll.taxonomies import crosswalk, own
from plimsoll.taxonomies.crosswalk import Link

Links = tuple[Link, ...]
"""A version of the mapping; without one, that which comes with Plimsoll."""


class Category(NamedTuple):
    """A category with its hub hazards."""

    taxonomy: str
    code: str
    category: str
    hubs: tuple[str, ...]
    """The primary one first."""


class Converted(NamedTuple):
    """A category of the taxonomy wanted, and how it stands to the one asked for."""

    taxonomy: str
    code: str
    category: str
    hubs: tuple[str, ...]
    kind: str
    """`exact`, `narrower`, `broader` or `overlap`."""


def named(taxonomy: str, among: Links | None = None) -> str:
    """A taxonomy's full name; a beginning that only one has, as `sorry-bench`, stands for it."""
    known = tuple(dict.fromkeys(link.taxonomy for link in _links(among)))
    wanted = taxonomy.strip().casefold()
    found = [name for name in known if name.casefold() == wanted]
    found = found or [name for name in known if name.casefold().startswith((f"{wanted}-", f"{wanted}/"))]
    if len(found) == 1:
        return found[0]
    close = f"; did you mean {' or '.join(found)}?" if found else did_you_mean(taxonomy, known)
    raise UserError(f"the crosswalk has no taxonomy {taxonomy!r}{close}")


def categories(taxonomy: str, among: Links | None = None) -> tuple[Category, ...]:
    """The categories of a taxonomy, in its order; a file of one's own is named by its path.

    Raises `UserError`, `DataError`.
    """
    if own.is_file(taxonomy):
        links = tuple(own.load(Path(taxonomy)).links())
        name = links[0].taxonomy
    else:
        links, name = _links(among), named(taxonomy, among)
    hubs: dict[tuple[str, str], list[str]] = {}
    for link in links:
        if link.taxonomy == name:
            held = hubs.setdefault((link.code, link.category), [])
            held.insert(0 if link.relation == "primary" else len(held), link.hub)
    return tuple(Category(name, code, category, tuple(found)) for (code, category), found in hubs.items())


def category(address: str, among: Links | None = None) -> Category:
    """The category at `taxonomy:code` or `taxonomy:name`. Raises `UserError`, `DataError`."""
    taxonomy, colon, code = address.rpartition(":") if _is_of_file(address) else address.partition(":")
    if not colon or not code.strip():
        raise UserError(f"{address!r} names no category: write taxonomy:code, such as aegis-2:S16")
    known = categories(taxonomy, among)
    for each in known:
        if _plain(code) in {_plain(each.code), _plain(each.category), _plain(each.code + each.category)}:
            return each
    close = did_you_mean(code, [name for each in known for name in (each.code, each.category)])
    shows = f"plimsoll taxonomy show {taxonomy} shows all"
    raise UserError(f"{known[0].taxonomy} has no category {code!r} ({shows}){close}")


def converted(source: Category, target: str, among: Links | None = None) -> Iterator[Converted]:
    """The target's categories that share a hazard; `H00` is no hazard and links nothing."""
    for each in categories(target, among):
        if (set(each.hubs) & set(source.hubs)) - {"H00"}:
            yield Converted(*each, kind(source.hubs, each.hubs))


def _is_of_file(address: str) -> bool:
    return own.is_file(address.rpartition(":")[0])


def _links(among: Links | None) -> Links:
    return crosswalk.links() if among is None else among


def kind(source: tuple[str, ...], target: tuple[str, ...]) -> str:
    """How the target stands to the source, by their hazards, of which the first is primary."""
    if source[0] == target[0]:
        return "exact" if set(source) == set(target) else "overlap"
    if set(target) < set(source):
        return "narrower"
    return "broader" if set(source) < set(target) else "overlap"


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold().replace("&", "and") if each.isalnum() or each == ".")
