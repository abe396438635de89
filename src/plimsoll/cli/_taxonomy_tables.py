"""What `plimsoll taxonomy` found -> a table for people, CSV, Markdown or JSON."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import click

from plimsoll.cli import _output
from plimsoll.core.hidden import visible

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
        _output.table(
            (" ".join(map(_cell, row[:2])), " · ".join(filter(None, map(_cell, row[2:])))) for row in rows
        )


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
