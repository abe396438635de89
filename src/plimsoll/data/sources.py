"""Data set's slug -> its files, addresses, checksums and licence.

They stand in `source.toml` of the system's folder, or in `sources/<slug>.toml` for data that no one
system owns.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from plimsoll.core import UserError, decoding, did_you_mean
from plimsoll.data.resources import table
from plimsoll.data.slugs import slug_of


class SourceFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a data set."""

    name: str
    urls: tuple[str, ...]
    """Tried in this order."""
    sha256: str = ""
    """Of the official file; empty where none is known: then trusted on first use."""
    bytes: int = 0
    """How many the official file has; 0 where no checksum is known."""
    records: int = 0
    """How many records its JSON must hold; 0 leaves it open."""
    what: str = ""


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a data set comes from."""

    slug: str = ""
    title: str
    license: str
    """Shown before anything is downloaded."""
    homepage: str
    gated: str = ""
    """What must be accepted first, and where; its files are asked for with the token of `HF_TOKEN`."""
    bases: Mapping[str, str] = {}
    """Beginnings of addresses, named in `urls` as `{name}`."""
    files: tuple[SourceFile, ...]

    def addresses(self, file: SourceFile) -> tuple[str, ...]:
        """The file's addresses, written out."""
        return tuple(url.format_map(self.bases) for url in file.urls)


def slugs() -> tuple[str, ...]:
    """The data sets that can be pulled, sorted."""
    return tuple(sorted(_places()))


def source(slug: str) -> Source:
    """What is known of a data set. Raises `UserError` with the closest names."""
    slug = slug_of(slug)
    if slug not in _places():
        raise UserError(
            f"no data set is called {slug!r}{did_you_mean(slug, slugs())} (there is {', '.join(slugs())})"
        )
    found = decoding.converted(table(*_places()[slug]), Source)
    return msgspec.structs.replace(found, slug=slug)


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    """Slug -> where its resource lies."""
    shared = (files("plimsoll") / "data" / "sources").iterdir()
    found = {
        each.name.removesuffix(".toml"): ("data", "sources", each.name)
        for each in shared
        if each.name.endswith(".toml")
    }
    systems = (each for each in (files("plimsoll") / "benchmarks").iterdir() if each.is_dir())
    return found | {
        each.name: ("benchmarks", each.name, "source.toml")
        for each in systems
        if (each / "source.toml").is_file()
    }
