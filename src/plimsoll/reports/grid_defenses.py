"""What defenses or models bring and cost -> tables, a drawing, sentences, plain values, for every view."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import fsum
from typing import Any

import msgspec

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import Key, Said, Table, key
from plimsoll.pages.plots import Place, Plane
from plimsoll.pages.words import percent
from plimsoll.reports import comparison_rows
from plimsoll.reports.defended import KINDS, Contract, Leg, Row, contracts
from plimsoll.reports.grid import Grid
from plimsoll.reports.grid_rows import label
from plimsoll.reports.measured import Kind
from plimsoll.reports.tables import MISSING, UNSOUND
from plimsoll.run.ask.grid import NONE

MARK = "●"
"""Of what no other row is better than everywhere."""


def titled(found: Contract) -> Said:
    """The model, or the defense of several; and the system prompt where there is one."""
    prompts = [label(found.system_prompt, "system_prompt")] if found.system_prompt != NONE else []
    if found.over == "defense":
        return " · ".join((label(found.model, "model"), *prompts))
    defense = _defense(found, found.model)
    return key("cmp.pair", defense, prompts[0]) if prompts else defense


def tables(found: Contract) -> Iterator[Table]:
    """What each defense brings, what it takes, then each difference to the undefended model."""
    yield _brings(found)
    yield _takes(found)
    if any(row.legs for row in found.rows):
        yield _legs(found)


def notes(found: Contract) -> list[Said]:
    """What was not measured, and how to read what was."""
    said: list[Said] = [key(f"defend.missing.{name}") for name in found.missing]
    if len(found.families) == 1:
        said[said.index(key("defend.missing.families"))] = key("defend.missing.families", found.families[0])
    if found.over == "defense":
        said += _unspent(found)
    return said


def _unspent(found: Contract) -> Iterator[Said]:
    if not any(row.spent.seconds for row in found.rows):
        yield key("defend.missing.seconds")
    if not any(row.spent.input_tokens for row in found.rows):
        yield key("defend.missing.tokens")


def reading(found: Contract) -> list[Said]:
    """What the columns and findings mean."""
    return [
        _word(found, "note.means"),
        key("defend.note.front", MARK),
        _word(found, "note.held", f"{100 * found.margin:g}"),
    ]


def remarks(found: Sequence[Contract], of: Callable[[Contract], list[Said]]) -> Iterator[Said]:
    """Notes of several: once where all of them have it, otherwise with whose it is."""
    said = [of(each) for each in found]
    for note in dict.fromkeys(note for each in said for note in each):
        having = [each for each, notes in zip(found, said, strict=True) if note in notes]
        if len(having) == len(found):
            yield note
        else:
            yield from (key("result.spoken", titled(each), note) for each in having)


def plane(found: Contract) -> Plane | None:
    """Harm over what it costs harmless requests, or useful answers; nothing where either was not measured."""
    sideways: tuple[Kind, ...] = ("over_refusal", "utility")
    across: Kind | None = next((kind for kind in sideways if kind in found.measured), None)
    upward: list[Kind] = [kind for kind in found.measured if kind in ("harm", "attack")]
    if across is None or not upward:
        return None
    places = [
        Place(
            x=1 - row.shares[across] if across == "utility" else row.shares[across],
            y=fsum(row.shares[kind] for kind in upward) / len(upward),
            name=str(number),
            title=_name(found, row),
            full=row.front,
        )
        for number, row in enumerate(found.rows, start=1)
        if {across, *upward} <= row.shares.keys()
    ]
    up = "both" if len(upward) > 1 else upward[0]
    title = _word(found, "plane", titled(found))
    return Plane(title, places, key(f"defend.axis.{across}"), key(f"defend.axis.{up}"))


def plain(found: Grid) -> list[dict[str, Any]]:
    """What programs read: one object for each model and system prompt."""
    return [
        {
            "model": each.model,
            "system_prompt": each.system_prompt,
            "margin": each.margin,
            "attack_families": each.families,
            "adaptive": each.adaptive,
            "missing": each.missing,
            "defenses": [_plain_row(row) for row in each.rows],
        }
        for each in contracts(found)
    ]


def _plain_row(row: Row) -> dict[str, Any]:
    return {
        "defense": row.name,
        "verdict": None if row.name == NONE else row.verdict,
        "pareto": row.front,
        **{kind: row.shares.get(kind) for kind in KINDS},
        **row.spent._asdict(),
        "blocked": row.blocked,
        "unscored": row.unscored,
        "differences": [_plain_leg(leg) for leg in row.legs],
    }


def _plain_leg(leg: Leg) -> dict[str, Any]:
    change, low, high = leg.change
    return {
        "kind": leg.kind,
        "benchmark": leg.benchmark,
        "attack": leg.attack,
        "setting": setting(leg),
        "without": leg.without,
        "with": leg.with_it,
        "difference": change,
        "low": low,
        "high": high,
        "n": leg.comparison.shared,
        "unscored": leg.comparison.unscored,
        "p": leg.p,
        "finding": leg.finding,
        "notes": msgspec.to_builtins(leg.comparison.warnings),
    }


def setting(leg: Leg) -> str:
    """How an attack stands to the defense: `adaptive`, `transfer`, or `fixed` where it asked no target."""
    if leg.attack == NONE:
        return ""
    return {"defended": "adaptive", "bare": "transfer", "": "fixed"}[leg.saw]


def _brings(found: Contract) -> Table:
    columns = ("number", found.over, *found.measured, "front", "verdict")
    rows: list[tuple[Said, ...]] = [
        (
            str(number),
            _name(found, row),
            *(_share(row, kind) for kind in found.measured),
            MARK if row.front else "",
            MISSING if row.name == found.first else key(f"defend.verdict.{row.verdict}"),
        )
        for number, row in enumerate(found.rows, start=1)
    ]
    return Table(
        _word(found, "whole", titled(found)), _heads(columns), rows, frozenset({1, len(columns) - 1})
    )


def _takes(found: Contract) -> Table:
    columns = ("number", found.over, "calls", "input", "output", "seconds", "blocked", "unscored")
    rows: list[tuple[Said, ...]] = [
        (
            str(number),
            _name(found, row),
            f"{row.spent.calls:.1f}",
            _amount(row.spent.input_tokens),
            _amount(row.spent.output_tokens),
            f"{row.spent.seconds:.2f}" if row.spent.seconds else MISSING,
            percent(row.blocked),
            percent(row.unscored),
        )
        for number, row in enumerate(found.rows, start=1)
    ]
    return Table(_word(found, "takes", titled(found)), _heads(columns), rows, frozenset({1}))


def _heads(names: Iterable[str]) -> tuple[Key, ...]:
    return tuple(key(f"defend.column.{name}") for name in names)


def _share(row: Row, kind: Kind) -> str:
    if kind not in row.shares:
        return MISSING
    return f"{percent(row.shares[kind])}{UNSOUND if row.unscored > 0.05 else ''}"


def _amount(tokens: float) -> str:
    return f"{tokens:,.0f}" if tokens else MISSING


def _legs(found: Contract) -> Table:
    rows = [
        (_name(found, row), _cell(found, leg), percent(leg.without), percent(leg.with_it), *_change(leg))
        for row in found.rows
        for leg in row.legs
    ]
    sides = ("without", "with") if found.over == "defense" else ("before", "after")
    columns = (found.over, "cell", *sides, "change", "p", "finding")
    return Table(_word(found, "legs", titled(found)), _heads(columns), rows, frozenset({0, 1, 6}))


def _cell(found: Contract, leg: Leg) -> Said:
    said: Said = key(
        "cmp.pair", key(f"defend.kind.{leg.kind}"), label(found.named[leg.benchmark], "benchmark")
    )
    if leg.attack == NONE:
        return said
    attack = label(found.named[leg.attack], "attack")
    return key("cmp.pair", said, key("cmp.pair", attack, key(f"defend.setting.{setting(leg)}")))


def _change(leg: Leg) -> tuple[Said, ...]:
    change, low, high = leg.change
    mark = (
        UNSOUND if leg.comparison.unscored > 0.05 * (leg.comparison.unscored + leg.comparison.shared) else ""
    )
    shown = f"{mark}{comparison_rows.points(change)} ({comparison_rows.bounds(low, high)})"
    return shown, comparison_rows.p_value(leg.p), key(f"defend.finding.{leg.finding}")


def _name(found: Contract, row: Row) -> Key | str:
    return _defense(found, row.name) if found.over == "defense" else visible(label(row.name, "model"))


def _defense(found: Contract, name: str) -> Key | str:
    if name == NONE:
        return key("grid.none.defense")
    return visible(label(found.named[name], "defense"))


def _word(found: Contract, name: str, *values: Said) -> Key:
    """The same in words for defenses, or for models."""
    return key(f"{'defend' if found.over == 'defense' else 'rival'}.{name}", *values)
