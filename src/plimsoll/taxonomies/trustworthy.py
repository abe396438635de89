"""The Trustworthy LLMs tree (7 categories, 29 leaves) -> which benchmarks measure which leaf.

A benchmark's hub hazards say it, by way of the crosswalk. Hubs are coarser than leaves: one hub may carry
several, so a leaf that is named here is touched, not measured whole.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from msgspec import Struct

from plimsoll.core import decoding
from plimsoll.taxonomies.crosswalk import primary


class Leaf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sub-category."""

    code: str
    en: str
    zh: str
    definition_en: str
    definition_zh: str


class Category(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category with its leaves."""

    code: str
    en: str
    zh: str
    leaf: tuple[Leaf, ...]


class _Tree(Struct, frozen=True, forbid_unknown_fields=True):
    category: tuple[Category, ...]


class Coverage(NamedTuple):
    """Leaves with the benchmarks that touch them, and the benchmarks that touch none."""

    leaves: Mapping[str, tuple[str, ...]]
    unmapped: tuple[str, ...]


@cache
def tree() -> tuple[Category, ...]:
    """The seven categories, in order."""
    text = (files("plimsoll.taxonomies") / "trustworthy_llms.toml").read_text(encoding="utf-8")
    return decoding.toml(text, _Tree).category


def leaves() -> tuple[Leaf, ...]:
    """The 29 sub-categories, in order."""
    return tuple(leaf for category in tree() for leaf in category.leaf)


def coverage(hubs: Mapping[str, Iterable[str]]) -> Coverage:
    """Benchmark -> hub hazards, to leaf code -> benchmarks; every benchmark is in it once or unmapped."""
    links = primary("trustworthy-llms-29")
    held = {name: set(of) for name, of in hubs.items()}
    found = {
        leaf.code: tuple(sorted(name for name, of in held.items() if links[leaf.code] in of))
        for leaf in leaves()
    }
    placed = {name for names in found.values() for name in names}
    return Coverage(found, tuple(sorted(held.keys() - placed)))
