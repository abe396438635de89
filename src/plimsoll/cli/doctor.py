"""`plimsoll doctor`: what works on this machine, what is missing, and the line that brings it."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plimsoll.cli import _checkup, _options, _output
from plimsoll.cli._checkup import Check, State
from plimsoll.words import translated
from plimsoll.words.wrapping import cells

if TYPE_CHECKING:
    from rich.table import Table

MARKS = {
    State.WORKS: ("+", "green"),
    State.MISSING: ("-", "yellow"),
    State.NOTE: (" ", "none"),
    State.BROKEN: ("!", "bold red"),
}
"""State -> its sign, and the colour of that."""

SIGNS = "+ works   - missing, with the line that brings it   ! broken"
"""What the signs of the rows say."""

TITLES = {
    "here": "Plimsoll",
    "extras": "Extras",
    "local": "On this machine",
    "folders": "Folders",
    "endpoints": "Endpoints",
    "screen": "Screen",
}


@click.command("doctor")
@_options.LOG_DIR
@_output.JSON
def command(log_dir: Path, as_json: bool) -> int:
    """Say what works on this machine, what is missing, and the line that brings it.

    Keys are never shown. What is missing is needed only by who wants it, and is no error; exit code 1
    where something that every run needs is broken.
    """
    found = list(_checkup.checks(log_dir))
    broken = sum(each.state is State.BROKEN for each in found)
    if as_json:
        _output.value({"works": not broken, "checks": found})
    else:
        _show(found, broken)
    return 1 if broken else 0


def _show(found: Sequence[Check], broken: int) -> None:
    from rich.text import Text

    width = max(cells(translated(each.name)) for each in found)
    for group, checks in groupby(found, key=lambda each: each.group):
        _output.show(Text(TITLES[group], style="bold"))
        for each in checks:
            _output.show(_row(each, width))
            if each.line:
                # On one line however narrow the terminal, so that it can be copied.
                _output.unbroken(Text(f"{'':{width + 7}}{each.line}", style="cyan"))
        _output.echo()
    missing = sum(each.state is State.MISSING for each in found)
    _output.show(Text(SIGNS, style="dim"))
    _output.echo(
        f"{broken} broken, {missing} missing." if broken else f"Nothing is broken; {missing} missing."
    )


def _row(check: Check, width: int) -> "Table":
    from rich.table import Table
    from rich.text import Text

    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=3, justify="right")
    row.add_column(width=width, no_wrap=True)
    row.add_column(overflow="fold")
    mark, colour = MARKS[check.state]
    row.add_row(Text(mark, style=colour), check.name, Text(check.said))
    return row
