"""Categories that people and a guard named -> how far these agree, taxonomy by taxonomy or over hub hazards.

Categories overlap (a threat is violence to some), and a guard's taxonomy is seldom the set's. So both are
brought to the hub of the crosswalk, where they do not share a taxonomy anyhow.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct

from plimsoll.core import UserError
from plimsoll.screening.measure import Mark
from plimsoll.screening.nouns import Named, Part
from plimsoll.screening.parts import of_marks
from plimsoll.taxonomies import conversion

NO_HAZARD = "H00"


class Brought(Struct, frozen=True, kw_only=True):
    """What comes of bringing both to one taxonomy."""

    named: Named | None
    parts: tuple[Part, ...] = ()


def brought(found: Sequence[Mark], taxonomy: str, *, seed: int = 0) -> Brought:
    """The agreement of categories, and each hazard's figures. Nothing where the guard names no category."""
    theirs = {code.partition(":")[0] for mark in found for code in mark.seen.codes if ":" in code}
    if not taxonomy or not theirs:
        return Brought(named=None)
    name = conversion.named(taxonomy)
    of_set, of_guard = _hub_of(name), {each: _hub_of(each) for each in theirs}

    def people(mark: Mark) -> frozenset[str]:
        return _hubs(of_set.get(_plain(each)) for each in mark.seen.categories)

    def guard(mark: Mark) -> frozenset[str]:
        pairs = (code.partition(":") for code in mark.seen.codes)
        return _hubs(of_guard[whose].get(_plain(code)) for whose, _, code in pairs if whose in of_guard)

    if theirs == {name}:
        return Brought(named=_agreed(found, _own(name), _theirs(name), over=name))
    return Brought(
        named=_agreed(found, people, guard, over="hub"), parts=tuple(_parts(found, people, guard, seed))
    )


def _own(name: str) -> Callable[[Mark], frozenset[str]]:
    known = _codes(name)
    return lambda mark: frozenset(known.get(_plain(each), each) for each in mark.seen.categories)


def _theirs(name: str) -> Callable[[Mark], frozenset[str]]:
    known = _codes(name)
    return lambda mark: frozenset(
        known.get(_plain(code.partition(":")[2]), code.partition(":")[2]) for code in mark.seen.codes
    )


def _agreed(
    found: Sequence[Mark],
    people: Callable[[Mark], frozenset[str]],
    guard: Callable[[Mark], frozenset[str]],
    *,
    over: str,
) -> Named | None:
    rows = [(people(mark), guard(mark)) for mark in found if mark.unsafe and people(mark)]
    if not rows:
        return None
    names = sorted({each for pair in rows for named in pair for each in named})
    counts = {
        name: (
            sum(name in one and name in other for one, other in rows),
            sum(name in one for one, _ in rows),
            sum(name in other for _, other in rows),
        )
        for name in names
    }
    return Named(
        over=over,
        n=len(rows),
        exact=sum(one == other for one, other in rows) / len(rows),
        overlap=sum(bool(one & other) for one, other in rows) / len(rows),
        micro_f1=_f1(*(sum(each[place] for each in counts.values()) for place in range(3))),
        macro_f1=_mean(_f1(*each) for each in counts.values()),
    )


def _parts(
    found: Sequence[Mark],
    people: Callable[[Mark], frozenset[str]],
    guard: Callable[[Mark], frozenset[str]],
    seed: int,
) -> Iterator[Part]:
    """Each hazard against all others: what the guard did not name it, it does not find it to be."""
    for hub in sorted({each for mark in found if mark.unsafe for each in people(mark)}):
        marks = [
            mark._replace(
                unsafe=mark.unsafe and hub in people(mark),
                flagged=hub in guard(mark),
                score=mark.score if hub in guard(mark) else 0.0,
            )
            for mark in found
        ]
        yield of_marks(hub, "hub", marks, seed)


@cache
def _hub_of(taxonomy: str) -> Mapping[str, str]:
    """Code and name of each category -> its primary hub hazard; of a taxonomy that nobody mapped, nothing."""
    try:
        found = conversion.categories(taxonomy)
    except UserError:
        return {}
    return {_plain(key): each.hubs[0] for each in found for key in (each.code, each.category)}


@cache
def _codes(taxonomy: str) -> Mapping[str, str]:
    found = conversion.categories(taxonomy)
    return {_plain(key): each.code for each in found for key in (each.code, each.category)}


def _hubs(each: Iterable[str | None]) -> frozenset[str]:
    return frozenset(hub for hub in each if hub is not None and hub != NO_HAZARD)


def _f1(hits: int, real: int, said: int) -> float | None:
    return 2 * hits / (real + said) if real + said else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold().replace("&", "and") if letter.isalnum())
