"""A grid -> one HTML file that needs nothing else: the matrix, cell by cell, and what is missing."""

from collections.abc import Iterable, Iterator, Sequence

from plimsoll.core.hidden import visible
from plimsoll.pages.curves import Curves, scale_of
from plimsoll.pages.frame import alone
from plimsoll.pages.markup import Key, Markup, Said, Table, key
from plimsoll.pages.plots import Plots, Row, Track
from plimsoll.pages.units import arrow, unit
from plimsoll.pages.words import Language, knows
from plimsoll.reports import comparison_rows, grid_attacks, grid_defenses
from plimsoll.reports import grid_rows as rows
from plimsoll.reports.courses import Course, courses
from plimsoll.reports.defended import Contract, contracts, rivals
from plimsoll.reports.grid import AXES, Axis, Entry, Grid, Matrix, matrices
from plimsoll.reports.overview import better
from plimsoll.reports.tables import MISSING, UNSOUND
from plimsoll.run.ask.grid import NONE

SHADES = 10
"""Steps from the least safe to the safest, classes `h0` to `h9`."""


def render(found: Grid, *, language: Language = "en") -> str:
    """The page."""
    markup = Markup(language)
    page = _Page(found, markup, Plots(markup))
    main = f'<section class="result">{page.head()}</section>{"".join(page.sections())}'
    banner = key("ov.starter") if rows.starters(found) else ""
    return alone(found.manifest.title, main, markup, banner=banner)


class _Page:
    """The parts of the page."""

    def __init__(self, found: Grid, markup: Markup, plots: Plots) -> None:
        self.found = found
        self.markup = markup
        self.plots = plots
        self.curves = Curves(markup)

    def head(self) -> str:
        """What the grid is, and what is the same in every cell."""
        cells = self.found.entries
        counts = [sum(each.status == word for each in cells) for word in ("gap", "waiting")]
        ran = len(cells) - sum(counts)
        facts: list[tuple[Said, Said]] = [
            (key("grid.cells"), key("grid.counted", str(ran), *map(str, counts))),
            (key("head.date"), self.found.manifest.created.replace("T", " ").partition("+")[0]),
        ]
        facts += [(key(f"grid.axis.{axis}"), said) for axis, said in self._fixed()]
        warning = ""
        if rows.unsound(self.found):
            warning = f'<p class="warn">{UNSOUND} {self.markup.said(key("result.unsound"))}</p>'
        title = self.markup.said(rows.heading(self.found.manifest.title), "h1")
        return f"{title}<dl>{self.markup.facts(facts)}</dl>{warning}"

    def sections(self) -> Iterator[str]:
        """The matrices, bars with intervals and a table of all cells, and the gaps."""
        section = self.markup.section
        matrix = "".join(self._matrix(each) for each in matrices(self.found))
        note = self._note() + self._corrected()
        yield section("matrix", key("grid.section.matrix"), self._lead("grid.lead.matrix") + matrix + note)
        yield section("cells", key("grid.section.bars"), self._lead("grid.lead.bars") + self._cells())
        if attacked := "".join(map(self._titled, grid_attacks.tables(self.found))):
            yield section("attacks", key("grid.section.attacks"), self._lead("grid.lead.attacks") + attacked)
        if held := list(contracts(self.found)):
            yield section("defenses", key("defend.section"), self._lead("defend.lead") + self._all(held))
        if held := list(rivals(self.found)):
            yield section("models", key("rival.section"), self._lead("rival.lead") + self._all(held))
        if gaps := rows.gaps(self.found, self.markup.language):
            columns = (key("grid.column.cell"), key("ov.column.why"))
            table = self.markup.table(Table(key("grid.section.gaps"), columns, gaps, frozenset({0, 1})))
            yield section("gaps", key("grid.section.gaps"), table)

    def _all(self, found: Sequence[Contract]) -> str:
        """What was not measured, what was found for each, and how to read it."""
        missing = self._noted(grid_defenses.remarks(found, grid_defenses.notes), "notes warn")
        read = self._noted(grid_defenses.remarks(found, grid_defenses.reading), "notes")
        return missing + "".join(map(self._defended, found)) + read

    def _noted(self, notes: Iterable[Said], kind: str) -> str:
        listed = "".join(self.markup.said(note, "li") for note in notes)
        return f'<ul class="{kind}">{listed}</ul>' if listed else ""

    def _defended(self, found: Contract) -> str:
        """One model's defenses: a drawing, and what was found."""
        plane = grid_defenses.plane(found)
        drawn = self.plots.plane(plane) if plane else ""
        drawn += "".join(map(self._course, courses(found)))
        return drawn + "".join(map(self._titled, grid_defenses.tables(found)))

    def _course(self, found: Course) -> str:
        ends = [end for each in found.points for end in (each.value, each.low, each.high) if end is not None]
        drawn = self.curves.curve(found.title, found.points, key("rival.axis"), scale_of(ends))
        return self.markup.said(found.title, "h3") + drawn

    def _titled(self, table: Table) -> str:
        return self.markup.said(table.title, "h3") + self.markup.table(table)

    def _fixed(self) -> Iterator[tuple[Axis, Said]]:
        for axis in AXES:
            values = self.found.values(axis)
            if len(values) == 1 and values[0] != NONE:
                yield axis, _label(values[0], axis)

    def _note(self) -> str:
        legend = self._lead("better.legend") if self.found.across == "benchmark" else ""
        baseline = rows.baseline(self.found)
        return legend + (self.markup.said(baseline, "p", **{"class": "lead"}) if baseline else "")

    def _corrected(self) -> str:
        return self._noted(rows.remarks(self.found), "notes")

    def _matrix(self, matrix: Matrix) -> str:
        said = self.markup.said
        title = _title(matrix)
        down = [
            said(key(f"grid.axis.{axis}"), "th", scope="col", **{"class": "w"}) for axis in self.found.down
        ]
        first = down or [said(key("grid.axis.model"), "th", scope="col", **{"class": "w"})]
        heads = [said(head, "th", scope="col") for head in self._columns(matrix)]
        body = "".join(f"<tr>{self._row(place, row)}</tr>" for place, row in matrix.rows)
        head = f"<h3>{said(title)}</h3>" if matrix.benchmark else ""
        return (
            f'{head}<div class="scroll" tabindex="0" role="group"{self.markup.label(title)}>'
            f'<table class="matrix">{said(title, "caption")}'
            f"<thead><tr>{''.join((*first, *heads))}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _columns(self, matrix: Matrix) -> list[Said]:
        across = self.found.across
        if across is None:
            return [key("column.value")]
        heads = [_label(self.found.named.get(column, column), across) for column in matrix.columns]
        if across != "benchmark":
            return heads
        named = [_name_in([row[place] for _, row in matrix.rows]) for place in range(len(heads))]
        return [
            key("cmp.pair", head, name) if name else head for head, name in zip(heads, named, strict=True)
        ]

    def _row(self, place: tuple[str, ...], row: tuple[Entry | None, ...]) -> str:
        names = [_label(value, axis) for axis, value in zip(self.found.down, place, strict=True)]
        names = names or [_label(self.found.entries[0].cell.model, "model")]
        first = self.markup.said(names[0], "th", scope="row")
        rest = [self.markup.said(name, "td", **{"class": "w"}) for name in names[1:]]
        return first + "".join(rest) + "".join(map(self._cell, row))

    def _cell(self, entry: Entry | None) -> str:
        found = rows.shown(entry, self.markup.language)
        if entry is None or entry.estimate is None:
            word: Said = key(f"grid.{entry.status}") if entry and knows(f"grid.{entry.status}") else MISSING
            return self.markup.said(word, "td", **{"class": "gap"})
        plain = self.markup.plain
        shade = _shade(entry)
        bounds = f"<small>{plain(found.bounds)}</small>" if found.bounds else ""
        difference = (
            f'<small class="{found.standing}">{plain(found.difference)}</small>' if found.difference else ""
        )
        return f'<td class="{shade}"><b>{plain(found.value)}</b> {bounds}{difference}</td>'

    def _cells(self) -> str:
        drawn = "".join(self._bars(matrix) for matrix in matrices(self.found))
        columns = ("grid.column.cell", "column.metric", "column.value", "column.interval", "column.n")
        more = ("column.judged", "grid.column.difference", "grid.column.p", "grid.column.run")
        cells = [self._all_of(entry) for entry in self.found.entries]
        heads = [key(name) for name in (*columns, *more)]
        table = Table(key("grid.cells"), heads, cells, frozenset({0, 1, len(heads) - 1}))
        return drawn + self.markup.folded_table(table)

    def _bars(self, matrix: Matrix) -> str:
        entries = [entry for _, row in matrix.rows for entry in row if entry is not None and _is_share(entry)]
        if not entries:
            return ""
        title = _title(matrix)
        head = f"<h3>{self.markup.said(title)}</h3>" if matrix.benchmark else ""
        axis = _about(matrix) or key("better.percent", key("column.value"))
        return f"{head}{self.plots.bars(title, [self._bar(entry) for entry in entries], axis)}"

    def _bar(self, entry: Entry) -> Row:
        assert entry.estimate is not None
        estimate = entry.estimate
        track = Track(tone="zh", value=estimate.value, low=estimate.low, high=estimate.high)
        note = rows.shown(entry, self.markup.language).number
        return Row(label=self._place(entry), note=[("zh", note)], tracks=[track])

    def _place(self, entry: Entry) -> Said:
        axes: list[Axis] = [
            axis for axis in self.found.varying if axis != "benchmark" or self.found.across == "benchmark"
        ]
        parts = [_label(self.found.named.get(entry.at(axis), entry.at(axis)), axis) for axis in axes] or [
            _label(entry.cell.model, "model")
        ]
        said = parts[0]
        for part in parts[1:]:
            said = key("cmp.pair", said, part)
        return said

    def _all_of(self, entry: Entry) -> tuple[Said, ...]:
        found = rows.shown(entry, self.markup.language)
        n = f"{entry.estimate.n:,}" if entry.estimate else MISSING
        p = comparison_rows.p_value(self.found.adjusted[entry.cell]) if entry.comparison else MISSING
        name = _metric(entry.name) if entry.name else MISSING
        whole = key("cmp.pair", entry.cell.benchmark, self._place(entry))
        place = self._place(entry) if "benchmark" not in self.found.varying else whole
        return (
            place, name, found.value, found.bounds or MISSING, n,
            rows.judged(entry), found.difference or MISSING, p, visible(entry.cell.run) or MISSING,
        )  # fmt: skip

    def _lead(self, name: str) -> str:
        return self.markup.said(key(name), "p", **{"class": "lead"})


def _title(matrix: Matrix) -> Said:
    about = _about(matrix)
    if about and matrix.benchmark:
        return key("cmp.pair", matrix.benchmark, about)
    return about or matrix.benchmark or key("grid.cells")


def _about(matrix: Matrix) -> Said:
    """The number and which end of it is better; nothing where columns have numbers of their own."""
    entries = [entry for _, row in matrix.rows for entry in row if entry is not None and entry.estimate]
    if len({entry.name for entry in entries}) != 1:
        return ""
    named = key("better.percent", _metric(entries[0].name))
    return key("better.title", named, key(entries[0].toward)) if entries[0].toward else named


def _name_in(entries: list[Entry | None]) -> Said:
    found = next((each for each in entries if each is not None and each.estimate is not None), None)
    if found is None or found.estimate is None:
        return ""
    said, direction = _metric(found.name), arrow(found.estimate)
    return key("grid.directed", said, direction) if direction else said


def _metric(name: str) -> Said:
    return key(f"metric.{name}") if knows(f"metric.{name}") else visible(name.replace("_", " "))


def _label(value: str, axis: Axis) -> Key | str:
    if value == NONE and axis in ("attack", "defense", "system_prompt"):
        return key(f"grid.none.{axis}")
    return rows.label(value, axis)


def _is_share(entry: Entry) -> bool:
    estimate = entry.estimate
    return estimate is not None and unit(estimate.name) == "share" and 0 <= estimate.low <= estimate.high <= 1


def _shade(entry: Entry) -> str:
    """How safe a cell is, in ten steps; nothing where its number is no share."""
    if not _is_share(entry) or entry.estimate is None:
        return ""
    return f"h{min(SHADES - 1, int(better(entry.estimate).value * SHADES))}"
