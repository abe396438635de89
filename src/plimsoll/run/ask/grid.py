"""Alternatives of what a run is made of -> a spec for each combination, and the file that ties the runs.

Models, benchmarks, attacks, defenses and system prompts are axes; `none` is an alternative like any
other, and `a+b` is one alternative, a chain. Every combination is a cell, and a run of its own: what is
known of one cell is never asked again, and any two cells can be compared. A cell that cannot be run here
is a gap, and is shown as one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

from msgspec import Struct

from plimsoll import registry
from plimsoll.core import UserError, replace
from plimsoll.run.keep import tied
from plimsoll.run.spec import RunSpec

FILE = "grid.json"
NONE = "none"
"""The alternative of leaving something out."""


class Subject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model of a grid."""

    model: str
    options: Mapping[str, str] = {}


class Axes(Struct, frozen=True, kw_only=True):
    """The alternatives of each kind."""

    subjects: tuple[Subject, ...]
    benchmarks: tuple[str, ...]
    attacks: tuple[str, ...] = (NONE,)
    defenses: tuple[str, ...] = (NONE,)
    system_prompts: tuple[str, ...] = (NONE,)

    @property
    def size(self) -> int:
        """How many cells there are."""
        kinds = (self.subjects, self.benchmarks, self.attacks, self.defenses, self.system_prompts)
        found = 1
        for kind in kinds:
            found *= len(kind)
        return found


class Cell(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One combination, and the run that it became."""

    model: str
    """Its spec, and the options that tell it from others of that spec."""
    benchmark: str
    attack: str = NONE
    defense: str = NONE
    system_prompt: str = NONE
    run: str = ""
    """The run folder's name, beside the grid's folder; empty while it waits, and for a gap."""
    gap: str = ""
    """Why it cannot be run here."""


class GridManifest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`grid.json`: which runs belong together."""

    format: int = 1
    id: str
    title: str
    cells: tuple[Cell, ...]
    created: str = ""


def cells(axes: Axes, base: RunSpec) -> Iterator[tuple[Cell, RunSpec]]:
    """Every combination with its spec; cells of one benchmark stand together, then those of one model."""
    refuse_unclear(axes)
    for benchmark, subject, prompt, defense, attack in product(
        axes.benchmarks, axes.subjects, axes.system_prompts, axes.defenses, axes.attacks
    ):
        cell = Cell(
            model=_told(subject, axes.subjects),
            benchmark=benchmark,
            attack=attack,
            defense=defense,
            system_prompt=prompt,
        )
        spec = replace(
            base,
            benchmark=benchmark,
            model=subject.model,
            options=subject.options,
            attacks=() if attack == NONE else (attack,),
            defenses=links(defense),
            system_prompt="" if prompt == NONE else prompt,
        )
        yield cell, spec


def _told(subject: Subject, subjects: Sequence[Subject]) -> str:
    """What a model is called in a grid: by its options, too, where several bear one name."""
    alike = [each.options for each in subjects if each.model == subject.model]
    own = [
        f"{key}={value}"
        for key, value in subject.options.items()
        if any(options.get(key) != value for options in alike)
    ]
    return f"{subject.model} ({', '.join(own)})" if own else subject.model


def links(chain: str) -> tuple[str, ...]:
    """The parts of a chain `a+b`, the first one innermost; nothing for `none`. Raises `UserError`."""
    if chain == NONE:
        return ()
    found = registry.links("defenses", chain)
    if NONE in found:
        raise UserError(f"{chain!r} chains {NONE} with others: leave it out, or give it by itself")
    return found


def refuse_unclear(axes: Axes) -> None:
    """Refuse an alternative that is given twice, and one that names nothing. Raises `UserError`."""
    for option, texts in (("--attack", axes.attacks), ("--defense", axes.defenses)):
        if not all(map(str.strip, texts)):
            raise UserError(f"{option} is empty: name one, or write {NONE}")
    named: tuple[tuple[str, Sequence[object]], ...] = (
        ("--model", axes.subjects),
        ("benchmark", axes.benchmarks),
        ("--attack", axes.attacks),
        ("--defense", axes.defenses),
        ("--system-prompt", axes.system_prompts),
    )
    for option, values in named:
        if not values:
            raise UserError(f"a grid without any {option.strip('-')} has no cells: name one, or none")
        if twice := next((value for value in values if values.count(value) > 1), None):
            said = twice.model if isinstance(twice, Subject) else twice
            raise UserError(f"{option} {said} is given twice: name each alternative once")


def id_of(ids: Sequence[str]) -> str:
    """Two grids of one id ask the same questions; `ids` are those of the runs, or name the gaps."""
    return hashlib.blake2b(repr(tuple(ids)).encode(), digest_size=4).hexdigest()


def write(log_dir: Path, manifest: GridManifest) -> Path:
    """Tie runs together in a folder of their own beside them; returns it."""
    return tied.write(log_dir, f"grid-{manifest.id}", FILE, manifest)


def rewrite(path: Path, manifest: GridManifest) -> None:
    """Write the grid's file anew, as far as its runs are."""
    tied.rewrite(path / FILE, manifest)


def read(path: Path) -> GridManifest:
    """The grid of a folder. Raises `DataError`."""
    return tied.read(path / FILE, GridManifest)


def unfinished(log_dir: Path, grid_id: str) -> Path | None:
    """The newest folder of that grid in which a cell still waits for its run."""
    return tied.newest(log_dir, f"*-grid-{grid_id}/{FILE}", _waits)


def _waits(path: Path) -> bool:
    return any(not each.run and not each.gap for each in read(path).cells)
