"""Axes -> planned cells -> their runs, a few at a time, under one pool: one cache, one limit on cost.

Every cell is planned before the first is run, so that a typo in the last costs nothing. The same grid
again goes on where it was cut off.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from plimsoll.core import MissingExtra, Unmet, UserError, replace
from plimsoll.data.locate import MissingData
from plimsoll.evaluation import at_once
from plimsoll.evaluation.at_once import Waiting
from plimsoll.evaluation.progress import JoinedProgress, Progress
from plimsoll.run.ask import grid, plan
from plimsoll.run.ask.grid import Axes, Cell, GridManifest
from plimsoll.run.ask.plan import Plan
from plimsoll.run.ask.pool import Pool
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session


@dataclass(frozen=True)
class PlannedGrid:
    """Every cell with its plan, or with the reason why it has none."""

    title: str
    cells: tuple[Cell, ...]
    plans: tuple[Plan | None, ...]
    pool: Pool

    @property
    def manifest(self) -> GridManifest:
        """The file that ties the runs, before any of them is made."""
        ids = [
            built.manifest.id if built else f"gap {cell}"
            for cell, built in zip(self.cells, self.plans, strict=True)
        ]
        return GridManifest(
            id=grid.id_of(ids),
            title=self.title,
            cells=self.cells,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    @property
    def total(self) -> int:
        """Records that all runs are to hold."""
        return sum(built.manifest.total for built in self.plans if built is not None)


def planned(axes: Axes, base: RunSpec, pool: Pool, *, title: str = "") -> PlannedGrid:
    """Plan every cell. Raises `UserError` before any model is called; what cannot be run here is a gap."""
    cells: list[Cell] = []
    plans: list[Plan | None] = []
    lacking: list[UserError] = []
    for cell, spec in grid.cells(axes, base):
        built = _plan(spec, pool)
        if isinstance(built, UserError):
            lacking.append(built)
            cells.append(replace(cell, gap=str(built)))
            plans.append(None)
        else:
            cells.append(cell)
            plans.append(built)
    if len(lacking) == len(cells):
        raise lacking[0]
    return PlannedGrid(title or _title(axes), tuple(cells), tuple(plans), pool)


@dataclass
class GridSession:
    """A grid being carried out."""

    grid: PlannedGrid
    path: Path = field(init=False)
    manifest: GridManifest = field(init=False)

    def __post_init__(self) -> None:
        waiting = self.grid.manifest
        found = grid.unfinished(self.log_dir, waiting.id)
        self.manifest = grid.read(found) if found else waiting
        self.path = found or grid.write(self.log_dir, waiting)

    @property
    def log_dir(self) -> Path:
        """Where the run folders lie."""
        return self.grid.pool.settings.log_dir

    async def carry_out(self, progress: Progress) -> Path:
        """Run every cell that waits; returns the grid's folder, which holds whatever was finished."""
        together = JoinedProgress(progress)
        async with self.grid.pool as pool:
            pool.budget.cost += self._spent()
            waiting: list[Waiting] = []
            for place, built in enumerate(self.grid.plans):
                if built is not None and self.manifest.cells[place].run:
                    together.finished(built.manifest.total, Counter())
                elif built is not None:
                    waiting.append(Waiting(place, built))
            await at_once.each(waiting, partial(self._one, together))
        return self.path

    async def _one(self, together: JoinedProgress, waiting: Waiting) -> None:
        place, built = waiting
        cell = self.manifest.cells[place]
        with together.part(_said(cell)) as observer:
            going = Session(built, observer)
            summary = await going.run()
        together.finished(summary.records, Counter(summary.outcomes))
        cells = list(self.manifest.cells)
        cells[place] = replace(cell, run=going.folder.path.name)
        self.manifest = replace(self.manifest, cells=tuple(cells))
        grid.rewrite(self.path, self.manifest)

    def _spent(self) -> float:
        """What the grid's runs have cost before: one limit holds for all of them."""
        folders = (RunFolder(self.log_dir / cell.run) for cell in self.manifest.cells if cell.run)
        summaries = (folder.summary() for folder in folders)
        return sum(summary.cost or 0.0 for summary in summaries if summary is not None)


def _plan(spec: RunSpec, pool: Pool) -> Plan | UserError:
    """The plan, or what is not here: data, a library, a model that gives what a part needs."""
    try:
        return plan.build(spec, pool)
    except (MissingData, MissingExtra, Unmet) as error:
        return error


def _title(axes: Axes) -> str:
    """`3 models × 2 attacks on safetybench`."""
    counted: tuple[tuple[Sequence[Any], str], ...] = (
        (axes.subjects, "models"),
        (axes.attacks, "attacks"),
        (axes.defenses, "defenses"),
        (axes.system_prompts, "system prompts"),
        (axes.benchmarks, "benchmarks"),
    )
    return " × ".join(f"{len(values)} {word}" for values, word in counted if len(values) > 1)


def _said(cell: Cell) -> str:
    return " · ".join(_parts(cell))


def _parts(cell: Cell) -> Iterator[str]:
    yield cell.benchmark.partition(":")[0]
    yield cell.model
    yield from (part for part in (cell.attack, cell.defense) if part != grid.NONE)
