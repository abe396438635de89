"""The parts of a shared run -> one run folder, as if one machine had asked everything.

Records are taken over as they are, in the benchmark's order, and counted anew; no model and no judge is
asked. The run has the id of the whole run, so whatever failed in a part is asked again by the command without
`--shard`.
"""

import asyncio
import heapq
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from plimsoll.core import Benchmark, DataError, Record, Tally, UserError, files, replace
from plimsoll.run import shard
from plimsoll.run.ask.plan import identity
from plimsoll.run.ask.selection import selected
from plimsoll.run.keep import folder, journal, variants
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.importing import made_whole
from plimsoll.run.keep.lines import Lines
from plimsoll.run.keep.manifest import FORMAT, Manifest, Summary
from plimsoll.run.shard import Shard
from plimsoll.run.work import engine, sight
from plimsoll.run.work.by_attack import ByAttack
from plimsoll.run.work.taking_up import added

Observer = Callable[[Record, engine.Count], None]


class Part(NamedTuple):
    """A part with what it is and what it found."""

    folder: RunFolder
    manifest: Manifest
    summary: Summary
    shard: Shard


@dataclass(frozen=True)
class Parts:
    """All parts of one run, in order."""

    parts: tuple[Part, ...]

    @property
    def manifest(self) -> Manifest:
        """Of the whole run."""
        first = self.parts[0].manifest
        names = ", ".join(part.folder.path.name for part in self.parts)
        whole = replace(
            first,
            spec=replace(first.spec, shard=""),
            total=sum(part.manifest.total for part in self.parts),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=(*first.notes[:-1], f"made of the parts {names}", *self._unlike()),
        )
        return replace(whole, id=identity(whole))

    def records(self) -> Iterator[Record]:
        """Every record with its pictures, in the benchmark's order."""
        rows = (map(Blobs(part.folder.path).brought_back, part.folder.in_order()) for part in self.parts)
        return heapq.merge(*rows, key=attrgetter("place"))

    def _unlike(self) -> Iterator[str]:
        """What the machines had in other versions: a manifest names those of the first part."""
        held = [_versions(part.manifest) for part in self.parts]
        for name in dict.fromkeys(name for each in held for name in each):
            found = dict.fromkeys(each.get(name, "none") for each in held)
            if len(found) > 1:
                yield f"the parts were asked under other versions of {name}: {', '.join(found)}"


class Merged(NamedTuple):
    """The run that parts became."""

    folder: RunFolder
    summary: Summary


def gathered(folders: Sequence[RunFolder]) -> Parts:
    """The parts, found to be all of one run. Raises `UserError` that names what is missing or strange."""
    parts = sorted(map(_part, folders), key=lambda part: part.shard)
    first = parts[0]
    wholes = {_whole(part.manifest): part for part in parts}
    if len(wholes) > 1:
        one, other, *_ = wholes.values()
        raise UserError(
            f"{one.folder.path.name} and {other.folder.path.name} are parts of different runs: "
            "model, questions, data and options must be the same"
        )
    for one, other in pairwise(parts):
        if one.shard == other.shard or one.shard.of != other.shard.of:
            raise UserError(
                f"{one.folder.path} is part {one.manifest.spec.shard} and {other.folder.path} is part "
                f"{other.manifest.spec.shard}: name each part of one run once"
            )
    given = {part.shard.number for part in parts}
    if missing := [f"{n}/{first.shard.of}" for n in range(1, first.shard.of + 1) if n not in given]:
        raise UserError(f"missing: {_first_of(missing)}; a run is merged when all of its parts are there")
    return Parts(tuple(parts))


def merge(parts: Parts, benchmark: Benchmark, log_dir: Path, observer: Observer, *, by_rules: bool) -> Merged:
    """Write the whole run. `by_rules` says that no judge of the benchmark asks a model.

    Raises `UserError` where it was merged before, or where the questions are others by now.
    """
    manifest = parts.manifest
    if (benchmark.files, benchmark.card.version) != (manifest.files, manifest.card.version):
        raise UserError(
            f"{manifest.spec.benchmark} is not what it was when the parts were asked: merge them where its "
            "files and this program are the same"
        )
    # By its name, as a resume finds it: another folder that cannot be read is no reason to stop.
    if known := next(log_dir.glob(f"*-{manifest.id}/run.json"), None):
        raise UserError(f"{known.parent} holds this run already")
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    name = f"{folder.slug(manifest.spec.benchmark.partition(':')[0])}-{folder.slug(manifest.model.name)}"
    path = log_dir / f"{stamp}-{name}-{manifest.id}"
    with made_whole(path) as made:
        made.write_manifest(manifest)
        tallies: list[Tally] = [metric() for metric in benchmark.metrics]
        if len(manifest.spec.attacks) > 1:
            tallies.append(ByAttack(benchmark.metrics))
        drawn = sight.Drawn()
        count = engine.Count(tallies, watch=lambda record: drawn.add(record.sample))
        sink = journal.Journal(made.records_path)
        try:
            for record in parts.records():
                sink.append(record)
                count.add(record)
                observer(record, count)
        finally:
            sink.close()
        _bring_variants(parts, made)
        summary = _summary(parts, manifest, benchmark, count)
        if by_rules:
            summary = replace(summary, extremes=asyncio.run(sight.extremes(drawn.samples(), benchmark)))
        made.write_summary(summary)
    return Merged(RunFolder(path), summary)


def _part(run: RunFolder) -> Part:
    manifest, summary = run.manifest(), run.summary()
    if not manifest.spec.shard:
        raise UserError(f"{run.path} is a whole run, no part of one (plimsoll run --shard 1/2 makes parts)")
    if identity(manifest) != manifest.id:
        raise UserError(f"{run.path} was judged anew or made elsewhere: merge the parts first, then judge")
    if summary is None or summary.status not in ("finished", "incomplete"):
        state = "not summed up" if summary is None else summary.status
        raise UserError(f"{run.path} is {state}: go on with it first (plimsoll run --resume {run.path})")
    if (held := sum(1 for _ in run.entries())) != summary.records:
        raise DataError(
            f"{run.path} holds {held:,} records and its summary speaks of {summary.records:,}: go on with it "
            f"first (plimsoll run --resume {run.path})"
        )
    return Part(run, manifest, summary, shard.parse(manifest.spec.shard))


def _versions(manifest: Manifest) -> Mapping[str, str]:
    return {"Plimsoll": manifest.plimsoll, **manifest.packages}


def _whole(manifest: Manifest) -> str:
    """The id of the whole run that it is a part of."""
    return identity(replace(manifest, spec=replace(manifest.spec, shard="")))


def _first_of(names: Sequence[str], most: int = 5) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _bring_variants(parts: Parts, made: RunFolder) -> None:
    """What attacks made goes along, with its pictures: the whole run may be gone on with."""
    held = [part.folder.path for part in parts.parts if (part.folder.path / variants.FILE).exists()]
    if not held:
        return
    sink = Lines(made.path / variants.FILE)
    try:
        for path in held:
            with files.opened(path / variants.FILE) as lines:
                for line in filter(_is_whole, lines):
                    sink.append(line)
            _bring_pictures(path, made.path)
    finally:
        sink.close()


def _is_whole(line: bytes) -> bool:
    return line.endswith(b"\n")


def _bring_pictures(part: Path, made: Path) -> None:
    pictures, kept = Blobs(part).path, Blobs(made).path
    for picture in pictures.iterdir() if pictures.is_dir() else ():
        if not (kept / picture.name).exists():
            kept.mkdir(exist_ok=True)
            shutil.copyfile(picture, kept / picture.name)


def _summary(parts: Parts, manifest: Manifest, benchmark: Benchmark, count: engine.Count) -> Summary:
    found = [part.summary for part in parts.parts]
    costs = [each.cost for each in found if each.cost is not None]
    usage, judging = found[0].usage, found[0].judging
    for each in found[1:]:
        usage, judging = added(usage, each.usage), added(judging, each.judging)
    missing = sum(each.outcomes.get("missing", 0) for each in found)
    whole = all(each.status == "finished" for each in found)
    return Summary(
        format=FORMAT,
        status="finished" if whole else "incomplete",
        reason="" if whole else "some samples failed; the command without --shard asks them again",
        records=count.records,
        estimates=engine.summed_up(count.tallies),
        outcomes=dict(sorted(count.outcomes.items())) | ({"missing": missing} if missing else {}),
        means=dict(sorted(count.means.items())),
        failures=dict(sorted(count.failures.items())),
        unread=count.unread.found(),
        notes=dict(sorted(count.notes.items())),
        references=tuple(benchmark.references(selected(benchmark, manifest.spec))),
        usage=usage,
        judging=judging,
        cost=sum(costs) if costs else None,
        cached=sum(each.cached for each in found),
        seconds=sum(each.seconds for each in found),
    )
