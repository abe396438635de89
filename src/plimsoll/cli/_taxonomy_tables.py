"""What `plimsoll taxonomy` found -> a table for people, CSV, Markdown or JSON."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import click

from plimsoll.cli import _output
from plimsoll.core.hidden import visible
from plimsoll.words import name, preferred

FORM = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "md", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)


def show(form: str, columns: Sequence[str], rows: Sequence[Sequence[object]], whole: Any = None) -> None:
    """Print rows in the form asked for; JSON has the whole find where there is more than rows."""
    if form == "json":
        _output.value([dict(zip(columns, row, strict=True)) for row in rows] if whole is None else whole)
    elif form == "csv":
        _output.document(as_csv(columns, rows))
    elif form == "md":
        _output.document(as_markdown(columns, rows))
    else:
        kept = [place for place, column in enumerate(columns) if column not in _unread(columns)]
        _output.table(_listed([_spoken(row[place]) for place in kept]) for row in rows)


def _unread(columns: Sequence[str]) -> frozenset[str]:
    """The English column, where its reader has a Chinese one beside it."""
    return frozenset({"en"} if preferred() == "zh" and "zh" in columns else ())


def _listed(cells: Sequence[str]) -> tuple[str, str]:
    return " ".join(cells[:2]), " · ".join(filter(None, cells[2:]))


def _spoken(cell: object) -> str:
    """A cell in the reader's language, as far as it holds names."""
    if isinstance(cell, tuple):
        return " ".join(map(_spoken, cell))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return name(cell) if isinstance(cell, str) else _cell(cell)


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV, lists with semicolons between."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(cell, ";") for cell in row] for row in rows)
    return out.getvalue()


def as_markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a Markdown table."""
    lines = [columns, ["---"] * len(columns), *([_cell(cell, ", ") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(_inert(cell) for cell in line)} |\n" for line in lines)


def _cell(cell: object, between: str = " ") -> str:
    if isinstance(cell, dict):
        return between.join(f"{key or '?'}={value}" for key, value in cell.items())  # pyright: ignore[reportUnknownVariableType]
    return between.join(map(str, cell)) if isinstance(cell, tuple) else str(cell)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _inert(cell: str) -> str:
    return visible(cell).replace("|", "\\|").replace("\n", " ")
