"""A category of one taxonomy -> the categories of another that share hub hazards, each with its kind.

Links say which hazards a scope touches, and no more: equal primaries with other secondaries overlap.
"""

from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.core import UserError, did_you_mean
from plimsoll.taxonomies import crosswalk


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


def named(taxonomy: str) -> str:
    """A taxonomy's full name; a beginning that only one has, as `sorry-bench`, stands for it."""
    known = crosswalk.taxonomies()
    wanted = taxonomy.casefold()
    found = [name for name in known if name.casefold() == wanted]
    found = found or [name for name in known if name.casefold().startswith((f"{wanted}-", f"{wanted}/"))]
    if len(found) == 1:
        return found[0]
    close = f"; did you mean {' or '.join(found)}?" if found else did_you_mean(taxonomy, known)
    raise UserError(f"the crosswalk has no taxonomy {taxonomy!r}{close}")


def categories(taxonomy: str) -> tuple[Category, ...]:
    """The categories of a taxonomy, in its order. Raises `UserError`."""
    name = named(taxonomy)
    hubs: dict[tuple[str, str], list[str]] = {}
    for link in crosswalk.links():
        if link.taxonomy == name:
            hubs.setdefault((link.code, link.category), []).append(link.hub)
    return tuple(Category(name, code, category, tuple(found)) for (code, category), found in hubs.items())


def category(address: str) -> Category:
    """The category at `taxonomy:code` or `taxonomy:name`. Raises `UserError`."""
    taxonomy, colon, code = address.partition(":")
    if not colon or not code.strip():
        raise UserError(f"{address!r} names no category: write taxonomy:code, such as aegis-2:S16")
    known = categories(taxonomy)
    for each in known:
        if _plain(code) in {_plain(each.code), _plain(each.category), _plain(each.code + each.category)}:
            return each
    close = did_you_mean(code, [name for each in known for name in (each.code, each.category)])
    raise UserError(f"{named(taxonomy)} has no category {code!r}{close}")


def converted(source: Category, target: str) -> Iterator[Converted]:
    """The target's categories that share a hazard; `H00` is no hazard and links nothing."""
    for each in categories(target):
        if (set(each.hubs) & set(source.hubs)) - {"H00"}:
            yield Converted(*each, kind(source.hubs, each.hubs))


def kind(source: tuple[str, ...], target: tuple[str, ...]) -> str:
    """How the target stands to the source, by their hazards, of which the first is primary."""
    if source[0] == target[0]:
        return "exact" if set(source) == set(target) else "overlap"
    if set(target) < set(source):
        return "narrower"
    return "broader" if set(source) < set(target) else "overlap"


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold().replace("&", "and") if each.isalnum() or each == ".")
