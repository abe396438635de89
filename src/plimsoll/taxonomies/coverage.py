"""Surveys' trees and what parts say they cover -> which leaf is measured by what, and which by nothing.

A part names leaves in its card as `survey/leaf`. A survey says what there is to measure; this says
honestly how much of it is measured here.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from msgspec import Struct

from plimsoll.core import UserError, decoding, did_you_mean


class Node(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A branch or leaf of a survey's tree."""

    id: str
    """Unique within the survey."""
    parent: str = ""
    en: str
    zh: str


class Survey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A survey with its tree."""

    title: str
    paper: str
    year: int
    node: tuple[Node, ...]

    @property
    def leaves(self) -> tuple[Node, ...]:
        """The nodes that have none below them, in the survey's order."""
        parents = {node.parent for node in self.node}
        return tuple(node for node in self.node if node.id not in parents)


class Covered(NamedTuple):
    """A leaf with the parts that measure it."""

    survey: str
    branch: Node | None
    leaf: Node
    parts: tuple[str, ...]
    """Empty: a gap."""


def surveys() -> tuple[str, ...]:
    """The surveys whose trees are here, sorted."""
    found = (entry.name for entry in files("plimsoll.taxonomies.surveys").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def survey(name: str) -> Survey:
    """A survey by its name. Raises `UserError`."""
    if name not in surveys():
        raise UserError(
            f"no survey is called {name!r}{did_you_mean(name, surveys())}: there is {', '.join(surveys())}"
        )
    content = files("plimsoll.taxonomies.surveys").joinpath(f"{name}.toml").read_text("utf-8")
    return decoding.toml(content, Survey)


def unknown(covers: Iterable[str]) -> Iterator[str]:
    """Those of a card's leaves that no survey has."""
    known = {f"{name}/{leaf.id}" for name in surveys() for leaf in survey(name).leaves}
    return (leaf for leaf in covers if leaf not in known)


def coverage(name: str, covers: Mapping[str, Iterable[str]]) -> tuple[Covered, ...]:
    """Every leaf of a survey; `covers` holds what each part says it covers."""
    found = survey(name)
    branches = {node.id: node for node in found.node}
    by_leaf: dict[str, list[str]] = {}
    for part, leaves in covers.items():
        for leaf in leaves:
            by_leaf.setdefault(leaf, []).append(part)
    return tuple(
        Covered(name, branches.get(leaf.parent), leaf, tuple(sorted(by_leaf.get(f"{name}/{leaf.id}", ()))))
        for leaf in found.leaves
    )
