"""A run folder -> what a person asks of it in Python, and how it shows itself in a notebook."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from plimsoll.comparison.nouns import Comparison, Difference, Flip
from plimsoll.core import Estimate, Record, UserError
from plimsoll.core.hidden import visible
from plimsoll.evaluation import rows
from plimsoll.pages.markup import escape, spoken
from plimsoll.pages.units import interval_of, value_of
from plimsoll.pages.words import metric
from plimsoll.reports import comparison_rows
from plimsoll.reports.figures import figures
from plimsoll.reports.grid import Entry, Grid
from plimsoll.reports.view import RunView
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest, Summary

SHOWN = 8
"""Estimates in the table of a notebook."""


@dataclass(frozen=True)
class Records:
    """The records of a run, read from its folder each time they are walked through."""

    folder: RunFolder

    def __iter__(self) -> Iterator[Record]:
        return self.folder.in_order()

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self.folder.entries())

    def __repr__(self) -> str:
        return f"<{len(self):,} records of {self.folder.path}>"


@dataclass(frozen=True, repr=False)
class Run:
    """A run that came to its end, or as far as it came."""

    folder: RunFolder

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder.path

    @cached_property
    def manifest(self) -> Manifest:
        """What the run is: every spec, revision and checksum."""
        return self.folder.manifest()

    @cached_property
    def summary(self) -> Summary:
        """What it found, with rates corrected for the judge's errors where people's labels tell these."""
        from plimsoll.calibration.correct import with_corrections

        found = self.folder.summary()
        if found is None:
            raise UserError(
                f"{self.path} has no summary: its run is under way or was killed; "
                f"finish it with plimsoll run --resume {self.path}"
            )
        return with_corrections(found, self.manifest, self.folder)

    @property
    def id(self) -> str:
        """Two runs of one id ask the same questions of the same model in the same way."""
        return self.manifest.id

    @property
    def status(self) -> str:
        """`finished`, `incomplete`, `interrupted` or `stopped`."""
        return self.summary.status

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Every number with its interval."""
        return self.summary.estimates

    @property
    def headline(self) -> Estimate:
        """The number that stands for the benchmark. Raises `UserError` where nothing could be scored."""
        found = self._headline()
        if found is None:
            raise UserError(f"{self.path}: no item could be scored, so there is no headline")
        return found

    @property
    def records(self) -> Records:
        """Every record, read from disk while it is walked through."""
        return Records(self.folder)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def to_pandas(self) -> Any:
        """A pandas DataFrame with a row for each record."""
        return rows.pandas(self.records)

    def to_polars(self) -> Any:
        """A polars DataFrame with a row for each record."""
        return rows.polars(self.records)

    def to_parquet(self, path: str | Path = "") -> Path:
        """Write the records as a Parquet file, into the run folder without a path; returns it."""
        return rows.parquet(self.records, Path(path) if path else self.path / "records.parquet")

    def __repr__(self) -> str:
        head = f"{visible(self.manifest.model.name)} · {visible(self.manifest.spec.benchmark)}"
        found = self._headline()
        said = f"{metric(found.name)}: {_number(found)}" if found else "no item could be scored"
        return f"{head}\n{said}\n{self.status}, {self.path}"

    def _repr_html_(self) -> str:
        head = f"{self.manifest.model.name} · {self.manifest.spec.benchmark}"
        whole = [each for each in self.estimates if not each.group]
        body = "".join(_estimate_row(each) for each in whole[:SHOWN])
        more = f"<p>… and {len(self.estimates) - SHOWN} more</p>" if len(self.estimates) > SHOWN else ""
        return (
            f"<div><strong>{escape(head)}</strong> ({escape(self.status)})"
            f"<table><tr><th>number</th><th>value</th><th>95 % interval</th><th>n</th></tr>{body}</table>"
            f"{more}<code>{escape(str(self.path))}</code></div>"
        )

    def _headline(self) -> Estimate | None:
        found = figures(RunView(manifest=self.manifest, summary=self.summary))
        return next((estimate for _, estimate in found.wholes()), None)


@dataclass(frozen=True, repr=False)
class Compared:
    """Two runs held against each other, question by question."""

    found: Comparison
    """Everything: subsets, flips, power, warnings."""

    @property
    def difference(self) -> Difference:
        """How much more the second run scored, with interval and test."""
        return self.found.whole

    @property
    def flips(self) -> tuple[Flip, ...]:
        """Every question that the two answered with another score."""
        return self.found.flips

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the two less than comparable, a sentence each."""
        return self.found.warnings

    def __repr__(self) -> str:
        lines = [spoken(comparison_rows.sentence(self.found), "en")]
        return "\n".join([*lines, *(f"! {warning}" for warning in self.warnings)])

    def _repr_html_(self) -> str:
        sentence = escape(spoken(comparison_rows.sentence(self.found), "en"))
        notes = "".join(f"<li>{escape(warning)}</li>" for warning in self.warnings)
        return f"<div><strong>{sentence}</strong>{f'<ul>{notes}</ul>' if notes else ''}</div>"


@dataclass(frozen=True)
class GridCell:
    """One combination of a grid."""

    model: str
    benchmark: str
    attack: str
    defense: str
    system_prompt: str
    headline: Estimate | None
    run: Run | None
    """Nothing for a gap."""
    difference: Difference | None
    """To the baseline: the same model on the same questions with nothing around it."""
    gap: str
    """Why it could not be run."""


@dataclass(frozen=True, repr=False)
class GridResult:
    """The cells of a grid, in order."""

    found: Grid

    @property
    def path(self) -> Path:
        """The grid's folder, beside those of its runs."""
        return self.found.path

    @cached_property
    def cells(self) -> tuple[GridCell, ...]:
        """Every combination."""
        return tuple(self._cell(entry) for entry in self.found.entries)

    def __iter__(self) -> Iterator[GridCell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.found.entries)

    def __repr__(self) -> str:
        from plimsoll.reports import grid_machine

        return grid_machine.markdown(self.found)

    def _repr_html_(self) -> str:
        varying = self.found.varying
        heads = "".join(f"<th>{escape(axis.replace('_', ' '))}</th>" for axis in varying)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(entry.at(axis))}</td>' for axis in varying)}{_grid_row(entry)}</tr>"
            for entry in self.found.entries
        )
        return (
            f"<div><strong>{escape(self.found.manifest.title)}</strong><table><tr>{heads}<th>number</th>"
            f"<th>value</th><th>difference to its baseline</th><th>n</th></tr>{body}</table></div>"
        )

    def _cell(self, entry: Entry) -> GridCell:
        cell = entry.cell
        return GridCell(
            model=cell.model,
            benchmark=cell.benchmark,
            attack=cell.attack,
            defense=cell.defense,
            system_prompt=cell.system_prompt,
            headline=entry.estimate,
            run=Run(RunFolder(self.path.parent / cell.run)) if cell.run else None,
            difference=entry.comparison.whole if entry.comparison else None,
            gap=cell.gap,
        )


def _number(estimate: Estimate) -> str:
    return f"{value_of(estimate)} ({interval_of(estimate)}), n = {estimate.n:,}"


def _estimate_row(estimate: Estimate) -> str:
    by = f" · {estimate.judge}" if estimate.judge else ""
    cells = (metric(estimate.name) + by, value_of(estimate), interval_of(estimate), f"{estimate.n:,}")
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _grid_row(entry: Entry) -> str:
    if entry.estimate is None:
        return f"<td>{escape(entry.cell.gap or entry.status)}</td><td></td><td></td><td></td>"
    whole = entry.comparison.whole if entry.comparison else None
    difference = (
        f"{comparison_rows.points(whole.difference)} ({comparison_rows.bounds(whole.low, whole.high)})"
        if whole
        else ""
    )
    number = f"{value_of(entry.estimate)} ({interval_of(entry.estimate)})"
    cells = (metric(entry.name), number, difference, f"{entry.estimate.n:,}")
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)
