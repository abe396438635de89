"""A run's stored answers -> a run judged anew; no model is asked again."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from plimsoll.core import Benchmark, Judge, Record
from plimsoll.run import engine, folder, journal
from plimsoll.run.engine import Count
from plimsoll.run.folder import RunFolder
from plimsoll.run.manifest import Manifest, Summary


def rejudge(
    source: RunFolder,
    benchmark: Benchmark,
    judges: Sequence[Judge],
    specs: Sequence[str] = (),
    observer: Callable[[Record, Count], None] | None = None,
) -> RunFolder:
    """Judge every record of `source` by `judges` and write a new run folder beside it."""
    manifest = _derived(source, specs)
    made = RunFolder(_beside(source, manifest.id))
    with made.locked():
        made.write_manifest(manifest)
        count = Count([metric.tally() for metric in benchmark.metrics])
        asyncio.run(_judge_all(source, made, judges, count, observer))
        made.write_summary(_summary(source, count))
    return made


async def _judge_all(
    source: RunFolder,
    made: RunFolder,
    judges: Sequence[Judge],
    count: Count,
    observer: Callable[[Record, Count], None] | None,
) -> None:
    sink = journal.Journal(made.records_path)
    try:
        for record in source.records():
            judged = await engine.judged(record, judges)
            sink.append(judged)
            count.add(judged)
            if observer is not None:
                observer(judged, count)
    finally:
        sink.close()


def _derived(source: RunFolder, specs: Sequence[str]) -> Manifest:
    manifest = source.manifest()
    return msgspec.structs.replace(
        manifest,
        id=f"{manifest.id}-judged",
        parent=source.path.name,
        judges=tuple(specs),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        notes=(*manifest.notes, f"the answers of run {source.path.name}, judged anew"),
    )


def _beside(source: RunFolder, run_id: str) -> Path:
    """A new folder, named like the source with the time of now."""
    undated = re.sub(r"^\d+-[\d.]+-", "", source.path.name)
    rest = undated.removesuffix(f"-{source.manifest().id}")
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return folder.make(source.path.parent, stamp, f"{rest}-{run_id}")


def _summary(source: RunFolder, count: Count) -> Summary:
    before = source.summary() or Summary()
    return msgspec.structs.replace(
        before,
        records=count.records,
        estimates=engine.summed_up(count.tallies),
        outcomes=dict(sorted(count.outcomes.items())),
        means=dict(sorted(count.means.items())),
        failures=dict(sorted(count.failures.items())),
    )
