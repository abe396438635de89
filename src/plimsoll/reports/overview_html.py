"""An overview -> one HTML file that needs nothing else: no network, no foreign code, hostile text inert."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from plimsoll.pages.frame import alone, answer
from plimsoll.pages.markup import Markup, Said, Table, bilingual, escape, joined, key, spoken
from plimsoll.pages.plots import Plots, Row, Track
from plimsoll.pages.words import Language
from plimsoll.reports import overview_rows as rows
from plimsoll.reports import overview_says as says
from plimsoll.reports import unread
from plimsoll.reports.overview import (
    KINDS,
    LANGUAGES,
    OF_SAFETY,
    Cell,
    Hazard,
    Kind,
    Line,
    Overview,
    Shown,
    better,
)

PAGE = "report.html"
"""What the page of a run is called, in the run's folder."""
TONES: dict[Shown, str] = {"zh": "zh", "en": "en", "other": "more"}


def render(found: Overview, *, language: Language = "en", at: Path | None = None) -> str:
    """The page, to lie in the folder `at` (the suite's own): its links lead to the pages of the runs."""
    markup = Markup(language)
    page = _Page(found, markup, Plots(markup), at or found.path)
    main = f'<section class="result">{page.head()}</section>{"".join(page.sections())}'
    banner = key("ov.starter") if rows.starters(found) else ""
    return alone(f"{found.manifest.model} · {found.manifest.title}", main, markup, banner=banner)


class _Page:
    """The parts of the page."""

    def __init__(self, found: Overview, markup: Markup, plots: Plots, at: Path) -> None:
        self.found = found
        self.markup = markup
        self.plots = plots
        self.at = at

    def head(self) -> str:
        """Model, suite and the result in a sentence."""
        said, manifest = self.markup.said, self.found.manifest
        gaps = sum(bool(each.gap) for each in manifest.runs)
        ran = sum(bool(each.run) for each in manifest.runs)
        facts: list[tuple[str, Said]] = [
            ("ov.suite", key("cmp.pair", bilingual(manifest.title), manifest.name)),
            ("ov.runs", key("ov.ran", str(ran), str(gaps))),
            ("ov.judged", says.judging(self.found)),
            ("head.date", manifest.created.replace("T", " ").partition("+")[0]),
        ]
        listed = self.markup.facts([(key(name), value) for name, value in facts])
        counts = str(self.found.covered), str(len(self.found.hazards))
        covered = said(key("ov.covered", *counts), "p", **{"class": "lead"})
        spoken = "".join(map(answer, says.sentences(self.found)))
        itself = says.itself(self.found)
        unsound = f'<p class="warn">{rows.UNSOUND} {said(itself)}</p>' if itself else ""
        for line in self.found.lines:
            for said_of_it in unread.warnings(line.unread)[:1]:
                named = key("cmp.pair", rows.name_of(line), said_of_it)
                unsound += f'<p class="warn">{rows.UNSOUND} {said(named)}</p>'
        if rows.unsound(self.found):
            unsound += f'<p class="warn">{rows.UNSOUND} {said(key("result.unsound"))}</p>'
        return f"{said(manifest.model, 'h1')}{spoken}{unsound}<dl>{listed}</dl>{covered}"

    def sections(self) -> Iterator[str]:
        """Benchmarks, hazards, gaps."""
        yield self._section("benchmarks", self._benchmarks())
        yield self._section("hazards", self._hazards())
        yield self._section("unseen", self._unseen())
        yield self._section("gaps", self._gaps())
        yield self._section("runs", self._runs())

    def _section(self, name: str, body: str) -> str:
        return self.markup.section(name, key(f"ov.section.{name}"), body)

    def _benchmarks(self) -> str:
        drawn = "".join(map(self._kind, KINDS))
        table = self.markup.folded_table(rows.benchmarks(self.found))
        listed = "".join(self.markup.said(each, "li") for each in rows.corrected(self.found))
        notes = f'<ul class="notes">{listed}</ul>' if listed else ""
        return f'{self._lead("ov.better")}<div class="measures">{drawn}</div>{table}{notes}'

    def _kind(self, kind: Kind) -> str:
        lines = [line for line in self.found.lines if line.entry.run and line.kind == kind]
        title = key(f"ov.measure.{kind}")
        head = f"<h3>{self.markup.said(title)}</h3>"
        if not lines:
            return f"<div>{head}{self.markup.said(key('ov.nothing'), 'p', **{'class': 'gap'})}</div>"
        bars = self.plots.bars(title, [self._bar(line) for line in lines], _axis(kind))
        return f"<div>{head}{bars}</div>"

    def _bar(self, line: Line) -> Row:
        """A number as a bar; one that is missing, or no share, as an empty row."""
        note = [("zh", spoken(rows.number(line), self.markup.language))]
        if line.estimate is None or line.blind or not rows.is_share(line):
            return Row(label=rows.name_of(line), note=note, tracks=[Track(tone="zh", value=None)])
        turned = better(line.corrected or line.estimate)
        track = Track(tone="zh", value=turned.value, low=turned.low, high=turned.high)
        return Row(label=rows.name_of(line), note=note, tracks=[track])

    def _hazards(self) -> str:
        drawn = "".join(map(self._by_hazard, OF_SAFETY))
        table = self.markup.folded_table(rows.hazards(self.found))
        pooled = rows.partial(self.found)
        note = self.markup.said(pooled, "p", **{"class": "lead"}) if pooled else ""
        return f'{self._lead("ov.lead.hazards")}<div class="measures">{drawn}</div>{table}{note}'

    def _by_hazard(self, kind: Kind) -> str:
        title = key(f"ov.measure.{kind}")
        bars = self.plots.bars(title, [self._hazard(each, kind) for each in self.found.hazards], _axis(kind))
        return f"<div><h3>{self.markup.said(title)}</h3>{bars}</div>"

    def _hazard(self, each: Hazard, kind: Kind) -> Row:
        cells: list[tuple[Shown, Cell]] = [
            (tongue, cell) for tongue in LANGUAGES if (cell := each.cells.get((kind, tongue)))
        ]
        note = [(TONES[tongue], rows.measured(cell)) for tongue, cell in cells]
        if kind == "replies" and each.empty:
            words = key("ov.empty", rows.empty(each))
            note.append(("", spoken(words, self.markup.language)))
        return Row(
            label=_named(each),
            note=note or [("", rows.MISSING)],
            tracks=[
                Track(tone=TONES[tongue], value=cell.value, low=cell.low, high=cell.high)
                for tongue, cell in cells
            ],
        )

    def _unseen(self) -> str:
        listed = "".join(self.markup.said(each, "li") for each in says.unseen(self.found))
        return f'{self._lead("ov.lead.unseen")}<ul class="notes">{listed}</ul>'

    def _gaps(self) -> str:
        names = [each for each in self.found.hazards if not rows.shows(each)]
        listed = "".join(self.markup.said(_named(each), "li") for each in names)
        columns = (key("ov.column.benchmark"), key("ov.column.why"))
        missing = [*rows.gaps(self.found), *rows.scoreless(self.found)]
        table = Table(key("ov.section.gaps"), columns, missing, frozenset({0, 1}))
        drawn = self.markup.table(table) if table.rows else ""
        return f'{self._lead("ov.lead.gaps")}{drawn}<ul class="notes">{listed}</ul>'

    def _runs(self) -> str:
        """The way to every run's own page."""
        listed = ""
        for line in self.found.lines:
            if line.entry.run:
                page = self.found.path.parent / line.entry.run / PAGE
                href = quote(os.path.relpath(page, self.at).replace(os.sep, "/"))
                named = self.markup.said(rows.name_of(line))
                behind = self.markup.said(joined([rows.headline(line), rows.measured_as(line)]))
                listed += f'<li><a href="{escape(href)}">{named}</a> {behind}</li>'
        return f'{self._lead("ov.lead.runs")}<ul class="notes">{listed}</ul>'

    def _lead(self, name: str) -> str:
        return self.markup.said(key(name), "p", **{"class": "lead"})


def _axis(kind: Kind) -> Said:
    """What the turned numbers are; more of it is always better."""
    named = key("better.percent", key(f"ov.column.{kind}"))
    return key("better.title", named, key(f"better.up.{'safety' if kind == 'replies' else 'other'}"))


def _named(hazard: Hazard) -> Said:
    return key("ov.hazard", hazard.id, key(f"hazard.{hazard.id}"))
