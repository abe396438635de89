"""An overview -> one HTML file that needs nothing else: no network, no foreign code, hostile text inert."""

from collections.abc import Iterator

from plimsoll.core import Measures
from plimsoll.pages.frame import alone, answer
from plimsoll.pages.markup import Markup, Said, key
from plimsoll.pages.plots import Plots, Row, Track
from plimsoll.pages.words import Language, say
from plimsoll.reports import overview_rows as rows
from plimsoll.reports import unread
from plimsoll.reports.overview import LANGUAGES, MEASURES, Cell, Hazard, Line, Overview, Shown, better

LABELS: tuple[Language, Language] = ("en", "zh")
TONES: dict[Shown, str] = {"zh": "zh", "en": "en", "other": "more"}


def render(found: Overview, *, language: Language = "en") -> str:
    """The page."""
    markup = Markup(language)
    page = _Page(found, markup, Plots(markup))
    main = f'<section class="result">{page.head()}</section>{"".join(page.sections())}'
    banner = key("ov.starter") if rows.starters(found) else ""
    return alone(f"{found.manifest.model} · {found.manifest.title}", main, markup, banner=banner)


class _Page:
    """The parts of the page."""

    def __init__(self, found: Overview, markup: Markup, plots: Plots) -> None:
        self.found = found
        self.markup = markup
        self.plots = plots

    def head(self) -> str:
        """Model, suite and the result in a sentence."""
        said, manifest = self.markup.said, self.found.manifest
        gaps = sum(bool(each.gap) for each in manifest.runs)
        ran = sum(bool(each.run) for each in manifest.runs)
        facts: list[tuple[str, Said]] = [
            ("ov.suite", f"{manifest.title} · {manifest.name}"),
            ("ov.runs", key("ov.ran", str(ran), str(gaps))),
            ("head.date", manifest.created.replace("T", " ").partition("+")[0]),
        ]
        listed = self.markup.facts([(key(name), value) for name, value in facts])
        counts = str(self.found.covered), str(len(self.found.hazards))
        covered = answer(*(say("ov.covered", *counts, language=each) for each in LABELS))
        unsound = ""
        for line in self.found.lines:
            for said_of_it in unread.warnings(line.unread)[:1]:
                named = key("cmp.pair", rows.name_of(line), said_of_it)
                unsound += f'<p class="warn">{rows.UNSOUND} {said(named)}</p>'
        if rows.unsound(self.found):
            unsound += f'<p class="warn">{rows.UNSOUND} {said(key("result.unsound"))}</p>'
        return f"{said(manifest.model, 'h1')}<dl>{listed}</dl>{covered}{unsound}"

    def sections(self) -> Iterator[str]:
        """Benchmarks, hazards, gaps."""
        yield self._section("benchmarks", self._benchmarks())
        yield self._section("hazards", self._hazards())
        yield self._section("gaps", self._gaps())

    def _section(self, name: str, body: str) -> str:
        return self.markup.section(name, key(f"ov.section.{name}"), body)

    def _benchmarks(self) -> str:
        drawn = "".join(self._measure(measure) for measure in MEASURES)
        turned = tuple(f"ov.column.{measure}" for measure in MEASURES)
        known = ("ov.column.metric", "ov.column.measured", "column.n", "column.judged")
        columns = ("ov.column.benchmark", *turned, *known)
        cells = [
            (
                rows.name_of(line),
                *(rows.number(line) if line.measures == measure else "" for measure in MEASURES),
                rows.headline(line),
                rows.measured_as(line),
                f"{line.estimate.n:,}" if line.estimate else "–",
                key("judges.uncorrected") if line.judge and not line.corrected else "",
            )
            for line in self.found.lines
            if not line.entry.gap
        ]
        title = key("ov.section.benchmarks")
        table = self.markup.folded_table(title, [key(name) for name in columns], cells)
        return f'{self._lead("ov.better")}<div class="measures">{drawn}</div>{table}'

    def _measure(self, measure: Measures) -> str:
        lines = [line for line in self.found.lines if line.measures == measure and rows.is_share(line)]
        title = key(f"ov.measure.{measure}")
        head = f"<h3>{self.markup.said(title)}</h3>"
        if not lines:
            return f"<div>{head}{self.markup.said(key('ov.nothing'), 'p', **{'class': 'gap'})}</div>"
        return (
            f"<div>{head}{self.plots.bars(title, [self._bar(line) for line in lines], _axis(measure))}</div>"
        )

    def _bar(self, line: Line) -> Row:
        assert line.estimate is not None
        turned = better(line.corrected or line.estimate)
        track = Track(tone="zh", value=turned.value, low=turned.low, high=turned.high)
        return Row(label=rows.name_of(line), note=[("zh", rows.number(line))], tracks=[track])

    def _hazards(self) -> str:
        known = [each for each in self.found.hazards if any(place[0] == "safety" for place in each.cells)]
        title = key("ov.section.hazards")
        plot = (
            self.plots.bars(title, [self._hazard(each) for each in known], _axis("safety")) if known else ""
        )
        table = rows.hazards(self.found)
        columns = [
            key("ov.column.hazard"),
            *(key(f"ov.column.safety.{spoken}") for spoken in LANGUAGES),
            key("ov.column.over_refusal.any"),
            key("column.n"),
        ]
        named = [key(f"hazard.{each.id}") for each in self.found.hazards if rows.shows(each)]
        cells = [(name, *row[1:]) for name, row in zip(named, table.rows, strict=True)]
        return self._lead("ov.lead.hazards") + plot + self.markup.folded_table(title, columns, cells)

    def _hazard(self, each: Hazard) -> Row:
        cells: list[tuple[Shown, Cell]] = [
            (spoken, cell) for spoken in LANGUAGES if (cell := each.cells.get(("safety", spoken)))
        ]
        return Row(
            label=_named(each),
            note=[(TONES[spoken], rows.measured(cell)) for spoken, cell in cells],
            tracks=[
                Track(tone=TONES[spoken], value=cell.value, low=cell.low, high=cell.high)
                for spoken, cell in cells
            ],
        )

    def _gaps(self) -> str:
        names = [each for each in self.found.hazards if not each.cells]
        listed = "".join(self.markup.said(_named(each), "li") for each in names)
        cells = list(rows.gaps(self.found))
        columns = (key("ov.column.benchmark"), key("ov.column.why"))
        table = self.markup.table(key("ov.section.gaps"), columns, cells, words=2) if cells else ""
        return f'{self._lead("ov.lead.gaps")}{table}<ul class="notes">{listed}</ul>'

    def _lead(self, name: str) -> str:
        return self.markup.said(key(name), "p", **{"class": "lead"})


def _axis(measure: Measures) -> Said:
    """What the turned numbers are; more of it is always better."""
    named = key("better.percent", key(f"ov.column.{measure}"))
    return key("better.title", named, key(f"better.up.{'safety' if measure == 'safety' else 'other'}"))


def _named(hazard: Hazard) -> Said:
    return key("ov.hazard", hazard.id, key(f"hazard.{hazard.id}"))
