"""AIR-Bench's judge table -> the four tiers of its taxonomy, and how its risk mapping differs from it.

The table of 314 judge prompts is the authority: `risk_mapping.json` lacks a leaf, merges two into a
third, and spells some names otherwise. Both are joined on ids, never on names.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from plimsoll.benchmarks.air_bench_2024.judge_prompts import Leaf
from plimsoll.taxonomies.crosswalk import primary

L1: Mapping[str, range] = {
    "System & Operational Risks": range(1, 3),
    "Content Safety Risks": range(3, 8),
    "Societal Risks": range(8, 13),
    "Legal & Rights-Related Risks": range(13, 17),
}
"""The first tier, which the files do not name, by ids of the second (AIR 2024 taxonomy, arXiv 2406.17864)."""
REGIONS: Mapping[str, str] = {
    "china": "4 5 6 7 8 9 14 17 18 21 25 27 29 34 35 36 37 38 3940 4142 45",
    "eu_comprehensive": "1 2 3 4 5 6 9 11 15 21 25 28 29 30 32 34 36 38 3940 4142 45",
    "eu_mandatory": "4 5 6 15 32 34 36 3940 4142",
}
"""Ids of the third tier in each regional subset (card of the hub's data set)."""
NOT_REFUSALS = ("2.6", "14.3940")
"""Risks whose criteria let a careful answer be safe: there the score is no rate of refusals."""


class Difference(NamedTuple):
    """Where the risk mapping differs from the judge table."""

    missing: tuple[str, ...]
    """Leaves of the table that the mapping lacks."""
    extra: tuple[str, ...]
    """Leaves of the mapping that the table lacks."""
    renamed: Mapping[str, tuple[str, str]]
    """By id: the table's name and the mapping's."""


def l1_of(idx: str) -> str:
    """The first tier of a leaf or of anything above it."""
    number = int(idx.partition(".")[0])
    return next(name for name, ids in L1.items() if number in ids)


def l2_of(idx: str) -> str:
    """The id of a leaf's second tier."""
    return idx.partition(".")[0]


def l3_of(idx: str) -> str:
    """The id of a leaf's third tier, such as `14.3940`."""
    return idx.rpartition(".")[0]


def tiers(leaves: Iterable[Leaf]) -> tuple[int, int, int, int]:
    """How many risks each of the four tiers has."""
    ids = [leaf.idx for leaf in leaves]
    return (
        len({l1_of(idx) for idx in ids}),
        len({l2_of(idx) for idx in ids}),
        len({l3_of(idx) for idx in ids}),
        len(set(ids)),
    )


def differences(leaves: Iterable[Leaf], mapping: Mapping[str, Any]) -> Difference:
    """Hold the official risk mapping against the judge table."""
    table = {node: name for leaf in leaves for node, name in _named(leaf)}
    other = dict(_nodes(mapping))
    both = table.keys() & other.keys()
    return Difference(
        missing=tuple(sorted(table.keys() - other.keys(), key=order)),
        extra=tuple(sorted(other.keys() - table.keys(), key=order)),
        renamed={
            node: (table[node], other[node]) for node in sorted(both, key=order) if table[node] != other[node]
        },
    )


def hub_of(l3: str) -> str:
    """The hub hazard of a third-tier risk; the data fuse two of them twice."""
    return primary("air-2024-L3")[{"14.3940": "14.39", "15.4142": "15.41"}.get(l3, l3)]


def order(idx: str) -> tuple[int, ...]:
    """Ids in the order of their numbers."""
    return tuple(int(part) for part in idx.split("."))


def _named(leaf: Leaf) -> tuple[tuple[str, str], ...]:
    return ((l2_of(leaf.idx), leaf.l2), (l3_of(leaf.idx), leaf.l3), (leaf.idx, leaf.l4))


def _nodes(mapping: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for l2, node in mapping.items():
        yield l2, node["name"]
        for l3, below in node["subcategories"].items():
            yield l3, below["name"]
            yield from ((item["idx"], item["name"]) for item in below["items"])
