"""Runs, rows and records -> pages, the same for the server and for a folder of files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from plimsoll.core import Estimate, Record
from plimsoll.pages.dots import Dot, dots
from plimsoll.pages.frame import STARTER
from plimsoll.pages.markup import Markup, key, spoken
from plimsoll.pages.plots import Plots
from plimsoll.pages.serving import Served, Speech, draw, safe
from plimsoll.pages.transcript import attempted, hidden_options, stood
from plimsoll.pages.words import Language, interval, metric, percent, say
from plimsoll.reports import html, unread
from plimsoll.reports.figures import figures
from plimsoll.reports.sections import Sections
from plimsoll.reports.tables import sentences
from plimsoll.viewer import items
from plimsoll.viewer.logs import Listed
from plimsoll.viewer.rows import Row, RunRows
from plimsoll.viewer.search import Filter, Found, by_chance, changed, twin

ROOM = "plimsoll.viewer"
START = 220
"""Characters of a prompt that a list shows."""


class Site(Served):
    """Addresses on the server; `bundle.Files` are those of files."""

    def run(self, name: str) -> str:
        """A run's page."""
        return f"/run/{quote(name, safe='')}"

    def items(self, name: str, query: str = "") -> str:
        """The items of a run."""
        return f"{self.run(name)}/items{'?' + query if query else ''}"

    def item(self, name: str, row: Row, query: str = "") -> str:
        """One item."""
        wanted = urlencode({"id": row.id, "epoch": row.epoch})
        return f"{self.run(name)}/item?{wanted}{'&' + query if query else ''}"


@dataclass(frozen=True, kw_only=True)
class Flipped:
    """An item that two runs scored otherwise."""

    row: Row
    before: Row
    change: str


@dataclass(frozen=True)
class Pages:
    """Draws pages in one language."""

    language: Language
    at: Site

    def runs(self, listed: Sequence[Listed], broken: Sequence[tuple[str, str]], **more: Any) -> str:
        """The list of runs."""
        given: dict[str, Any] = {"search": None, "newer": "", "older": "", "flips": {}, **more}
        ends = dict.fromkeys(run.end for run in listed)
        groups = [(end, [run for run in listed if run.end == end]) for end in ends]
        known = {"listed": listed, "broken": broken, "groups": groups}
        return self._fill("runs.html", drawn=self._drawn, toward=self._toward, **known, **given)

    def run(self, listed: Listed, run_rows: RunRows, others: Sequence[Listed]) -> str:
        """A run's page: the sections of its report, and the way to its items."""
        markup, view = Markup(self.language), listed.view
        found = figures(view)
        sections = Sections(view, found, run_rows.counts(), markup, Plots(markup))
        facts = html.facts(view, markup)
        return self._fill(
            "run.html",
            listed=listed,
            others=others,
            found=found,
            sentences=[spoken(sentence, self.language) for sentence in sentences(found)],
            warnings=unread.sentences(view.summary.unread, self.language),
            examples=unread.examples(view.summary.unread),
            gauge=safe(sections.gauge()),
            sections=[(name, safe(body)) for name, body in sections.all()],
            facts=safe(facts),
        )

    def items(self, listed: Listed, wanted: Filter, found: Found, **more: Any) -> str:
        """A page of the items that fit a filter."""
        return self._fill("items.html", listed=listed, wanted=wanted, found=found, start=start, **more)

    def item(self, listed: Listed, record: Record, wanted: Filter, **more: Any) -> str:
        """An item with its prompt, replies and verdicts."""
        state = stood(record.transcript)
        known = {
            "listed": listed,
            "record": record,
            "wanted": wanted,
            "options": hidden_options(record.sample),
        }
        attempt = attempted(record.sample)
        return self._fill("item.html", items=items, state=state, attempt=attempt, **known, **more)

    def flips(self, listed: Listed, others: Sequence[tuple[Listed, RunRows]], run_rows: RunRows) -> str:
        """What changed against other runs, as lists."""
        found = [(other, *_flips(run_rows, beside)) for other, beside in others]
        return self._fill("flips.html", listed=listed, compared=found)

    def error(self, key: str, *arguments: str) -> str:
        """A page that says what is not here."""
        return self._fill("error.html", said=Speech(ROOM, self.language).say(key, *arguments))

    def _toward(self, listed: Listed, estimate: Estimate) -> str:
        """What a number is, and which end of its scale is better."""
        toward = figures(listed.view).toward
        parts = [
            metric(estimate.name, self.language),
            *([say(toward, language=self.language)] if toward else []),
        ]
        return " · ".join(parts)

    def _drawn(self, listed: Listed) -> Any:
        """The headline of a run as a small drawing."""
        found = figures(listed.view)
        marks = [
            Dot(
                value=estimate.value,
                low=estimate.low,
                high=estimate.high,
                tone="en" if tongue == "en" else "zh",
                chance=found.baseline("", tongue),
                title=f"{percent(estimate.value)} ({interval(estimate.low, estimate.high)})",
            )
            for tongue, estimate in listed.headlines
        ]
        said = ", ".join(mark.title for mark in marks)
        return safe(dots(marks, f"{metric(found.headline, self.language)}: {said}")) if marks else ""

    def _fill(self, template: str, **parts: Any) -> str:
        foot = "foot.bundle" if self.at.policy else "foot.viewer"
        shown: Listed | Sequence[Listed] = parts.get("listed", ())
        if isinstance(shown, Listed):
            banner = STARTER if shown.manifest.starter else ""
        else:
            banner = key("starter.some") if any(run.manifest.starter for run in shown) else ""
        return draw(template, Speech(ROOM, self.language), self.at, foot, banner=banner, **parts)


def start(record: Record) -> str:
    """The question itself, on one line: what follows the worked examples."""
    text = record.sample.messages[-1].text if record.sample.messages else ""
    return " ".join(text.rstrip().rpartition("\n\n")[2][: 2 * START].split())[:START]


def _flips(run_rows: RunRows, other: RunRows) -> tuple[list[Flipped], int, float]:
    """Items that changed, how many both scored, and how likely that is by chance."""
    both = 0
    found: list[Flipped] = []
    for row, before in _pairs(run_rows.in_order(), other):
        if row.value is not None and before.value is not None:
            both += 1
            change = changed(row, before)
            if change:
                found.append(Flipped(row=row, before=before, change=change))
    return found, both, by_chance((flip.row, flip.change) for flip in found)


def _pairs(rows: Iterable[Row], other: RunRows) -> Iterable[tuple[Row, Row]]:
    for row in rows:
        before = twin(row, other)
        if before is not None:
            yield row, before
