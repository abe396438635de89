"""A grid -> Markdown for people's pages, JSON for programs."""

from typing import Any

import msgspec

from plimsoll.comparison.nouns import Comparison
from plimsoll.pages.markup import Table, spoken
from plimsoll.pages.words import Language, say
from plimsoll.reports import defended, grid_attacks, grid_defenses
from plimsoll.reports import grid_rows as rows
from plimsoll.reports.grid import Entry, Grid, Matrix, matrices
from plimsoll.reports.machine import plain
from plimsoll.reports.markdown import escape, ruled


def markdown(found: Grid, *, language: Language = "en") -> str:
    """The grid as Markdown."""
    parts = [f"## {escape(spoken(rows.heading(found.manifest.title), language))}"]
    parts += [ruled(_table(found, matrix, language)) for matrix in matrices(found)]
    parts += [ruled(table, language) for table in grid_attacks.tables(found)]
    held = list(defended.contracts(found))
    parts += [ruled(table, language) for each in held for table in grid_defenses.tables(each)]
    said = [
        note
        for of in (grid_defenses.notes, grid_defenses.reading)
        for note in grid_defenses.remarks(held, of)
    ]
    parts.append("\n".join(f"- {escape(spoken(note, language))}" for note in said))
    notes = [say("result.spoken", *each, language=language) for each in rows.fixed(found, language)]
    notes += [rows.baseline_note(found, language), rows.legend(found, language)]
    notes += [spoken(each, language) for each in rows.remarks(found)]
    notes += [say("ov.starter", language=language)] if rows.starters(found) else []
    notes += [say("result.spoken", *each, language=language) for each in rows.gaps(found, language)]
    parts.append("\n".join(f"- {escape(note)}" for note in notes if note))
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(found: Grid, matrix: Matrix, language: Language) -> Table:
    return Table(
        title=rows.title(found, matrix, language) or found.manifest.title,
        columns=("", *rows.columns(found, matrix, language)),
        rows=tuple(
            (rows.row_label(found, place, language), *(_cell(each, language) for each in row))
            for place, row in matrix.rows
        ),
    )


def _cell(entry: Entry | None, language: Language) -> str:
    found = rows.shown(entry, language)
    return f"{found.number}; {found.difference}" if found.difference else found.number


def json(found: Grid) -> str:
    """The grid as JSON."""
    return msgspec.json.encode(report(found)).decode() + "\n"


def report(found: Grid) -> dict[str, Any]:
    """The grid as plain values: one cell for each combination."""
    return {
        "format": 1,
        "grid": str(found.path),
        "id": found.manifest.id,
        "title": found.manifest.title,
        "cells": [_plain(found, entry) for entry in found.entries],
        "attacks": list(grid_attacks.plain(found)),
        "defenses": grid_defenses.plain(found),
    }


def _plain(found: Grid, entry: Entry) -> dict[str, Any]:
    cell = entry.cell
    return {
        "model": cell.model,
        "benchmark": cell.benchmark,
        "attack": cell.attack,
        "defense": cell.defense,
        "system_prompt": cell.system_prompt,
        "headline": None if entry.estimate is None else msgspec.to_builtins(_whole(entry)),
        "run": str(found.path.parent / cell.run) if cell.run else "",
        "status": entry.status,
        "gap": cell.gap,
        "difference": _difference(entry.comparison, found.adjusted.get(entry.cell)),
        "notes": entry.notes,
    }


def _whole(entry: Entry) -> dict[str, Any]:
    """The headline with every field that a reader needs, defaults written out."""
    assert entry.estimate is not None
    estimate = entry.estimate
    return {
        "name": entry.name,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "unscored": estimate.unscored,
        "method": estimate.method,
        "level": estimate.level,
        "higher_is_safer": estimate.higher_is_safer,
        "judge": estimate.judge,
        "as_judged": plain(entry.judged) if entry.judged else None,
    }


def _difference(found: Comparison | None, adjusted: float | None) -> dict[str, Any] | None:
    """The paired difference to the baseline."""
    if found is None:
        return None
    whole = found.whole
    return {
        "to": found.before.path,
        "value": whole.difference,
        "low": whole.low,
        "high": whole.high,
        "p": whole.p,
        "p_holm": adjusted,
        "n": whole.n,
    }
