"""A run -> tables for the terminal, readable at 80 columns and without colour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import SpokenTable, Table, bilingual, key, spoken
from plimsoll.pages.words import Language, named, percent, say
from plimsoll.reports import failing, findings, judging, seeing, tables, unread
from plimsoll.reports.figures import Figures, figures
from plimsoll.reports.hanging import Hanging
from plimsoll.reports.view import RunView

JUDGED = 5
"""Columns of the judges' table that fit."""
GAP, EDGES = 2, 2
"""Letters between two columns, and at both ends of a table."""
LABEL_WIDTH = 20
"""Columns of words give way to numbers, down to this many cells."""
OTHERS_SHOWN = 16
"""Further estimates in the terminal; the other reports hold them all."""
PUBLISHED_SHOWN = 6
"""Published models named per language, each with its best setting; the other reports hold them all."""


def render(view: RunView, *, language: Language = "en") -> RenderableType:
    """Everything worth seeing first; print it with a rich console."""
    found = figures(view)
    parts: list[RenderableType] = [_head(view, found, language), ruled(tables.scores(found), language)]
    judged = judging.judges(view)
    weights = findings.brief(view.weights)
    known = (tables.pooled(found), tables.fates(found), judged and judged.first(JUDGED), weights)
    parts += [ruled(table, language) for table in known if table is not None]
    return Group(
        *parts, *_others(found, language), *_published(found, language), *_notes(view, found, language)
    )


def brief(view: RunView, *, language: Language = "en") -> RenderableType:
    """What the run says, and its scores; nothing beside them."""
    found = figures(view)
    return Group(_head(view, found, language), ruled(tables.scores(found), language))


def text(view: RunView, *, width: int = 80, language: Language = "en") -> str:
    """The same as plain text, without colour."""
    out = StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False, legacy_windows=False)
    console.print(render(view, language=language))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _head(view: RunView, found: Figures, language: Language) -> RenderableType:
    title = Text.assemble(
        (visible(view.manifest.model.name), "bold"), " · ", visible(view.manifest.spec.benchmark)
    )
    lines: list[RenderableType] = [Text(), title, *_failures(view, language), *_unread(view, language)]
    warned = (spoken(each, language) for each in seeing.warnings(view, found))
    lines += [Text(f"{tables.UNSOUND} {each}", style="yellow") for each in warned]
    lines += [Text(spoken(sentence, language)) for sentence in tables.sentences(found)]
    if view.summary.means:
        means = spoken(tables.means(found), language)
        lines.append(_pair(say("head.means", language=language), means, language))
    summary = view.summary
    if view.manifest.starter:
        lines.append(Text(say("starter", language=language), style="yellow"))
    if summary.saved:
        lines.append(Text(spoken(bilingual(summary.reason), language)))
    if summary.status != "finished":
        counts = (visible(summary.status), f"{summary.records:,}", f"{view.manifest.total:,}")
        lines.append(Text(say("unfinished", *counts, language=language), style="yellow"))
    return Group(*lines)


def _failures(view: RunView, language: Language) -> list[RenderableType]:
    """How many samples failed, why, and what helps."""
    lead, *causes = failing.warnings(view) or [""]
    if not lead:
        return []
    told = [Hanging(spoken(each, language)) for each in causes]
    return [Text(f"{tables.UNSOUND} {spoken(lead, language)}", style="yellow"), *told]


def _unread(view: RunView, language: Language) -> list[RenderableType]:
    """The warning that most of what follows may not be about the model."""
    said = unread.sentences(view.summary.unread, language)
    if not said:
        return []
    lead = Text(f"{tables.UNSOUND} {' '.join(said)}", style="yellow")
    shown = [Hanging(each) for each in unread.examples(view.summary.unread)]
    return [lead, Text(say("unread.examples", language=language), style="dim"), *shown]


def ruled(unspoken: Table, language: Language = "en", tones: Sequence[str] = ()) -> RenderableType:
    """A table as it prints: words wrap, numbers never do; `tones` are the rows' colours."""
    return Padding(_Ruled(unspoken.spoken(language), tones), (1, 0, 0, 0))


@dataclass(frozen=True)
class _Ruled:
    """A table that goes on below itself where its columns of numbers are more than fit beside each other."""

    table: SpokenTable
    tones: Sequence[str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The table, in as many pieces as the width asks for."""
        widths = [self._widest(place) for place in range(len(self.table.columns))]
        for number, places in enumerate(self._pieces(widths, options.max_width)):
            if number == 0 and self.table.title:  # rich would break it to the table's width
                yield Text(self.table.title, style="bold")
            made = RichTable(
                box=box.SIMPLE_HEAD,
                pad_edge=False,
                padding=(0, 1),
                collapse_padding=True,
            )
            for place in places:
                words = place in self.table.text_columns
                made.add_column(
                    Text(self.table.columns[place]),
                    justify="left" if words else "right",
                    no_wrap=not words,
                    overflow="fold",
                    min_width=widths[place],
                )
            for row, cells in enumerate(self.table.rows):
                tone = self.tones[row] if self.tones else ""
                shown = [cells[place] for place in places]
                made.add_row(
                    *(Text(cell, style="yellow" if tables.UNSOUND in cell else tone) for cell in shown)
                )
            yield made

    def _widest(self, place: int) -> int:
        """Of a column, the least that it needs."""
        cells = (self.table.columns[place], *(row[place] for row in self.table.rows))
        widest = max(cell_len(cell) for cell in cells)
        return min(widest, LABEL_WIDTH) if place in self.table.text_columns else widest

    def _pieces(self, widths: Sequence[int], room: int) -> list[list[int]]:
        """The columns of each piece; the words that name a row stand in every one."""
        words = [place for place in range(len(widths)) if place in self.table.text_columns]
        numbers = [place for place in range(len(widths)) if place not in self.table.text_columns]
        named, pieces = sum(widths[place] + GAP for place in words), [list[int]()]
        for place in numbers:
            taken = sum(widths[each] + GAP for each in pieces[-1])
            if pieces[-1] and EDGES + named + taken + widths[place] > room:
                pieces.append([])
            pieces[-1].append(place)
        return [sorted([*words, *piece]) for piece in pieces]


def _others(found: Figures, language: Language) -> list[RenderableType]:
    """The telling ones of the other estimates; hundreds of them would bury the result."""
    telling = found.telling()[:OTHERS_SHOWN]
    left = len(found.others()) - len(telling)
    table = tables.estimates(telling)
    more = say("more" if left > 1 else "more.one", f"{left:,}", language=language)
    return [
        # At 80 columns the last one, the method, would be cut; the other reports name it.
        *([ruled(table.first(6)._replace(title=key("section.further")), language)] if table else []),
        *([Text(more, style="dim")] if left else []),
    ]


def _published(found: Figures, language: Language) -> list[RenderableType]:
    made: list[RenderableType] = []
    for tongue in dict.fromkeys(row.language for row in found.published()):
        best = {row.name: row.values[""] for row in reversed(found.published(tongue)) if "" in row.values}
        rows = sorted(best.items(), key=lambda row: -row[1])
        listed = " · ".join(f"{visible(name)} {percent(value)}" for name, value in rows[:PUBLISHED_SHOWN])
        lead = say("legend.published", language=language)
        if found.comparable:
            lead = f"{lead} ({named('metric', found.comparable, language)})"
        where = f"{lead}, {named('language', tongue, language)}" if tongue else lead
        made.append(_pair(where, listed, language))
    return made


def _notes(view: RunView, found: Figures, language: Language) -> list[RenderableType]:
    lines = [spoken(bilingual(note), language) for note in view.manifest.notes]
    if pooled := spoken(tables.pooling(found), language):
        lines.insert(0, pooled)
    if found.unsound:
        lines.insert(0, f"{tables.UNSOUND} {say('result.unsound', language=language)}")
    lines += [spoken(each, language) for each in seeing.notes(found)]
    failures = [
        say("result.spoken", spoken(bilingual(name), language), f"{count:,}", language=language)
        for name, count in view.summary.failures.items()
    ]
    if failures:
        failed = say("notes.failures", language=language)
        lines.append(say("result.spoken", failed, "; ".join(failures), language=language))
    return [Text(), *(Hanging(line) for line in lines)] if lines else []


def _pair(name: str, value: str, language: Language) -> Text:
    return Text.assemble((say("result.spoken", name, "", language=language), "dim"), value)
