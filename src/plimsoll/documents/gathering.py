"""Folders of runs, suites or logs -> one model's runs, sorted by what stood between it and its questions."""

import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding, files
from plimsoll.reports.overview import OF_SAFETY, Hazard, Overview, gathered
from plimsoll.run.ask import suite
from plimsoll.run.ask.suite import SuiteManifest, SuiteRun
from plimsoll.run.keep.folder import RunFolder, open_run, runs
from plimsoll.run.keep.manifest import Manifest, Summary


class Scope(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the people who answer for a system say of it: no run knows that."""

    system: str = ""
    version: str = ""
    intended_use: str = ""
    users: str = ""
    deployment: str = ""
    out_of_scope: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    author: str = ""
    organisation: str = ""
    contact: str = ""
    checklist: dict[str, str] = {}
    """Items of a reporting checklist with their answers: `yes: page 4`."""
    documented: tuple[str, ...] = ()
    """Codes of ethical and social risks that another document of theirs speaks of."""


class Kept(NamedTuple):
    """A finished run."""

    folder: RunFolder
    manifest: Manifest
    summary: Summary


def looked_at(hazard: Hazard) -> bool:
    """Whether something says how safe the model is there: serving harmless requests does not."""
    return any(kind in OF_SAFETY for kind in hazard.whole)


class Case(NamedTuple):
    """All runs of one model."""

    model: str
    overview: Overview
    """Of the runs in which nothing stood between the model and its questions, and of the suite's gaps."""
    bare: tuple[Kept, ...]
    attacked: tuple[Kept, ...]
    defended: tuple[Kept, ...]
    scope: Scope
    guards: tuple[Kept, ...] = ()
    """Guards that were measured on labelled conversations, the newest run of each."""

    @property
    def kept(self) -> tuple[Kept, ...]:
        """All runs of the model."""
        return (*self.bare, *self.attacked, *self.defended)


def gather(paths: Sequence[Path], scope: Scope | None = None) -> Case:
    """Read every run that the paths name. Raises `UserError` where there is none, or of several models."""
    entries = list(_entries(paths))
    every = [found for each in dict.fromkeys(path for path, _ in entries if path) if (found := _kept(each))]
    kept = [each for each in every if not is_screening(each)]
    if not kept:
        alone = "guards' verdicts alone: add runs of the model (--also), or " if every else ""
        raise UserError(
            f"no finished run of a model is in {', '.join(map(str, paths))}: {alone}name runs, a suite or a "
            "log folder"
        )
    models = list(dict.fromkeys(each.manifest.model.name for each in kept))
    if len(models) > 1:
        raise UserError(
            f"the runs are of {len(models)} models ({', '.join(models)}): a document is about one"
        )
    sorted_in = [_kind(each) for each in kept]
    plain = (each for each, kind in zip(kept, sorted_in, strict=True) if kind == "bare")
    bare = tuple(_newest(plain, _benchmark))
    gaps = tuple(entry for _, entry in entries if entry is not None and entry.gap)
    root = _root(paths)
    manifest = SuiteManifest(
        id="",
        name="",
        title="",
        model=models[0],
        runs=(*(_entry(each, root) for each in bare), *gaps),
        created=max(each.manifest.created for each in kept),
    )
    return Case(
        model=models[0],
        overview=gathered(root / "case", manifest),
        bare=bare,
        attacked=tuple(each for each, kind in zip(kept, sorted_in, strict=True) if kind == "attacked"),
        defended=tuple(each for each, kind in zip(kept, sorted_in, strict=True) if kind == "defended"),
        scope=scope or Scope(),
        guards=tuple(_newest(filter(is_screening, every), _screened)),
    )


def is_screening(each: Kept) -> bool:
    """Whether a run holds a guard's verdicts on labelled conversations, and no model's replies."""
    return bool(each.manifest.hashes)


def _screened(each: Kept) -> tuple[object, ...]:
    """What two runs share that measured the same guard in the same way."""
    spec = each.manifest.spec
    return (spec.model, spec.judge_model, tuple(spec.attacks), spec.limit, spec.benchmark)


def kept_in(paths: Sequence[Path]) -> list[Kept]:
    """Every finished run that the paths name, of whichever models."""
    named = dict.fromkeys(path for path, _ in _entries(paths) if path)
    return [found for path in named if (found := _kept(path))]


def read_scope(path: Path) -> Scope:
    """What people say of their system. Raises `UserError`, `DataError`."""
    try:
        return decoding.toml(files.read(path).decode("utf-8-sig"), Scope)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        known = ", ".join(Scope.__struct_fields__)
        raise DataError(f"{path}: {error} (a scope says {known})") from None


def _entries(paths: Sequence[Path]) -> Iterator[tuple[Path | None, SuiteRun | None]]:
    for path in paths:
        if (path / "run.json").is_file():
            yield path, None
        elif (path / suite.FILE).is_file():
            for each in suite.read(path).runs:
                yield (path.parent / each.run if each.run else None), each
        elif path.is_dir():
            for folder in runs(path):
                yield folder.path, None
        else:
            raise UserError(f"{path} is neither a run nor a suite nor a folder of runs")


def _kept(path: Path) -> Kept | None:
    folder = open_run(path)
    summary = folder.summary()
    return None if summary is None else Kept(folder, folder.manifest(), summary)


def _kind(each: Kept) -> str:
    """What stood between the model and its questions; a defense under attack is the defense's."""
    spec = each.manifest.spec
    if spec.defenses:
        return "defended"
    return "attacked" if spec.attacks else "bare"


def _newest(kept: Iterable[Kept], same: Callable[[Kept], object]) -> Iterator[Kept]:
    """Of runs that are the same in something the newest."""
    held: dict[object, Kept] = {}
    for each in kept:
        known = held.get(same(each))
        if known is None or known.manifest.created <= each.manifest.created:
            held[same(each)] = each
    yield from held.values()


def _benchmark(each: Kept) -> str:
    return each.manifest.spec.benchmark


def _entry(each: Kept, root: Path) -> SuiteRun:
    run = os.path.relpath(each.folder.path, root)
    return SuiteRun(
        benchmark=each.manifest.spec.benchmark,
        run=run,
        source="fallback" if each.manifest.starter else "official",
    )


def _root(paths: Sequence[Path]) -> Path:
    first = paths[0]
    tied = (first / "run.json").is_file() or (first / suite.FILE).is_file()
    return first.parent if tied else first
