"""Values -> lines on standard output and standard error: the one place from which commands speak.

What is shown may come from a run, a log or a server of somebody else's: whatever would command a
terminal, or turn the order of its letters, is made visible on the way.
"""

import sys
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click
import msgspec

from plimsoll.cli import _help
from plimsoll.cli._spoken import spoken
from plimsoll.core.hidden import escaped, visible
from plimsoll.words import translated

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

NARROWEST, WIDEST = 20, 500
"""Columns that a terminal is believed to have: `COLUMNS` may say anything."""
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
TEXT = click.option(
    "--text/--json",
    "as_text",
    default=None,
    help="Every turn as people read it, or one JSON value a line.  [default: text on a terminal]",
)


def echo(said: object = "", *, err: bool = False) -> None:
    """Say something, on one line or several, in the reader's language."""
    click.echo(visible(translated(str(said))), err=err)


def over(said: str) -> None:
    """Say something on standard error in place of what was said before."""
    click.echo(f"\r{visible(translated(said))}", err=True, nl=False)


def document(text: str) -> None:
    """A whole document: as it is for a program, with everything visible on a terminal."""
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=False)


def show(renderable: "RenderableType") -> None:
    """A table or a text with colours, in the reader's language."""
    console = _console()
    console.print(_Shown(spoken(renderable, console.width)))


def unbroken(renderable: "RenderableType") -> None:
    """A line that is not broken however narrow the terminal, so that it can be copied."""
    _console().print(_Shown(renderable), soft_wrap=True)


def _console() -> "Console":
    from rich.console import Console

    # Words in brackets are words here, and no orders to the console.
    made = Console(highlight=False, markup=False, emoji=False)
    if not NARROWEST <= made.width <= WIDEST:
        made.width = min(max(made.width, NARROWEST), WIDEST)
    return made


class _Shown:
    """Something to render whose texts are made visible once they are laid out."""

    def __init__(self, inner: "RenderableType") -> None:
        self.inner = inner

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from rich.segment import Segment

        for segment in console.render(self.inner, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def lines(values: Iterable[Any]) -> None:
    """One JSON value a line."""
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    seen = sys.stdout.isatty()
    for value in values:
        line = encode(value)
        out.write((escaped(line.decode()).encode() if seen else line) + b"\n")
    out.flush()


def for_people(as_text: bool | None) -> bool:
    """Whether lines are for people: as they asked, else where a terminal shows them."""
    return sys.stdout.isatty() if as_text is None else as_text


def texts(of: Iterable[Iterable[str]]) -> None:
    """Texts of several lines as somebody else wrote them, with a line between them."""
    for number, text in enumerate(of):
        click.echo(visible("\n".join([*([""] if number else []), *text])))


def value(of: Any) -> None:
    """One JSON value on one line."""
    lines([of])


def table(rows: Iterable[tuple[str, str]], title: str = "") -> None:
    """Names with their summaries, in two columns."""
    formatter = _help.formatter(min(get_terminal_size().columns, 120))
    listed = list(rows)
    if title:
        formatter.write_heading(title)
        formatter.indent()
    if listed:
        formatter.write_dl(listed)
    click.echo(visible(formatter.getvalue().rstrip("\n")))
