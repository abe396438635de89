"""The runs of a suite -> safety, over-refusal and utility side by side, by benchmark and by hazard.

Every number is turned so that more is better: the share of replies that were safe, the share of
harmless requests that were served, the share of right answers. Numbers of one hazard and language
are pooled over the benchmarks that measure it, by their items; what nothing measures stays a gap.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from plimsoll.calibration.correct import corrections
from plimsoll.core import Estimate, Measures, replace
from plimsoll.pages.units import unit
from plimsoll.reports.figures import Figures, figures
from plimsoll.reports.partial import Bounded, partially_pooled
from plimsoll.reports.pooling import Part, pooled
from plimsoll.reports.view import RunView
from plimsoll.run.ask.suite import SuiteManifest, SuiteRun, read
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.run.keep.manifest import Unread
from plimsoll.stats.pooling import Pooled
from plimsoll.taxonomies.crosswalk import hub

MEASURES: tuple[Measures, ...] = ("safety", "over_refusal", "utility")
Shown = Literal["en", "zh", "other"]
LANGUAGES: tuple[Shown, ...] = ("en", "zh", "other")


class Cell(NamedTuple):
    """A pooled share, more is better."""

    value: float
    low: float
    high: float
    n: int
    benchmarks: tuple[str, ...]
    partial: Pooled | None = None
    """With what the other hazards say of it, where it rests on few replies."""


class Line(NamedTuple):
    """One benchmark of the suite."""

    entry: SuiteRun
    label: str
    """The benchmark's name, with its arguments where the suite asks it several times."""
    title: str
    measures: Measures
    name: str
    """Of its headline."""
    estimate: Estimate | None
    """`None` for a gap, and where nothing could be scored."""
    judge: str
    corrected: Estimate | None
    status: str
    notes: tuple[str, ...]
    corrections: tuple[str, ...] = ()
    """How the headline was corrected, or why it was not; among the notes too."""
    unread: Unread = Unread()
    """Replies of its run that brought no readable answer."""


class Hazard(NamedTuple):
    """One hazard of the hub, by what was measured and in which language."""

    id: str
    slug: str
    cells: dict[tuple[Measures, Shown], Cell]


class Overview(NamedTuple):
    """A suite, as its reports show it."""

    path: Path
    manifest: SuiteManifest
    lines: tuple[Line, ...]
    hazards: tuple[Hazard, ...]
    """All of the hub, those that nothing measures too."""

    @property
    def covered(self) -> int:
        """Hazards with a safety number."""
        return sum(any(measure == "safety" for measure, _ in each.cells) for each in self.hazards)


class _Member(NamedTuple):
    entry: SuiteRun
    view: RunView
    languages: tuple[str, ...]
    corrections: tuple[str, ...]


def overview(path: Path) -> Overview:
    """Read a suite's folder and the runs beside it. Raises `DataError`, `UserError`."""
    manifest = read(path)
    members = {each.run: _member(each, path.parent) for each in manifest.runs if each.run}
    named = labels([each.benchmark for each in manifest.runs])
    lines = tuple(
        _line(each, label, members.get(each.run)) for each, label in zip(manifest.runs, named, strict=True)
    )
    return Overview(
        path, manifest, lines, tuple(_pooled(list(_hazards([each for each in members.values() if each]))))
    )


def better(estimate: Estimate) -> Estimate:
    """The estimate turned so that more is better."""
    if estimate.higher_is_safer:
        return estimate
    return replace(
        estimate,
        value=1 - estimate.value,
        low=1 - estimate.high,
        high=1 - estimate.low,
        higher_is_safer=True,
    )


def _member(entry: SuiteRun, log_dir: Path) -> _Member | None:
    folder: RunFolder = open_run(log_dir / entry.run)
    summary = folder.summary()
    if summary is None:
        return None
    languages = tuple(dict.fromkeys(each.language for each in folder.entries()))
    manifest = folder.manifest()
    found = corrections(summary, manifest, folder)
    known = replace(manifest, notes=(*manifest.notes, *found.notes))
    return _Member(entry, RunView(manifest=known, summary=found.summary), languages, found.notes)


def labels(specs: Sequence[str]) -> list[str]:
    """A short name for each spec, telling those of one benchmark apart."""
    names = [spec.partition(":")[0] for spec in specs]
    return [
        name if names.count(name) == 1 else f"{name} {_told(spec)}"
        for name, spec in zip(names, specs, strict=True)
    ]


def _told(spec: str) -> str:
    pieces = [piece.partition("=")[2] for piece in spec.partition(":")[2].split(",")]
    return " ".join(piece for piece in pieces if piece and piece != "starter")


def _line(entry: SuiteRun, label: str, member: _Member | None) -> Line:
    if member is None:
        return Line(entry, label, label, "safety", "", None, "", None, "gap", ())
    found, manifest = figures(member.view), member.view.manifest
    whole, corrected = found.judged(), found.corrected()
    if whole is None:
        whole = next((estimate for _, estimate in found.wholes()), None)
    return Line(
        entry=entry,
        label=label,
        title=manifest.card.title,
        measures=manifest.measures,
        name=found.headline,
        estimate=whole,
        judge=found.judge,
        corrected=corrected,
        status=member.view.summary.status,
        notes=manifest.notes,
        corrections=member.corrections,
        unread=member.view.summary.unread,
    )


def _hazards(members: Sequence[_Member]) -> Iterator[Hazard]:
    sums: dict[str, dict[tuple[Measures, Shown], list[Part]]] = defaultdict(lambda: defaultdict(list))
    for member in members:
        measure = member.view.manifest.measures
        for hazard, language, part in _by_hazard(member):
            sums[hazard][measure, language].append(part)
    for entry in hub().values():
        if entry.id != "H00":
            cells = {place: _cell(parts) for place, parts in sums.get(entry.id, {}).items()}
            yield Hazard(entry.id, entry.slug, cells)


def _by_hazard(member: _Member) -> Iterator[tuple[str, Shown, Part]]:
    """The headline of each category that has a hazard, by the languages that are shown together."""
    found: Figures = figures(member.view)
    if not found.headline or unit(found.headline) != "share":
        return
    several = len(member.languages) > 1
    name = member.entry.benchmark.partition(":")[0]
    for category, hazard in member.view.manifest.hazards.items():
        held: dict[Shown, list[Estimate]] = defaultdict(list)
        for language in member.languages:
            estimate = found.measured(category, language if several else "")
            if estimate is not None and 0 <= estimate.low <= estimate.high <= 1:
                held[_shown(language)].append(better(estimate))
        whole = found.measured(category) if several else None
        for shown, estimates in held.items():
            yield hazard, shown, Part(name, tuple(estimates), whole, len(member.languages))


def _pooled(hazards: Sequence[Hazard]) -> Iterator[Hazard]:
    """Each cell that rests on few replies with its partially pooled share beside it."""
    places = dict.fromkeys(place for each in hazards for place in each.cells)
    found = {
        place: partially_pooled(
            {each.id: Bounded(*each.cells[place][:4]) for each in hazards if place in each.cells}
        )
        for place in places
    }
    for each in hazards:
        cells = {
            place: cell._replace(partial=found[place].get(each.id)) for place, cell in each.cells.items()
        }
        yield each._replace(cells=cells)


def _cell(parts: Sequence[Part]) -> Cell:
    found = pooled(parts)
    return Cell(found.value, *found.bounds, found.n, found.benchmarks)


def _shown(language: str) -> Shown:
    base = language.partition("-")[0].partition("_")[0].lower()
    return "en" if base == "en" else "zh" if base == "zh" else "other"
