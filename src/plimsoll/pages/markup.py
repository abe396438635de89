"""Words and numbers -> HTML and SVG text; nothing reaches a page except through here."""

import json
from collections.abc import Sequence
from functools import reduce
from html import escape as escape_html
from typing import NamedTuple

from plimsoll.core.hidden import visible
from plimsoll.pages.words import CORRECTED, Language, category, knows, plain, say
from plimsoll.words import translated


class Key(NamedTuple):
    """Words by key, translated on the page."""

    name: str
    arguments: tuple["str | Key", ...] = ()


Said = str | Key


class Table(NamedTuple):
    """A heading, names of columns and rows of cells, in words that any view speaks in its language."""

    title: Said
    columns: Sequence[Said]
    rows: Sequence[Sequence[Said]]
    text_columns: frozenset[int] = frozenset({0})
    """Columns that hold words, set flush left; the others hold numbers."""

    def spoken(self, language: Language) -> "SpokenTable":
        """All of it in one language."""
        return SpokenTable(
            spoken(self.title, language),
            tuple(spoken(name, language) for name in self.columns),
            tuple(tuple(spoken(cell, language) for cell in row) for row in self.rows),
            self.text_columns,
        )

    def first(self, count: int) -> "Table":
        """Its first columns."""
        return self._replace(columns=self.columns[:count], rows=[row[:count] for row in self.rows])


class SpokenTable(NamedTuple):
    """A table in one language."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: frozenset[int]


def escape(text: str) -> str:
    """Somebody's text, inert in element and attribute, hidden characters shown."""
    return escape_html(visible(text), quote=True)


def key(name: str, *arguments: Said) -> Key:
    """Words by key, with arguments."""
    return Key(name, arguments)


def bilingual(text: str) -> Said:
    """What the program says in English, and in Chinese where that is known."""
    return in_both(text, translated(text, "zh"))


def in_both(english: str, chinese: str) -> Said:
    """The same in both languages, where they differ."""
    return english if english == chinese else key("either", english, chinese)


def code(kind: str, value: str) -> Said:
    """The words of `kind.value`, or the value itself read as words where we know none."""
    if knows(f"{kind}.{value}"):
        return Key(f"{kind}.{value}")
    if kind == "metric" and value.endswith(CORRECTED):
        return Key("metric.corrected", (code(kind, value.removesuffix(CORRECTED)),))
    if kind == "category":
        return in_both(category(value), category(value, "zh"))
    return value if kind == "language" else plain(value)


def directed(name: str, arrow: str) -> Said:
    """A metric's name with an arrow to the better end of its scale."""
    return key("directed", code("metric", name), arrow) if arrow else code("metric", name)


def joined(parts: Sequence[Said]) -> Said:
    """Words one after the other, with points between; nothing where there are none."""
    return reduce(lambda one, other: key("cmp.pair", one, other), parts) if parts else ""


def spoken(said: Said, language: Language) -> str:
    """The words in one language."""
    if isinstance(said, str):
        return visible(said)
    return say(said.name, *(spoken(argument, language) for argument in said.arguments), language=language)


def packed(said: Said) -> object:
    """Words as the page's script reads them: text, or key and arguments."""
    if isinstance(said, str):
        return visible(said)
    return [said.name, *(packed(argument) for argument in said.arguments)]


class Markup:
    """Writes elements whose words change with the page's language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def said(self, said: Said, tag: str = "span", **attributes: str) -> str:
        """An element that says something."""
        if isinstance(said, str):
            return f"<{tag}{self.attributes(attributes)}><bdi>{escape(said)}</bdi></{tag}>"
        return f"<{tag}{self.attributes(attributes)}{self._translated(said)}>{self.plain(said)}</{tag}>"

    def svg_text(self, said: Said, **attributes: str) -> str:
        """Words inside a drawing."""
        mark = "" if isinstance(said, str) else self._translated(said)
        return f"<text{self.attributes(attributes)}{mark}>{self.plain(said)}</text>"

    def title(self, said: Said, tag: str = "title", **attributes: str) -> str:
        """The name of a shape."""
        mark = "" if isinstance(said, str) else self._translated(said)
        return f"<{tag}{self.attributes(attributes)}{mark}>{self.plain(said)}</{tag}>"

    def plain(self, said: Said) -> str:
        """The words alone, escaped."""
        return escape_html(spoken(said, self.language), quote=True)

    def table(self, table: Table) -> str:
        """A table that scrolls where it is too wide."""

        def cell(said: Said, tag: str, place: int, **more: str) -> str:
            return self.said(said, tag, **more, **({"class": "w"} if place in table.text_columns else {}))

        def row(cells: Sequence[Said]) -> str:
            first = self.said(cells[0], "th", scope="row")
            return first + "".join(cell(each, "td", place) for place, each in enumerate(cells[1:], start=1))

        head = "".join(cell(name, "th", place, scope="col") for place, name in enumerate(table.columns))
        body = "".join(f"<tr>{row(cells)}</tr>" for cells in table.rows)
        return (
            f'<div class="scroll" tabindex="0" role="group"{self.label(table.title)}>'
            f"<table>{self.said(table.title, 'caption')}<thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )

    def folded_table(self, table: Table) -> str:
        """A table behind a plot."""
        summary = self.said(Key("table.show"))
        return f'<details class="behind"><summary>{summary}</summary>{self.table(table)}</details>'

    def facts(self, listed: Sequence[tuple[Said, Said]]) -> str:
        """Names with what they are, for a `dl`."""
        return "".join(
            f"<div>{self.said(name, 'dt')}{self.said(value, 'dd')}</div>" for name, value in listed
        )

    def section(self, name: str, title: Said, body: str) -> str:
        """A section under its heading, with an anchor where it is named."""
        anchor = f' id="{name}"' if name else ""
        return f"<section{anchor}>{self.said(title, 'h2')}{body}</section>"

    def legend(self, *entries: tuple[str, Said]) -> str:
        """Classes of a swatch with what they stand for."""
        items = "".join(
            f'<li><i class="swatch {name}" aria-hidden="true"></i>{self.said(words)}</li>'
            for name, words in entries
        )
        return f'<ul class="legend">{items}</ul>'

    def label(self, said: Said) -> str:
        """An `aria-label` that follows the language."""
        mark = "" if isinstance(said, str) else f' data-t-label="{_json(said)}"'
        return f' aria-label="{self.plain(said)}"{mark}'

    def attributes(self, attributes: dict[str, str]) -> str:
        """` name="value"` for each; `_` in a name stands for `-`."""
        return "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in attributes.items())

    def _translated(self, said: Key) -> str:
        return f' data-t="{_json(said)}"'


def _json(said: Said) -> str:
    return escape_html(json.dumps(packed(said), ensure_ascii=False), quote=True)
