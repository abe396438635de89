"""Figures and counts -> the sections of the HTML report, each a heading, a plot and its table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plimsoll.core import Estimate, Reference
from plimsoll.pages.markup import Markup, Said, code, directed, joined, key
from plimsoll.pages.plots import Mark, Plots, Row, Track, bounds
from plimsoll.pages.units import arrow, interval_of, points, value_of
from plimsoll.pages.words import percent
from plimsoll.reports import judging, shares, tables
from plimsoll.reports.figures import OUTCOMES, RATES, SCORES, Figures
from plimsoll.reports.items import Counts
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
        return (
            self.plots.gauge(key("gauge.title", self._headline()), marks, self._headline()) if marks else ""
        )

    def categories(self) -> str:
        """Bars by category against baselines and published rows."""
        codes = (*self.figures.categories, "")
        if not self.figures.headline:
            return ""
        rows = [self._category_row(category) for category in codes]
        columns, cells = self._scores()
        plot = self.plots.bars(key("section.categories"), rows, self._headline())
        table = self.markup.folded_table(self._headline(), columns, cells)
        return self._lead("categories") + self._legend() + self._picker() + plot + table

    def parity(self) -> str:
        """Chinese and English side by side."""
        rows: list[tuple[Said, Estimate, Estimate]] = []
        for category in (*self.figures.categories, ""):
            one, other = (self.figures.measured(category, spoken) for spoken in ("zh", "en"))
            if one is not None and other is not None and len(self.figures.languages) > 1:
                rows.append((_category(category), one, other))
        if not rows:
            return ""
        cells = [(label, _text(a), _text(b), points(a.value - b.value)) for label, a, b in rows]
        heads = (key("column.category"), key("language.zh"), key("language.en"), key("column.difference"))
        legend = self.markup.legend(("zh point", key("language.zh")), ("en point", key("language.en")))
        title = key("section.parity")
        return (
            self._lead("parity")
            + legend
            + self.plots.pairs(title, rows, self._headline())
            + self.markup.folded_table(self._headline(), heads, cells)
        )

    def judges(self) -> str:
        """What each judge found, corrected where it can be, and what the judge is."""
        found = list(judging.findings(self.view))
        if not found:
            return ""
        names = ("judge", "metric", "judged", "corrected", "labels", "judge_model", "revision")
        cells = [
            (
                each.judge,
                directed(each.raw.name, arrow(each.raw)),
                tables.measured(each.raw),
                tables.measured(each.corrected) if each.corrected else key("judges.uncorrected"),
                f"{each.corrected.labels:,}" if each.corrected else tables.MISSING,
                each.instrument.model.partition("|")[0] or tables.MISSING,
                each.instrument.revision,
            )
            for each in found
        ]
        heads = [key(f"column.{name}") for name in names]
        return self._lead("judges") + self.markup.table(key("section.judges"), heads, cells, words=2)

    def outcomes(self) -> str:
        """What became of the items, as stacked bars."""
        fates = self.counts.fates
        whole = sum(fates.values(), Counter[str]())
        kinds = [kind for kind in OUTCOMES if whole[kind]]
        if not kinds:
            return self._rates()
        groups = [
            *((_category(name), fates[name]) for name in _ordered(fates, self.figures.categories) if name),
            (_category(""), whole),
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
            + self.markup.folded_table(title, heads, cells)
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
            + self.markup.folded_table(title, heads, cells)
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
            + self.markup.table(title, heads, cells)
            + "</div>"
        )

    def references(self) -> str:
        """Baselines and published rows as a table."""
        rows = [*self.figures.baselines(), *self.figures.published()]
        codes = ("", *self.figures.categories)
        if not rows:
            return ""
        heads = [key(f"column.{name}") for name in ("model", "language", "setting")]
        columns = (*heads, *(_category(name) for name in codes))
        cells = [
            (
                row.name,
                code("language", row.language) if row.language else "",
                row.setting,
                *(percent(row.values[name]) if name in row.values else tables.MISSING for name in codes),
            )
            for row in rows
        ]
        table = self.markup.table(key("section.references"), columns, cells, words=3)
        sources = dict.fromkeys(row.source for row in rows if row.source)
        notes = "".join(self.markup.said(source, "li") for source in sources)
        return (
            f'{self._lead("published")}<div class="tall">{table}</div><ul class="notes sources">{notes}</ul>'
        )

    def estimates(self) -> str:
        """Every estimate, known or not."""
        rows = self.figures.summary.estimates
        if not rows:
            return ""
        names = ("metric", "group", "value", "interval", "n", "unscored", "method")
        cells = [
            (
                directed(row.name, arrow(row)),
                joined([code(*each) for each in row.group.items()] + [row.judge] * bool(row.judge))
                or key("row.all"),
                f"{'' if row.sound else tables.UNSOUND}{value_of(row)}",
                interval_of(row),
                f"{row.n:,}",
                f"{row.unscored:,}",
                row.method,
            )
            for row in rows
        ]
        title = key("section.estimates")
        table = self.markup.table(title, [key(f"column.{name}") for name in names], cells, words=2)
        return self._lead("estimates") + f'<div class="tall">{table}</div>'

    def notes(self) -> str:
        """How it was scored; what a reader must know."""
        said = self.markup.said
        parts = [f"<li>{said(key('result.strict'))}</li>"] if self.figures.headline == "accuracy" else []
        parts += [f"<li>{said(note)}</li>" for note in self.view.manifest.notes]
        differs = self.view.manifest.card.differs
        body = f'<ul class="notes">{"".join(parts)}</ul>' if parts else f"<p>{said(key('notes.none'))}</p>"
        if differs:
            body += f"<h3>{said(key('notes.differs'))}</h3><p>{said(differs)}</p>"
        failures = [(name, f"{count:,}") for name, count in self.view.summary.failures.items()]
        if failures:
            heads = (key("column.stage"), key("column.count"))
            body += self.markup.table(key("notes.failures"), heads, failures)
        return body

    def _headline(self) -> Said:
        named = key("better.percent", code("metric", self.figures.headline))
        return key("better.title", named, key(self.figures.toward)) if self.figures.toward else named

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
        return Row(label=_category(category), note=note, tracks=tracks)

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

    def _scores(self) -> tuple[list[Said], list[tuple[Said, ...]]]:
        found = self.figures
        other = found.names(SCORES)
        columns: list[Said] = [key("column.category")]
        columns += [
            code("language", name) if name else key(tables.value_column(found)) for name in found.columns
        ]
        columns += [key("column.judged")] if found.is_corrected else []
        columns += [key("column.random")] if found.baselines() else []
        columns += [*(self._column(name, words) for name, words in other), key("column.n")]
        cells = [
            (_category(category), *row[1:])
            for category, row in zip((*found.categories, ""), tables.scores(found).rows, strict=True)
        ]
        return columns, cells

    def _rates(self) -> str:
        table = tables.fates(self.figures)
        if table is None:
            return ""
        heads = (key("column.category"), *(self._column(*each) for each in self.figures.names(RATES)))
        cells = [
            (_category(category), *row[1:])
            for category, row in zip((*self.figures.categories, ""), table.rows, strict=True)
        ]
        return self.markup.table(key("better.percent", key("section.outcomes")), heads, cells)

    def _column(self, name: str, words: str) -> Said:
        return key("directed", key(words), self.figures.arrow(name))

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


def _category(name: str) -> Said:
    return code("category", name) if name else key("row.all")


def _tone(spoken: str) -> str:
    return "en" if spoken == "en" else "zh" if spoken in ("", "zh") else "more"


def _mark(estimate: Estimate) -> str:
    return "" if estimate.sound else f"{tables.UNSOUND} "


def _text(estimate: Estimate) -> str:
    return tables.measured(estimate)


def _published(row: Reference, category: str) -> Mark:
    value = row.values[category]
    return Mark(value=value, name=row.name, title=key("dot", row.name, percent(value), row.setting or "–"))


def _ordered(found: Iterable[str], known: Sequence[str]) -> list[str]:
    return [*(name for name in known if name in found), *sorted(name for name in found if name not in known)]
