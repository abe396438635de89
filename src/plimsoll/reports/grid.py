"""The runs of a grid -> a matrix of numbers, each held against its baseline question by question.

The baseline of a cell is the same model on the same benchmark with every attack, defense and system
prompt left out (or at its first alternative). Where only models differ, it is the first model.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from plimsoll.calibration.correct import corrections
from plimsoll.comparison import align
from plimsoll.comparison.align import Side
from plimsoll.comparison.compare import compared
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.nouns import Comparison
from plimsoll.core import Estimate, UserError
from plimsoll.pages.markup import Said
from plimsoll.reports import seeing
from plimsoll.reports.figures import figures
from plimsoll.reports.overview import labels
from plimsoll.reports.view import RunView
from plimsoll.run.ask.grid import NONE, Cell, GridManifest, read
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.stats.multiple import holm

Axis = Literal["benchmark", "model", "system_prompt", "defense", "attack"]
AXES: tuple[Axis, ...] = ("benchmark", "model", "system_prompt", "defense", "attack")
CONDITIONS: tuple[Axis, ...] = ("system_prompt", "defense", "attack")
"""What is put around a model."""
ACROSS: tuple[Axis, ...] = ("attack", "defense", "system_prompt", "benchmark")
"""Axes that may run from left to right, the most telling first."""
MARGIN = 0.02
"""Of non-inferiority, where no other is declared."""
STARTER = "*"
DRAWS = 1_000
"""Of the bootstrap, which a matrix does not show."""


class Entry(NamedTuple):
    """One cell, with what its run found."""

    cell: Cell
    status: str
    """The run's, `waiting` or `gap`."""
    name: str
    """Of the headline."""
    toward: str
    """The words for which end of it is better."""
    estimate: Estimate | None
    """Corrected for what the judge gets wrong, where that is known."""
    comparison: Comparison | None
    """With its baseline, of the verdicts as they were judged; nothing for a baseline itself."""
    judged: Estimate | None = None
    """As it was judged, where that is another number."""
    notes: tuple[str, ...] = ()
    """How it was corrected, or why it was not."""
    blind: tuple[Said, ...] = ()
    """Where its number cannot tell a model that always refuses from one that always complies."""

    def at(self, axis: Axis) -> str:
        """Where it stands on an axis."""
        return str(getattr(self.cell, axis))


@dataclass(frozen=True)
class Grid:
    """A grid, as its reports show it."""

    path: Path
    manifest: GridManifest
    entries: tuple[Entry, ...]
    margin: float = MARGIN
    """Loss of false refusals or useful answers that a defense may cost and still be called no worse."""

    def values(self, axis: Axis) -> tuple[str, ...]:
        """The alternatives on an axis, in order."""
        return tuple(dict.fromkeys(entry.at(axis) for entry in self.entries))

    @cached_property
    def named(self) -> Mapping[str, str]:
        """A short name for each benchmark, marked where our own starter set was asked."""
        specs = self.values("benchmark")
        marks = (STARTER if "starter" in spec else "" for spec in specs)
        return {spec: name + mark for spec, name, mark in zip(specs, labels(specs), marks, strict=True)}

    @cached_property
    def adjusted(self) -> Mapping[Cell, float]:
        """Holm's p-values of the cells that are held against another, over all of them."""
        held = {entry.cell: entry.comparison.whole.p for entry in self.entries if entry.comparison}
        return dict(zip(held, holm([*held.values()]), strict=True))

    @property
    def varying(self) -> tuple[Axis, ...]:
        """The axes with alternatives."""
        return tuple(axis for axis in AXES if len(self.values(axis)) > 1)

    @property
    def conditions(self) -> dict[Axis, str]:
        """What surrounds the model of a baseline: nothing where that was run, else the first alternative."""
        return {axis: _plain(self.values(axis)) for axis in CONDITIONS}

    @property
    def across(self) -> Axis | None:
        """The axis that runs from left to right; none where only models differ."""
        return next((axis for axis in ACROSS if axis in self.varying), None)

    @property
    def down(self) -> tuple[Axis, ...]:
        """The axes that tell the rows of a matrix apart; benchmarks make a matrix each."""
        return tuple(axis for axis in self.varying if axis not in (self.across, "benchmark"))


class Matrix(NamedTuple):
    """Rows and columns of cells, all of which may stand in one table."""

    benchmark: str
    """Empty where benchmarks are the columns."""
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[Entry | None, ...]], ...]
    """Where each row stands on the axes that run down, and its cells."""


def grid(path: Path, margin: float = MARGIN) -> Grid:
    """Read a grid's folder and the runs beside it. Raises `DataError`, `UserError`."""
    manifest = read(path)
    folders = {cell.run: open_run(path.parent / cell.run) for cell in manifest.cells if cell.run}
    sides: dict[str, Side] = {}
    entries = tuple(_entry(cell, manifest, folders, sides) for cell in manifest.cells)
    return Grid(path, manifest, entries, margin)


def matrices(found: Grid) -> Iterator[Matrix]:
    """One for each benchmark, or one for all where benchmarks are its columns."""
    across = found.across
    if across == "benchmark":
        yield _matrix(found, "", found.entries)
        return
    for benchmark in found.values("benchmark"):
        yield _matrix(
            found, benchmark, [entry for entry in found.entries if entry.at("benchmark") == benchmark]
        )


def _matrix(found: Grid, benchmark: str, entries: Sequence[Entry]) -> Matrix:
    across = found.across
    columns = found.values(across) if across else ("",)
    rows: dict[tuple[str, ...], dict[str, Entry]] = {}
    for entry in entries:
        row = rows.setdefault(tuple(entry.at(axis) for axis in found.down), {})
        row[entry.at(across) if across else ""] = entry
    return Matrix(
        benchmark,
        columns,
        tuple((place, tuple(row.get(column) for column in columns)) for place, row in rows.items()),
    )


def _entry(
    cell: Cell, manifest: GridManifest, folders: dict[str, RunFolder], sides: dict[str, Side]
) -> Entry:
    if not cell.run:
        return Entry(cell, "gap" if cell.gap else "waiting", "", "", None, None)
    folder = folders[cell.run]
    summary = folder.summary()
    if summary is None:
        return Entry(cell, "waiting", "", "", None, None)
    manifest_of = folder.manifest()
    known = corrections(summary, manifest_of, folder)
    found = figures(RunView(manifest=manifest_of, summary=known.summary))
    spoken, whole = next(iter(found.wholes()), ("", None))
    judged = found.judged("", spoken)
    base = baseline(cell, manifest.cells)
    comparison = None
    if whole is not None and base is not None and base.run and base.run != cell.run:
        comparison = _compared(folders[base.run], folder, sides)
    return Entry(
        cell,
        summary.status,
        found.headline,
        found.toward,
        whole,
        comparison,
        judged if judged != whole else None,
        known.notes,
        tuple(seeing.blind(found)),
    )


def baseline(cell: Cell, cells: Sequence[Cell]) -> Cell | None:
    """What a cell is held against; nothing for one that others are held against."""
    plain = {axis: _plain([str(getattr(each, axis)) for each in cells]) for axis in CONDITIONS}
    alike = [each for each in cells if each.benchmark == cell.benchmark]
    if all(len({getattr(each, axis) for each in cells}) == 1 for axis in CONDITIONS):
        found = alike[0]
    else:
        found = next(
            each
            for each in alike
            if each.model == cell.model and all(getattr(each, axis) == plain[axis] for axis in CONDITIONS)
        )
    return None if found == cell else found


def _plain(values: Sequence[str]) -> str:
    return NONE if NONE in values else values[0]


def _compared(before: RunFolder, after: RunFolder, sides: dict[str, Side]) -> Comparison | None:
    """The paired comparison; nothing where the two have no scored question in common."""
    for each in (before, after):
        sides.setdefault(each.path.name, align.side(each))
    try:
        aligned = align.align(sides[before.path.name], sides[after.path.name])
        return compared(aligned, Settings(draws=DRAWS))
    except UserError:
        return None
