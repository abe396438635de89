"""An overview -> one HTML file that needs nothing else: no network, no foreign code, hostile text inert."""

from collections.abc import Iterator

from plimsoll.core import Measures
from plimsoll.pages.frame import alone, answer
from plimsoll.pages.markup import Markup, Said, Table, key, spoken
from plimsoll.pages.plots import Plots, Row, Track
from plimsoll.pages.words import Language
from plimsoll.reports import overview_rows as rows
from plimsoll.reports import unread
from plimsoll.reports.overview import LANGUAGES, MEASURES, Cell, Hazard, Line, Overview, Shown, better

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
        covered = answer(key("ov.covered", *counts))
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
        table = self.markup.folded_table(rows.benchmarks(self.found))
        listed = "".join(self.markup.said(each, "li") for each in rows.corrected(self.found))
        notes = f'<ul class="notes">{listed}</ul>' if listed else ""
        return f'{self._lead("ov.better")}<div class="measures">{drawn}</div>{table}{notes}'

    def _measure(self, measure: Measures) -> str:
        lines = [line for line in self.found.lines if line.measures == measure and rows.is_share(line)]
        title = key(f"ov.measure.{measure}")
        head = f"<h3>{self.markup.said(title)}</h3>"
        if not lines:
            return f"<div>{head}{self.markup.said(key('ov.nothing'), 'p', **{'class': 'gap'})}</div>"
        bars = self.plots.bars(title, [self._bar(line) for line in lines], _axis(measure))
        return f"<div>{head}{bars}</div>"

    def _bar(self, line: Line) -> Row:
        assert line.estimate is not None
        turned = better(line.corrected or line.estimate)
        track = Track(tone="zh", value=turned.value, low=turned.low, high=turned.high)
        return Row(label=rows.name_of(line), note=[("zh", spoken(rows.number(line), "en"))], tracks=[track])

    def _hazards(self) -> str:
        known = [each for each in self.found.hazards if any(place[0] == "safety" for place in each.cells)]
        title = key("ov.section.hazards")
        drawn = [self._hazard(each) for each in known]
        plot = self.plots.bars(title, drawn, _axis("safety")) if known else ""
        table = self.markup.folded_table(rows.hazards(self.found))
        pooled = rows.partial(self.found)
        note = self.markup.said(pooled, "p", **{"class": "lead"}) if pooled else ""
        return self._lead("ov.lead.hazards") + plot + table + note

    def _hazard(self, each: Hazard) -> Row:
        cells: list[tuple[Shown, Cell]] = [
            (tongue, cell) for tongue in LANGUAGES if (cell := each.cells.get(("safety", tongue)))
        ]
        return Row(
            label=_named(each),
            note=[(TONES[tongue], rows.measured(cell)) for tongue, cell in cells],
            tracks=[
                Track(tone=TONES[tongue], value=cell.value, low=cell.low, high=cell.high)
                for tongue, cell in cells
            ],
        )

    def _gaps(self) -> str:
        names = [each for each in self.found.hazards if not each.cells]
        listed = "".join(self.markup.said(_named(each), "li") for each in names)
        columns = (key("ov.column.benchmark"), key("ov.column.why"))
        table = Table(key("ov.section.gaps"), columns, list(rows.gaps(self.found)), frozenset({0, 1}))
        drawn = self.markup.table(table) if table.rows else ""
        return f'{self._lead("ov.lead.gaps")}{drawn}<ul class="notes">{listed}</ul>'

    def _lead(self, name: str) -> str:
        return self.markup.said(key(name), "p", **{"class": "lead"})


def _axis(measure: Measures) -> Said:
    """What the turned numbers are; more of it is always better."""
    named = key("better.percent", key(f"ov.column.{measure}"))
    return key("better.title", named, key(f"better.up.{'safety' if measure == 'safety' else 'other'}"))


def _named(hazard: Hazard) -> Said:
    return key("ov.hazard", hazard.id, key(f"hazard.{hazard.id}"))
