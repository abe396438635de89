"""A grid -> matrices for the terminal, readable at 80 columns and without colour."""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import SpokenTable, spoken
from plimsoll.pages.words import Language, say
from plimsoll.reports import defended, grid_attacks, grid_defenses
from plimsoll.reports import grid_rows as rows
from plimsoll.reports.grid import Entry, Grid, Matrix, matrices
from plimsoll.reports.hanging import Hanging
from plimsoll.reports.tables import UNSOUND

TONES = {"better": "green", "worse": "red"}
LABEL_SHARE = 0.4
"""How much of the width a row's label may take; longer ones go on in the next line."""
GUTTER = 2
"""Cells between columns."""
NAMES, HEAD = 24, 10
"""Cells of names, and of a head in a script without spaces, that are never broken."""


def render(found: Grid, *, language: Language = "en") -> RenderableType:
    """What is the same everywhere, the matrices, and what is missing."""
    title = Text(spoken(rows.heading(found.manifest.title), language), style="bold")
    same = " · ".join(say("result.spoken", *each, language=language) for each in rows.fixed(found, language))
    parts: list[RenderableType] = [Text(), title, *([Text(same)] if same else [])]
    parts += [Blocks(found, matrix, language) for matrix in matrices(found)]
    parts += [part for table in grid_attacks.tables(found) for part in _listed(table.spoken(language))]
    held = list(defended.contracts(found))
    for each in held:
        parts += [part for table in grid_defenses.tables(each) for part in _listed(table.spoken(language))]
    for of in (grid_defenses.notes, grid_defenses.reading):
        said = [Hanging(spoken(note, language)) for note in grid_defenses.remarks(held, of)]
        parts += [Text(), *said] if said else []
    notes = [rows.baseline_note(found, language), rows.legend(found, language)]
    notes += [spoken(each, language) for each in rows.remarks(found)]
    notes += [say("ov.starter", language=language)] if rows.starters(found) else []
    notes += [f"{UNSOUND} {say('result.unsound', language=language)}"] if rows.unsound(found) else []
    notes += [say("result.spoken", *each, language=language) for each in rows.gaps(found, language)]
    return Group(*parts, Text(), *(Hanging(note) for note in notes if note))


class Blocks:
    """A matrix, its columns parted into as many tables as the width asks for."""

    def __init__(self, found: Grid, matrix: Matrix, language: Language) -> None:
        self.found = found
        self.matrix = matrix
        self.language: Language = language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        heads = rows.columns(self.found, self.matrix, self.language)
        body = [
            (rows.row_label(self.found, place, self.language), [_cell(each, self.language) for each in row])
            for place, row in self.matrix.rows
        ]
        yield Text()
        if title := rows.title(self.found, self.matrix, self.language):
            yield Text(title, style="bold")
        label = min(int(LABEL_SHARE * options.max_width), max(_widest(name for name, _ in body), 1))
        for block in _blocks(heads, [cells for _, cells in body], options.max_width - label):
            yield Padding(_table(block, heads, body, label), (1, 0, 0, 0))


def _listed(spoken: SpokenTable) -> Iterator[RenderableType]:
    """A plain table under its title; heads and words wrap, numbers never do."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, GUTTER, 0, 0), pad_edge=False, show_edge=False)
    for place, column in enumerate(spoken.columns):
        words = place in spoken.text_columns
        widest = max(_head(visible(column)), _widest(visible(row[place]) for row in spoken.rows))
        table.add_column(
            visible(column),
            justify="left" if words else "right",
            overflow="fold",
            width=None if words else widest,
            min_width=min(widest, NAMES),
        )
    for row in spoken.rows:
        table.add_row(*map(visible, row))
    yield from (Text(), Text(visible(spoken.title), style="bold"), Padding(table, (1, 0, 0, 0)))


def _cell(entry: Entry | None, language: Language) -> Text:
    found = rows.shown(entry, language, digits=0)
    if not found.difference:
        return Text(found.number)
    return Text.assemble(found.number, "\n", (found.difference, TONES.get(found.standing, "dim")))


def _blocks(heads: Sequence[str], body: Sequence[Sequence[Text]], room: int) -> list[list[int]]:
    """Columns, as many together as there is room for."""
    found: list[list[int]] = [[]]
    left = room
    for place, head in enumerate(heads):
        lines = (line for row in body for line in row[place].plain.splitlines())
        width = max(_widest(lines), _widest(head.split()), 1) + GUTTER
        if found[-1] and width > left:
            found.append([])
            left = room
        found[-1].append(place)
        left -= width
    return found


def _table(
    block: Sequence[int], heads: Sequence[str], body: Sequence[tuple[str, Sequence[Text]]], label: int
) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, GUTTER, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("", width=label, overflow="fold")
    for place in block:
        lines = (line for _, cells in body for line in cells[place].plain.splitlines())
        table.add_column(heads[place], justify="right", min_width=_widest(lines), overflow="fold")
    for name, cells in body:
        table.add_row(name, *(cells[place] for place in block))
    return table


def _head(text: str) -> int:
    """What a column's head needs, which words and scripts without spaces break."""
    return max((cell_len(word) if word.isascii() else min(cell_len(word), HEAD)) for word in text.split())


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)
