"""A card -> what is wrong with it, and what is worth knowing, each with its field."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from plimsoll import registry
from plimsoll.cards.card import ACTORS, KINDS, RiskCard, harm_types, leftover
from plimsoll.core import UserError, did_you_mean
from plimsoll.taxonomies import conversion, crosswalk, harms


class Problem(NamedTuple):
    """Something about a card, with its field."""

    field: str
    message: str
    weight: Literal["error", "note"] = "error"


def problems(card: RiskCard) -> Iterator[Problem]:
    """Errors first in each field, notes among them."""
    for field in ("title", "description"):
        if not getattr(card, field).strip():
            yield Problem(field, "is empty: say in a sentence what the output is")
    yield from _codes(card)
    yield from _harms(card)
    yield from _hubs(card)
    if card.severity is not None and not 0 <= card.severity <= 4:
        yield Problem("severity", f"{card.severity} is not on the scale from 0 to 4")
    yield from _tests(card)
    for address in card.regulations:
        try:
            conversion.category(address)
        except UserError as error:
            yield Problem("regulations", str(error))
    if not card.actions_required.strip():
        yield Problem("actions_required", "is empty: say what must happen for the output to harm", "note")


def _codes(card: RiskCard) -> Iterator[Problem]:
    known = (*harms.codes(), *harms.NONE)
    for code in card.categorisation:
        if code not in known:
            yield Problem("categorisation", f"there is no code {code!r}{did_you_mean(code, known)}")
    if not card.categorisation and not card.hubs:
        yield Problem("categorisation", "names no code: write W0.0 and S0.0 where none fits, or hubs", "note")


def _harms(card: RiskCard) -> Iterator[Problem]:
    if not card.harm_types:
        yield Problem("harm_types", "is empty: write Actor-Kind, such as Reader-Psychological")
    for written in card.harm_types:
        found = list(harm_types([written]))
        if rest := leftover(written):
            actor, _, kind = rest.partition("-")
            close = did_you_mean(kind.strip(), KINDS) or did_you_mean(actor.strip(), ACTORS)
            listed = f"actors {', '.join(ACTORS)}; kinds {', '.join(KINDS)}"
            weight = "note" if found else "error"
            yield Problem("harm_types", f"{rest!r} is no Actor-Kind{close} ({listed})", weight)
        elif any(str(each) not in written for each in found):
            meant = ", ".join(map(str, found))
            yield Problem("harm_types", f"{written!r} is read as {meant}", "note")


def _hubs(card: RiskCard) -> Iterator[Problem]:
    for hub in card.hubs:
        if hub not in crosswalk.hub():
            yield Problem("hubs", f"no hub hazard is called {hub!r}{did_you_mean(hub, crosswalk.hub())}")
    if not card.hazards:
        yield Problem("hubs", "leads to no hub hazard: write hubs, or a code that has one", "note")


def _tests(card: RiskCard) -> Iterator[Problem]:
    for test in card.tests:
        rooms: tuple[tuple[registry.Room, str], ...] = (
            ("benchmarks", test.benchmark),
            ("attacks", test.attack),
            ("judges", test.judge),
        )
        for room, spec in rooms:
            if spec:
                try:
                    registry.find(room, registry.parse(spec).name)
                except UserError as error:
                    yield Problem("tests", str(error))
