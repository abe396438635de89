"""The runs of a suite -> safety, over-refusal and utility side by side, by benchmark and by hazard.

Every number is turned so that more is better: the share of replies that were safe, of right answers to
questions on safety, of harmless requests that were served, of other right answers. Numbers of one kind,
hazard and language are pooled over the benchmarks that measure it, by their items; safe replies and right
answers never. What nothing measures stays a gap, and a number that cannot tell a model that always refuses
from one that always complies is none of safety.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from plimsoll.calibration.correct import corrections
from plimsoll.core import BROKEN, Estimate, Outcome, replace
from plimsoll.pages.units import unit
from plimsoll.reports import judging
from plimsoll.reports.figures import Figures, figures
from plimsoll.reports.partial import Bounded, partially_pooled
from plimsoll.reports.pooling import Part, pooled
from plimsoll.reports.view import RunView
from plimsoll.run.ask.suite import SuiteManifest, SuiteRun, read
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.run.keep.manifest import Extremes, Unread
from plimsoll.stats.pooling import Pooled
from plimsoll.taxonomies.crosswalk import hub

Kind = Literal["replies", "answers", "over_refusal", "utility"]
"""Safe replies to requests, right answers to questions on safety, harmless requests served, utility."""
KINDS: tuple[Kind, ...] = ("replies", "answers", "over_refusal", "utility")
OF_SAFETY: tuple[Kind, ...] = ("replies", "answers")
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
    kind: Kind
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
    blind: Extremes | None = None
    """What the headline comes to for a subject that always refuses and one that always complies, where it
    cannot tell them apart."""
    judging: str = ""
    """The model that judged."""
    itself: bool = False
    """Whether that is the model that was asked."""


class Hazard(NamedTuple):
    """One hazard of the hub, by what was measured and in which language."""

    id: str
    slug: str
    cells: dict[tuple[Kind, Shown], Cell]
    whole: dict[Kind, Cell]
    """Over all languages."""
    empty: int
    """Replies without a word among those on its safety: nothing in them can be unsafe."""
    replies: int


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
        return sum(any(kind in OF_SAFETY for kind in each.whole) for each in self.hazards)


class _Member(NamedTuple):
    entry: SuiteRun
    view: RunView
    languages: tuple[str, ...]
    corrections: tuple[str, ...]
    empty: Counter[str]
    """Replies without a word, by category."""
    replies: Counter[str]


def overview(path: Path) -> Overview:
    """Read a suite's folder and the runs beside it. Raises `DataError`, `UserError`."""
    return gathered(path, read(path))


def gathered(path: Path, manifest: SuiteManifest) -> Overview:
    """An overview of runs that lie beside `path`, whatever ties them. Raises `DataError`, `UserError`."""
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
    languages: dict[str, None] = {}
    empty, replies = Counter[str](), Counter[str]()
    for each in folder.entries():
        languages[each.language] = None
        replies[each.category] += each.outcome not in BROKEN
        empty[each.category] += each.outcome == Outcome.EMPTY
    manifest = folder.manifest()
    found = corrections(summary, manifest, folder)
    known = replace(manifest, notes=(*manifest.notes, *found.notes))
    view = RunView(manifest=known, summary=found.summary)
    return _Member(entry, view, tuple(languages), found.notes, empty, replies)


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
        return Line(entry, label, label, "replies", "", None, "", None, "gap", ())
    found, manifest = figures(member.view), member.view.manifest
    whole, corrected = found.judged(), found.corrected()
    if whole is None:
        whole = next((estimate for _, estimate in found.wholes()), None)
    return Line(
        entry=entry,
        label=label,
        title=manifest.card.title,
        kind=kind_of(found),
        name=found.headline,
        estimate=whole,
        judge=found.judge,
        corrected=corrected,
        status=member.view.summary.status,
        notes=manifest.notes,
        corrections=member.corrections,
        unread=member.view.summary.unread,
        blind=found.extremes() if found.blind() else None,
        judging=judging.model_of(manifest),
        itself=judging.judged_itself(manifest),
    )


def kind_of(found: Figures) -> Kind:
    """What the headline of a run says."""
    if found.measures == "safety":
        return "answers" if found.of_answers else "replies"
    return found.measures


def _hazards(members: Sequence[_Member]) -> Iterator[Hazard]:
    sums: dict[str, dict[tuple[Kind, Shown], list[Part]]] = defaultdict(lambda: defaultdict(list))
    wholes: dict[str, dict[Kind, list[Part]]] = defaultdict(lambda: defaultdict(list))
    empty, replies = Counter[str](), Counter[str]()
    for member in members:
        kind = kind_of(figures(member.view))
        for hazard, language, part in _by_hazard(member):
            sums[hazard][kind, language].append(part)
            wholes[hazard][kind].append(part)
        if kind == "replies":
            for category, hazard in member.view.manifest.hazards.items():
                empty[hazard] += member.empty[category]
                replies[hazard] += member.replies[category]
    for entry in hub().values():
        if entry.id != "H00":
            cells = {place: _cell(parts) for place, parts in sums.get(entry.id, {}).items()}
            whole: dict[Kind, Cell] = {
                kind: _cell(_merged(parts)) for kind, parts in wholes.get(entry.id, {}).items()
            }
            yield Hazard(entry.id, entry.slug, cells, whole, empty[entry.id], replies[entry.id])


def _merged(parts: Sequence[Part]) -> list[Part]:
    """The groups of languages of one benchmark's category, put together again."""
    found: dict[tuple[str, int], Part] = {}
    for number, part in enumerate(parts):
        place = (part.benchmark, id(part.whole) if part.whole else -number)
        known = found.get(place)
        found[place] = part._replace(languages=(*(known.languages if known else ()), *part.languages))
    return list(found.values())


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
            if found.blind(category, language):
                continue
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
