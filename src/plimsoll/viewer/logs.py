"""A log folder -> its runs: what each is, how far it is, what it has found so far."""

import dataclasses
import os
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

from plimsoll.calibration import keeping
from plimsoll.calibration.correct import corrections
from plimsoll.core import Analysed, Estimate, PlimsollError, files, replace
from plimsoll.core.processes import lives
from plimsoll.metrics.tables import Table, estimate_of, share_of
from plimsoll.pages.units import Direction, direction
from plimsoll.reports.figures import figures
from plimsoll.reports.view import RunView
from plimsoll.run.keep import findings
from plimsoll.run.keep.folder import RunFolder, runs
from plimsoll.run.keep.manifest import Manifest, Summary
from plimsoll.viewer.rows import Row, RunRows

FRESH = 15.0
"""Seconds since the last record within which a run of another machine counts as under way."""

SOON = 0.2
"""Seconds after which a run that was asked for is read: the answer goes out before."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A run as the list shows it."""

    name: str
    """Of its folder."""
    manifest: Manifest
    summary: Summary
    """As written at the run's end, or as the records so far say."""
    weights: tuple[Analysed, ...] = ()
    """What was found in the weights of the model, where one run is looked at."""

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self.summary.status == "running"

    @property
    def share(self) -> float:
        """How much of it is done."""
        return min(1.0, self.summary.records / self.manifest.total) if self.manifest.total else 0.0

    @property
    def headlines(self) -> list[tuple[str, Estimate]]:
        """The number that the run is about: as a whole, or by language."""
        return figures(self.view).wholes()

    def blind(self, language: str = "") -> bool:
        """Whether the headline cannot tell a model that always refuses from one that always complies."""
        return figures(self.view).blind("", language)

    @property
    def end(self) -> Direction:
        """Which end of the headline's scale is better: what shares a scale shares this."""
        found: list[Direction] = [
            direction(estimate.name, estimate.higher_is_safer) for _, estimate in self.headlines
        ]
        return found[0] if found else ""

    @property
    def view(self) -> RunView:
        """The run as reports read it."""
        return RunView(manifest=self.manifest, summary=self.summary, weights=self.weights)


@dataclass
class Logs:
    """The runs of one log folder, with what was read of them before."""

    folder: Path
    _rows_of: dict[str, RunRows] = field(default_factory=dict[str, RunRows])
    _read: dict[str, tuple[tuple[int, ...], Manifest, Summary | None]] = field(
        default_factory=dict[str, tuple[tuple[int, ...], Manifest, Summary | None]]
    )

    def all(self) -> tuple[list[Listed], list[tuple[str, str]]]:
        """Every run, newest first, and the folders that cannot be read with the reason."""
        listed: list[Listed] = []
        broken: list[tuple[str, str]] = []
        for folder in runs(self.folder):
            try:
                listed.append(self._listed(folder))
            except (PlimsollError, OSError) as error:
                broken.append((folder.path.name, str(error)))
        return listed, broken

    def get(self, name: str) -> Listed | None:
        """One run by the name of its folder; never anything outside of the log folder."""
        if name in ("", ".", "..") or "/" in name or "\0" in name or os.sep in name:
            return None
        folder = RunFolder(self.folder / name)
        if not (folder.path / "run.json").is_file():
            return None
        listed = self._listed(folder)
        return dataclasses.replace(listed, weights=findings.of(self.folder, listed.manifest.model.revision))

    def run_rows(self, name: str) -> RunRows:
        """The rows of a run, up to its last record."""
        return self._run_rows(name).read_on()

    def run_rows_soon(self, name: str) -> RunRows | None:
        """The rows of a run where they were read before; else nothing, and they are read meanwhile."""
        run_rows = self._run_rows(name)
        if run_rows.complete:
            return run_rows.read_on()
        if not run_rows.busy:
            later = Timer(SOON, _read_quietly, (run_rows,))
            later.daemon = True
            later.start()
        return None

    def folder_of(self, name: str) -> RunFolder:
        """The folder of a run that is known to exist."""
        return RunFolder(self.folder / name)

    def beside(self, listed: Listed) -> list[Listed]:
        """Other runs of the same benchmark, newest first."""
        others, _ = self.all()
        title = listed.manifest.card.title
        return [other for other in others if other.manifest.card.title == title and other.name != listed.name]

    def _run_rows(self, name: str) -> RunRows:
        return self._rows_of.setdefault(name, RunRows(RunFolder(self.folder / name)))

    def _listed(self, folder: RunFolder) -> Listed:
        manifest, summary = self._files(folder)
        if summary is None:
            run_rows = self._run_rows(folder.path.name).read_on()
            summary = Summary(
                status="running" if _under_way(folder) else "interrupted",
                records=len(run_rows.rows),
                estimates=tuple(estimates_of(run_rows.rows)),
            )
        return Listed(name=folder.path.name, manifest=manifest, summary=summary)

    def _files(self, folder: RunFolder) -> tuple[Manifest, Summary | None]:
        paths = (folder.path / "run.json", folder.path / "summary.json", keeping.folder())
        stamp = tuple(map(_stamp, paths))
        known = self._read.get(folder.path.name)
        if known is None or known[0] != stamp:
            known = (stamp, *_corrected(folder))
            self._read[folder.path.name] = known
        return known[1], known[2]


def estimates_of(rows: Iterable[Row]) -> list[Estimate]:
    """What records with a right answer say so far: by language and category, and as a whole."""
    counted: dict[tuple[tuple[str, str], ...], _Sofar] = defaultdict(_Sofar)
    for row in rows:
        if row.target is None:
            continue
        spoken, kind = ("language", row.language), ("category", row.category)
        for group in ((), (spoken,), (kind,), (kind, spoken)):
            counted[group].add(row)
    return [
        estimate_of("accuracy", known, sofar.table.column(0), unscored=sofar.unscored, group=dict(group))
        for group, sofar in counted.items()
        if (known := share_of(sofar.table))
    ]


@dataclass
class _Sofar:
    """Right answers by question."""

    table: Table = field(default_factory=Table)
    unscored: int = 0

    def add(self, row: Row) -> None:
        if row.value is None:
            self.unscored += 1
        else:
            self.table.add(row.cluster, float(row.value == 1.0))


def _corrected(folder: RunFolder) -> tuple[Manifest, Summary | None]:
    """A run's files, its numbers corrected where its judges' errors are known, with notes on it."""
    manifest, summary = folder.manifest(), folder.summary()
    if summary is None:
        return manifest, None
    found = corrections(summary, manifest, folder)
    return replace(manifest, notes=(*manifest.notes, *found.notes)), found.summary


def _read_quietly(run_rows: RunRows) -> None:
    """Read ahead; what is wrong with the journal is said when it is asked for."""
    with suppress(PlimsollError, OSError):
        run_rows.read_on()


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _under_way(folder: RunFolder) -> bool:
    """Whether the process that holds the lock lives, or wrote just now (it may be on another machine).

    The lock itself is left alone: to try it could make a run that just starts give up.
    """
    try:
        owner = int(files.read_text(folder.path / "lock"))
    except (OSError, ValueError):
        owner = 0
    return (owner > 0 and lives(owner)) or _stamp(folder.records_path) / 1e9 > time.time() - FRESH
