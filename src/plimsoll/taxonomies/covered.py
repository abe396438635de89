"""Benchmarks and runs with their hub hazards -> what of the hub, or of a taxonomy, they cover, and what not.

A gap is said as loudly as a number. Items count under the primary hazard of their category only. A category
is covered where something measures its primary hazard, and touched where only a secondary one is measured.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from plimsoll.core import decoding
from plimsoll.taxonomies import conversion, crosswalk, risks
from plimsoll.taxonomies.conversion import Links

Status = Literal["covered", "touched", "gap", "tested", "proxy", "documented"]


class Source(NamedTuple):
    """A benchmark, or a run of one."""

    name: str
    items: Mapping[tuple[str, str], int]
    """Hub hazard and language -> scored items; 0 where nothing was asked yet."""

    @property
    def hubs(self) -> frozenset[str]:
        """The hazards that it measures."""
        return frozenset(hub for hub, _ in self.items)


class Row(NamedTuple):
    """A hub hazard, or a category of a taxonomy, with what covers it."""

    code: str
    name: str
    hubs: tuple[str, ...]
    status: Status
    sources: tuple[str, ...]
    items: int
    languages: Mapping[str, int]


class Coverage(NamedTuple):
    """What a set of benchmarks or runs covers."""

    taxonomy: str
    rows: tuple[Row, ...]
    unmapped: tuple[str, ...]
    """Sources without any hazard."""

    @property
    def gaps(self) -> tuple[Row, ...]:
        """What nothing covers."""
        return tuple(each for each in self.rows if each.status == "gap")

    @property
    def effective(self) -> float | None:
        """How many equally covered hazards have the entropy of these items; `None` without items."""
        total = sum(each.items for each in self.rows)
        shares = [each.items / total for each in self.rows if each.items]
        return math.exp(-sum(share * math.log(share) for share in shares)) if total else None


@cache
def measured() -> Mapping[str, tuple[str, ...]]:
    """The hub hazards of the benchmarks that come with Plimsoll, by name."""
    text = (files("plimsoll.taxonomies") / "measured.toml").read_text(encoding="utf-8")
    return decoding.toml(text, dict[str, tuple[str, ...]])


def of_hub(sources: Sequence[Source]) -> Coverage:
    """Coverage of the hub's 35 hazards."""
    rows = tuple(
        _row(each.id, each.slug, (each.id,), sources, "covered")
        for each in crosswalk.hub().values()
        if each.id != "H00"
    )
    return Coverage("hub", rows, _unmapped(sources))


def of_taxonomy(
    sources: Sequence[Source],
    taxonomy: str,
    among: Links | None = None,
    documented: Iterable[str] = (),
) -> Coverage:
    """Coverage of a taxonomy's categories; those that are no hazard are left out.

    Of the 21 ethical and social risks it is told, too, whether questions can show them at all, and which of
    them a document speaks of instead (`documented`, codes).
    """
    found = [each for each in conversion.categories(taxonomy, among) if each.hubs[0] != "H00"]
    name = found[0].taxonomy if found else taxonomy
    if name == risks.TAXONOMY and among is None:
        return Coverage(name, tuple(_risks(sources, frozenset(documented))), _unmapped(sources))
    hubs = frozenset(hub for source in sources for hub in source.hubs)
    rows = tuple(
        _row(
            each.code,
            each.category,
            each.hubs,
            sources,
            "covered" if each.hubs[0] in hubs else "touched" if hubs & {*each.hubs} else "gap",
        )
        for each in found
    )
    return Coverage(name, rows, _unmapped(sources))


def _risks(sources: Sequence[Source], documented: frozenset[str]) -> Iterator[Row]:
    hubs = frozenset(hub for source in sources for hub in source.hubs)
    for each in risks.risks():
        status = each.status(hubs, documented)
        row = _row(each.code, each.en, each.hubs, sources, status)
        measured_it = status in ("tested", "proxy")
        yield row if measured_it else row._replace(status=status, sources=(), items=0, languages={})


def _row(code: str, name: str, hubs: tuple[str, ...], sources: Iterable[Source], status: Status) -> Row:
    wanted = {hubs[0]} if status != "touched" else {*hubs}
    named = tuple(dict.fromkeys(source.name for source in sources if source.hubs & wanted))
    languages: Counter[str] = Counter()
    for source in sources:
        for (hub, language), count in source.items.items():
            if hub in wanted and count:
                languages[language] += count
    shown: Status = status if named else "gap"
    return Row(code, name, hubs, shown, named, languages.total(), dict(sorted(languages.items())))


def _unmapped(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source.name for source in sources if not source.hubs))
