"""Figures and counts -> the sections of the HTML report, each a heading, a plot and its table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plimsoll.core import Estimate, Reference
from plimsoll.pages.markup import Markup, Said, Table, bilingual, code, key
from plimsoll.pages.plots import Mark, Plots, Row, Track, bounds
from plimsoll.pages.units import points
from plimsoll.pages.words import percent
from plimsoll.reports import findings_html, judging, seeing, shares, tables
from plimsoll.reports.counts import Counts
from plimsoll.reports.figures import OUTCOMES, Figures
from plimsoll.reports.view import RunView

LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Sections:
    """Writes the sections that the run has something to say in."""

    view: RunView
    figures: Figures
    counts: Counts
    markup: Markup
    plots: Plots

    def all(self) -> list[tuple[str, str]]:
        """Anchor and body of every section that is not empty."""
        made = (
            ("categories", self.categories()),
            ("parity", self.parity()),
            ("judges", self.judges()),
            ("outcomes", self.outcomes()),
            ("letters", self.letters()),
            ("calibration", self.calibration()),
            ("references", self.references()),
            ("baselines", self.baselines()),
            ("weights", findings_html.section(self.view.weights, self.markup)),
            ("estimates", self.estimates()),
            ("notes", self.notes()),
        )
        return [(name, body) for name, body in made if body]

    def gauge(self) -> str:
        """The scale under the result."""
        found = self._by_language("") or self.figures.wholes()
        marks = [
            (
                spoken or self._only(),
                bounds(estimate, _tone(spoken), self._chance("", spoken), self._dots("", spoken)),
            )
            for spoken, estimate in found
        ]
        marks += [("", track) for track in self._official("", [spoken for spoken, _ in found])]
        axis = tables.headline(self.figures)
        return self.plots.gauge(key("gauge.title", axis), marks, axis) if marks else ""

    def categories(self) -> str:
        """Bars by category against baselines and published rows."""
        codes = (*self.figures.categories, "")
        if not self.figures.headline:
            return ""
        rows = [self._category_row(category) for category in codes]
        plot = self.plots.bars(key("section.categories"), rows, tables.headline(self.figures))
        table = self.markup.folded_table(tables.scores(self.figures))
        return self._lead("categories") + self._legend() + self._picker() + plot + table + self._pooled()

    def _pooled(self) -> str:
        """Groups of few replies, with what the others say of them."""
        groups, cells = tables.pooled(self.figures), tables.pooled_cells(self.figures)
        if groups is None and cells is None:
            return ""
        note = self.markup.said(tables.pooling(self.figures), "p", **{"class": "lead"})
        shown = self.markup.table(groups) if groups else ""
        return note + shown + (self.markup.folded_table(cells) if cells else "")

    def parity(self) -> str:
        """Chinese and English side by side."""
        rows: list[tuple[Said, Estimate, Estimate]] = []
        for category in (*self.figures.categories, ""):
            one, other = (self.figures.measured(category, spoken) for spoken in ("zh", "en"))
            if one is not None and other is not None and len(self.figures.languages) > 1:
                rows.append((tables.category(category), one, other))
        if not rows:
            return ""
        cells = [
            (label, tables.measured(a), tables.measured(b), points(a.value - b.value)) for label, a, b in rows
        ]
        heads = (key("column.category"), key("language.zh"), key("language.en"), key("column.difference"))
        legend = self.markup.legend(("zh point", key("language.zh")), ("en point", key("language.en")))
        title = key("section.parity")
        return (
            self._lead("parity")
            + legend
            + self.plots.pairs(title, rows, tables.headline(self.figures))
            + self.markup.folded_table(Table(tables.headline(self.figures), heads, cells))
        )

    def judges(self) -> str:
        """What each judge found, corrected where it can be, and what the judge is."""
        table = judging.judges(self.view)
        return self._lead("judges") + self.markup.table(table) if table else ""

    def outcomes(self) -> str:
        """What became of the items, as stacked bars."""
        fates = self.counts.fates
        whole = sum(fates.values(), Counter[str]())
        kinds = [kind for kind in OUTCOMES if whole[kind]]
        if not kinds:
            return self._rates()
        groups = [
            *(
                (tables.category(name), fates[name])
                for name in _ordered(fates, self.figures.categories)
                if name
            ),
            (tables.category(""), whole),
        ]
        title = key("section.outcomes")
        stacks = [
            (label, f"n = {counted.total():,}", shares.segments(counted, kinds)) for label, counted in groups
        ]
        cells = [(label, *(shares.counted(counted, kind) for kind in kinds)) for label, counted in groups]
        heads = (key("column.category"), *(key(f"outcome.{kind}") for kind in kinds))
        legend = self.markup.legend(*((f"segment {kind}", key(f"outcome.{kind}")) for kind in kinds))
        return (
            self._lead("outcomes")
            + legend
            + self.plots.stacks(title, stacks)
            + self.markup.folded_table(Table(title, heads, cells))
        )

    def letters(self) -> str:
        """Letters chosen against letters that were right."""
        rows = self._letter_rows()
        if not rows:
            return ""
        spoken = [name for name in self.counts.chosen if name]
        legend = self.markup.legend(
            *((f"{_tone(name)} bar", code("language", name)) for name in spoken),
            ("tick", key("legend.target")),
        )
        title = key("section.letters")
        cells = [
            (row.label, *(cell for track in row.tracks for cell in shares.chosen_and_right(track)))
            for row in rows
        ]
        heads: list[Said] = [key("column.letter")]
        for name in self.counts.chosen:
            spoken_name = code("language", name) if name else key("row.all")
            heads += [key("letters.chosen", spoken_name), key("letters.right", spoken_name)]
        return (
            self._lead("letters")
            + legend
            + self.plots.bars(title, rows, key("better.percent", key("metric.letter_share")))
            + self.markup.folded_table(Table(title, heads, cells))
        )

    def calibration(self) -> str:
        """Confidence against accuracy."""
        total = sum(bin_[0] for bin_ in self.counts.bins)
        points = [(sure / n, right / n, n / total) for n, sure, right in self.counts.bins if n]
        if len(points) < 2:
            return ""
        title = key("section.calibration")
        cells = [(percent(sure), percent(right), f"{share * total:,.0f}") for sure, right, share in points]
        heads = (key("column.confidence"), key("column.accuracy"), key("column.n"))
        return (
            self._lead("calibration")
            + '<div class="beside">'
            + self.plots.reliability(title, points)
            + self.markup.table(Table(title, heads, cells))
            + "</div>"
        )

    def references(self) -> str:
        """Published rows, and nothing else, as a table."""
        table = tables.references(self.figures)
        if table is None:
            return ""
        sources = dict.fromkeys(row.source for row in self.figures.published() if row.source)
        notes = "".join(self.markup.said(each, "li") for each in sources)
        inner = f'<div class="tall">{self.markup.table(table)}</div>'
        return f'{self._lead("published")}{inner}<ul class="notes sources">{notes}</ul>'

    def baselines(self) -> str:
        """What guessing gives, as a table."""
        table = tables.baselines(self.figures)
        return self._lead("baselines") + self.markup.table(table) if table else ""

    def estimates(self) -> str:
        """Every estimate, known or not."""
        table = tables.estimates(self.figures.summary.estimates)
        return (
            self._lead("estimates") + f'<div class="tall">{self.markup.table(table)}</div>' if table else ""
        )

    def notes(self) -> str:
        """How it was scored; what a reader must know."""
        said = self.markup.said
        parts = [f"<li>{said(key('result.strict'))}</li>"] if self.figures.headline == "accuracy" else []
        parts += [
            f"<li>{said(note)}</li>"
            for note in (*seeing.notes(self.figures), *map(bilingual, self.view.manifest.notes))
        ]
        differs = self.view.manifest.card.differs
        body = f'<ul class="notes">{"".join(parts)}</ul>' if parts else f"<p>{said(key('notes.none'))}</p>"
        if differs:
            body += f"<h3>{said(key('notes.differs'))}</h3><p>{said(bilingual(differs))}</p>"
        failures = [(name, f"{count:,}") for name, count in self.view.summary.failures.items()]
        if failures:
            heads = (key("column.stage"), key("column.count"))
            body += self.markup.table(Table(key("notes.failures"), heads, failures))
        return body

    def _by_language(self, category: str) -> list[tuple[str, Estimate]]:
        if len(self.figures.languages) < 2:
            return []
        found = [(name, self.figures.measured(category, name)) for name in self.figures.languages]
        return [(name, estimate) for name, estimate in found if estimate is not None]

    def _category_row(self, category: str) -> Row:
        found = [(spoken, tables.shown(self.figures, category, spoken)) for spoken in self.figures.columns]
        tracks = [
            bounds(estimate, _tone(spoken), self._chance(category, spoken), self._dots(category, spoken))
            for spoken, estimate in found
        ]
        tracks += self._official(category, [spoken for spoken, _ in found])
        note = [(_tone(spoken), f"{_mark(e)}{percent(e.value)}") for spoken, e in found if e is not None]
        return Row(label=tables.category(category), note=note, tracks=tracks)

    def _chance(self, category: str, spoken: str) -> Mark | None:
        value = self.figures.baseline(category, spoken or self._only())
        return None if value is None else Mark(value=value, title=key("tick.random", percent(value)))

    def _only(self) -> str:
        return self.figures.languages[0] if len(self.figures.languages) == 1 else ""

    def _official(self, category: str, languages: Sequence[str]) -> list[Track]:
        """What published rows may be held against, with these rows, where it is not the headline."""
        metric = self.figures.comparable
        if not metric:
            return []
        found = [(spoken, self.figures.find(metric, category, spoken)) for spoken in languages]
        return [
            bounds(estimate, "more", None, self._published_dots(category, spoken))
            for spoken, estimate in found
            if estimate is not None
        ]

    def _dots(self, category: str, spoken: str) -> list[Mark]:
        return [] if self.figures.comparable else self._published_dots(category, spoken)

    def _published_dots(self, category: str, spoken: str) -> list[Mark]:
        rows = self.figures.published(spoken or self._only())
        return [_published(row, category) for row in rows if category in row.values]

    def _rates(self) -> str:
        table = tables.fates(self.figures)
        return self.markup.table(table) if table else ""

    def _letter_rows(self) -> list[Row]:
        chosen, targets = self.counts.chosen, self.counts.targets
        seen = {letter for counted in (*chosen.values(), *targets.values()) for letter in counted}
        rows: list[Row] = []
        for letter in (letter for letter in LETTERS if letter in seen):
            tracks = [
                Track(
                    tone=_tone(spoken),
                    value=held,
                    tick=Mark(value=right, title=key("tick.target", percent(right))),
                )
                for spoken in chosen
                if (held := shares.share(chosen[spoken], letter)) is not None
                and (right := shares.share(targets[spoken], letter)) is not None
            ]
            note = [(track.tone, shares.gap(track)) for track in tracks]
            rows.append(Row(label=letter, note=note, tracks=tracks))
        return rows

    def _lead(self, name: str) -> str:
        return self.markup.said(key(f"lead.{name}"), "p", **{"class": "lead"})

    def _legend(self) -> str:
        tones = [
            (f"{_tone(name)} bar", code("language", name) if name else key("legend.measured"))
            for name in self.figures.columns
        ]
        if metric := self.figures.comparable:
            tones.append(("more bar", code("metric", metric)))
        extra: list[tuple[str, Said]] = [("whisker", key("legend.interval"))]
        if self.figures.baselines():
            extra.append(("tick", key("legend.random")))
        if self.figures.published():
            extra.append(("dot", key("legend.published")))
        return self.markup.legend(*tones, *extra)

    def _picker(self) -> str:
        names = dict.fromkeys(row.name for row in self.figures.published())
        if not names:
            return ""
        options = "".join(
            f'<option value="{self.markup.plain(name)}">{self.markup.plain(name)}</option>' for name in names
        )
        none = self.markup.said(key("highlight.none"), "option", value="")
        label = self.markup.said(key("highlight"))
        return f'<p class="picker"><label>{label} <select id="highlight">{none}{options}</select></label></p>'


def _tone(spoken: str) -> str:
    return "en" if spoken == "en" else "zh" if spoken in ("", "zh") else "more"


def _mark(estimate: Estimate) -> str:
    return "" if estimate.sound else f"{tables.UNSOUND} "


def _published(row: Reference, category: str) -> Mark:
    value = row.values[category]
    return Mark(
        value=value, name=row.name, title=key("dot", row.name, percent(value), bilingual(row.setting or "–"))
    )


def _ordered(found: Iterable[str], known: Sequence[str]) -> list[str]:
    return [*(name for name in known if name in found), *sorted(name for name in found if name not in known)]
