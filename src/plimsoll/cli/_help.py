"""What click lays out as help -> the same in the reader's language, in cells and not in letters."""

import re
from collections.abc import Iterable
from functools import cache

import click

from plimsoll.words import preferred, translated
from plimsoll.words.catalogue import table
from plimsoll.words.wrapping import cells, wrapped

EXTRAS = re.compile(r"(?P<said>.*?)  \[(?P<extras>[^\[\]]*)\]", re.DOTALL)
"""What is said of an option, and what click adds: its default, its range, whether it must be given."""


class Formatter(click.HelpFormatter):
    """Lays out help in a language whose signs are two cells wide."""

    def worded(self, text: str) -> str:
        """A text as this page shows it."""
        return text

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how the command is called."""
        before = f"{translated('Usage:')}{prog} "
        first, *others = wrapped(self.worded(args), self.width - cells(before)) or [""]
        self.write("\n".join([before + first, *(" " * cells(before) + each for each in others)]) + "\n")

    def write_heading(self, heading: str) -> None:
        """The heading of a section."""
        self.write(f"{'':>{self.current_indent}}{translated(heading)}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        indent = " " * self.current_indent
        paragraphs = (self.worded(translated(_on_one_line(each))) for each in text.split("\n\n"))
        made = ("\n".join(indent + line for line in wrapped(each, self.width)) for each in paragraphs)
        self.write("\n\n".join(made) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names with what is said of them."""
        listed = [(self.worded(name), self.worded(_said(about))) for name, about in rows]
        widest = max((cells(name) for name, _ in listed), default=0)
        first = min(widest, col_max) + col_spacing
        for name, about in listed:
            self._row(name, wrapped(about, max(self.width - first - 2, 10)), first)

    def _row(self, name: str, lines: list[str], first: int) -> None:
        indent = " " * self.current_indent
        beside = cells(name) + 2 <= first and bool(lines)
        left = f"{indent}{name}{' ' * (first - cells(name))}{lines[0]}" if beside else f"{indent}{name}"
        under = lines[1:] if beside else lines
        self.write("\n".join([left, *(f"{indent}{' ' * first}{line}" for line in under)]) + "\n")


class Listing(Formatter):
    """Lays out names and what is said of them in English, in which signs two cells wide may stand too."""

    def write_heading(self, heading: str) -> None:
        """The heading of a section."""
        self.write(f"{'':>{self.current_indent}}{heading}:\n")


class HelpPage(Formatter):
    """Lays out the help of a command: what is to be given is named in the reader's language too."""

    def worded(self, text: str) -> str:
        """A text with its metavars named."""
        return given(text)


def given(text: str) -> str:
    """A text with what its reader is to put in named in their language: `FILE` as `<文件>`."""
    return _metavars().sub(lambda found: _named(found[0]), text) if preferred() == "zh" else text


def _named(metavar: str) -> str:
    said = table("zh", "metavars")[metavar]
    return said if " " in said else f"<{said}>"


@cache
def _metavars() -> re.Pattern[str]:
    """Words in capitals that stand by themselves; the longest comes first."""
    known = sorted(table("zh", "metavars"), key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z_$-])(?:{'|'.join(map(re.escape, known))})(?![A-Za-z_-])")


class Chinese(click.Context):
    """The context of a command whose help is read in Chinese."""

    formatter_class = HelpPage


def context() -> type[click.Context]:
    """The kind of context that lays out help as its reader wants it."""
    return Chinese if preferred() == "zh" else click.Context


def formatter(width: int) -> click.HelpFormatter:
    """What lays out names with their summaries."""
    return (Formatter if preferred() == "zh" else Listing)(width=width)


def _said(about: str) -> str:
    whole = _on_one_line(about)
    found = EXTRAS.fullmatch(about)
    if (said := translated(whole)) != whole or found is None:
        return said
    extras = "；".join(translated(each) for each in found["extras"].split("; "))
    return f"{translated(_on_one_line(found['said']))}  [{extras}]"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
