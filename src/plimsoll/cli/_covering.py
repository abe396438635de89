"""Benchmarks, suites, runs and log folders named on the command line -> what each covers of the hub."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from plimsoll.core import BROKEN, UserError
from plimsoll.taxonomies.covered import Source, measured


def sources(named: Iterable[str]) -> list[Source]:
    """Everything that is named. Raises `UserError`."""
    return [source for each in named for source in _of(each)]


def _of(text: str) -> Iterator[Source]:
    from plimsoll.run.ask import suite

    path = Path(text)
    if path.is_dir():
        yield from _of_folder(path)
    elif suite.is_suite(text):
        for entry in suite.load(text).run:
            yield _planned(entry.benchmark, entry.fallback)
    else:
        yield _planned(text)


def _of_folder(path: Path) -> Iterator[Source]:
    from plimsoll.run.ask import suite
    from plimsoll.run.keep.folder import runs

    if (path / "run.json").is_file():
        yield _asked(path)
    elif (path / suite.FILE).is_file():
        yield from (_asked(path.parent / each.run) for each in suite.read(path).runs if each.run)
    else:
        found = [_asked(folder.path) for folder in runs(path)]
        if not found:
            raise UserError(f"{path} holds no run: name a run, a suite, a folder of runs or a benchmark")
        yield from found


def _asked(path: Path) -> Source:
    """A run: its scored items, by hazard and language."""
    from plimsoll.run.keep.folder import open_run

    folder = open_run(path)
    manifest, counted = folder.manifest(), Counter[tuple[str, str]]()
    hazards = manifest.hazards if manifest.measures == "safety" else dict[str, str]()
    for entry in folder.entries():
        if entry.outcome not in BROKEN and entry.category in hazards:
            counted[hazards[entry.category], entry.language] += 1
    return Source(manifest.spec.benchmark, counted)


def _planned(spec: str, fallback: str = "") -> Source:
    """A benchmark that was not asked yet."""
    name = spec.partition(":")[0]
    hubs = measured().get(name)
    if hubs is None:
        hubs = _built(spec, fallback)
    return Source(spec, dict.fromkeys(((hub, "") for hub in hubs if hub != "H00"), 0))


def _built(spec: str, fallback: str) -> tuple[str, ...]:
    from plimsoll import registry
    from plimsoll.data.locate import MissingData

    try:
        built = registry.build("benchmarks", spec)
    except MissingData:
        if not fallback:
            raise
        built = registry.build("benchmarks", fallback)
    return tuple(built.hazards.values()) if built.measures == "safety" else ()
