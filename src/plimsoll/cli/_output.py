"""Values -> lines on standard output."""

import sys
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import Any

import click
import msgspec

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
TEXT = click.option(
    "--text/--json",
    "as_text",
    default=None,
    help="Every turn as people read it, or one JSON value a line.  [default: text on a terminal]",
)


def lines(values: Iterable[Any]) -> None:
    """One JSON value a line."""
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    for value in values:
        out.write(encode(value) + b"\n")
    out.flush()


def for_people(as_text: bool | None) -> bool:
    """Whether lines are for people: as they asked, else where a terminal shows them."""
    return sys.stdout.isatty() if as_text is None else as_text


def texts(of: Iterable[Iterable[str]]) -> None:
    """Texts of several lines, with a line between them."""
    for number, text in enumerate(of):
        click.echo("\n".join([*([""] if number else []), *text]))


def value(of: Any) -> None:
    """One JSON value on one line."""
    lines([of])


def table(rows: Iterable[tuple[str, str]], title: str = "") -> None:
    """Names with their summaries, in two columns."""
    formatter = click.HelpFormatter(width=min(get_terminal_size().columns, 120))
    listed = list(rows)
    if title:
        formatter.write_heading(title)
        formatter.indent()
    if listed:
        formatter.write_dl(listed)
    click.echo(formatter.getvalue().rstrip("\n"))
