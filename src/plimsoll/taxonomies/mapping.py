"""The crosswalk as a version that others may fork: who changed which links, on top of which version, and why.

The mapping that comes with Plimsoll is version `plimsoll` of it, a proposal like every other. A fork names
the SHA-256 of what it was forked from and carries all links, so that it can be used alone; two versions are
told apart link by link.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding, did_you_mean, files
from plimsoll.taxonomies import crosswalk
from plimsoll.taxonomies.crosswalk import Link

FORMAT = 1
LARGEST = 64 * 2**20


class MappingVersion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of the mapping from categories to hub hazards."""

    format: int = FORMAT
    name: str
    """Whose it is, as `acme-2026`."""
    parent: str = ""
    """SHA-256 of the links that it was forked from."""
    why: str = ""
    links: tuple[Link, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the links, whatever their order: two mappings that say the same have one."""
        return digest(self.links)


class Change(NamedTuple):
    """A category that two versions link differently."""

    taxonomy: str
    code: str
    category: str
    before: tuple[str, ...]
    """Hub hazards, the primary one first; empty where the category is new."""
    after: tuple[str, ...]


def shipped() -> MappingVersion:
    """The mapping that comes with Plimsoll."""
    return MappingVersion(name="plimsoll", links=crosswalk.links())


def digest(links: Iterable[Link]) -> str:
    """SHA-256 over the links."""
    lines = sorted("\x1f".join(link) for link in links)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@cache
def shipped_digest() -> str:
    """SHA-256 of the mapping that comes with Plimsoll."""
    return digest(crosswalk.links())


def fork(
    origin: MappingVersion, name: str, changes: Mapping[str, Sequence[str]], why: str = ""
) -> MappingVersion:
    """A version of one's own: `taxonomy:code` -> hub hazards, the primary one first. Raises `UserError`."""
    if not name.strip():
        raise UserError("a fork has a name of its own: write --name")
    held = _by_category(origin.links)
    addresses = {f"{taxonomy}:{code}": (taxonomy, code, category) for taxonomy, code, category in held}
    for address, hubs in changes.items():
        if address not in addresses:
            close = did_you_mean(address, addresses)
            raise UserError(f"{origin.name} links no category {address!r}{close}")
        for each in hubs:
            if each not in crosswalk.hub():
                close = did_you_mean(each, crosswalk.hub())
                raise UserError(f"{address}: no hub hazard is called {each!r}{close}")
        if not hubs or len(set(hubs)) != len(hubs):
            raise UserError(f"{address}: name each hub hazard once, the primary one first")
        held[addresses[address]] = tuple(hubs)
    links = tuple(
        Link(*category, hub, "secondary" if place else "primary")
        for category, hubs in held.items()
        for place, hub in enumerate(hubs)
    )
    return MappingVersion(name=name, parent=origin.digest, why=why, links=links)


def diff(before: MappingVersion, after: MappingVersion) -> tuple[Change, ...]:
    """The categories that are linked differently, in the order of the first version."""
    old, new = _by_category(before.links), _by_category(after.links)
    return tuple(
        Change(*category, old.get(category, ()), new.get(category, ()))
        for category in dict.fromkeys((*old, *new))
        if old.get(category) != new.get(category)
    )


def encode(version: MappingVersion) -> bytes:
    """A version as JSON."""
    return msgspec.json.format(msgspec.json.encode(version), indent=1) + b"\n"


def decode(body: bytes, place: str) -> MappingVersion:
    """Read a version. Raises `DataError`."""
    try:
        found = decoding.decode(body, MappingVersion)
    except msgspec.MsgspecError as error:
        raise DataError(f"{place}: is no version of the mapping: {error}") from None
    for number, link in enumerate(found.links, start=1):
        if link.hub not in crosswalk.hub():
            raise DataError(f"{place}: link #{number}: no hub hazard is called {link.hub!r}")
        if link.relation not in ("primary", "secondary"):
            raise DataError(f"{place}: link #{number}: {link.relation!r} is neither primary nor secondary")
    for category, hubs in _primaries(found.links).items():
        if hubs != 1:
            raise DataError(f"{place}: {':'.join(category[:2])} has {hubs} primary links: keep one")
    return found


def load(path: Path) -> MappingVersion:
    """Read a version from a file that nobody signed. Raises `UserError`, `DataError`."""
    try:
        return decode(files.read(path, LARGEST), str(path))
    except OSError as error:
        raise UserError(f"{path}: cannot be read as a mapping: {error.strerror or error}") from None


def _by_category(links: Iterable[Link]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for link in links:
        place = (link.taxonomy, link.code, link.category)
        known = found.get(place, ())
        found[place] = (link.hub, *known) if link.relation == "primary" else (*known, link.hub)
    return found


def _primaries(links: Iterable[Link]) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for link in links:
        place = (link.taxonomy, link.code, link.category)
        found[place] = found.get(place, 0) + (link.relation == "primary")
    return found
