"""A run's stored answers -> a run judged anew; no model is asked again."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from plimsoll.core import Benchmark, Record
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.keep import folder, journal
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.importing import made_whole
from plimsoll.run.keep.manifest import FORMAT, Extremes, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.work import engine, sight
from plimsoll.run.work.engine import Count

Observer = Callable[[Record, Count], None]


def rejudge(
    source: RunFolder,
    benchmark: Benchmark,
    *,
    spec: RunSpec | None = None,
    wiring: Wiring | None = None,
    observer: Observer | None = None,
) -> RunFolder:
    """Judge every record of `source` by the benchmark's judges and write a new run folder beside it.

    `wiring` has the models that judges question: these, and only these, are called. `spec` is the
    run's own, but for the judges and their model.
    """
    wiring = wiring or Wiring()
    wiring.refuse_unpriced()
    manifest = _derived(source, benchmark, spec or source.manifest().spec, wiring.entries)
    work = _Rejudging(benchmark, wiring, observer)
    path = _beside(source, manifest.id)
    path.rmdir()  # the name is ours; what takes it is whole
    with made_whole(path) as made:
        made.write_manifest(manifest)
        asyncio.run(work.judge_all(source, made))
        made.write_summary(work.summary(source))
    return RunFolder(path)


@dataclass
class _Rejudging:
    """Stored answers on their way through judges."""

    benchmark: Benchmark
    wiring: Wiring
    observer: Observer | None
    count: Count = field(init=False)
    drawn: sight.Drawn = field(init=False)
    extremes: tuple[Extremes, ...] = ()

    def __post_init__(self) -> None:
        self.drawn = sight.Drawn()
        self.count = Count(
            [metric() for metric in self.benchmark.metrics],
            watch=lambda record: self.drawn.add(record.sample),
        )

    async def judge_all(self, source: RunFolder, made: RunFolder) -> None:
        """Judge every record; rules never wait, so one worker does it and the order is kept."""
        pool = self.wiring.pool
        workers = pool.settings.max_connections if self.wiring.meters else 1
        sink = journal.Journal(made.records_path)
        records = map(Blobs(source.path).brought_back, source.records())
        async with pool:
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(workers):
                        group.create_task(self._work(records, sink))
            except BaseExceptionGroup as errors:
                raise engine.first_of(errors) from None
            finally:
                sink.close()
        if not self.wiring.handed and not self.wiring.pool.given:
            self.extremes = await sight.extremes(self.drawn.samples(), self.benchmark)

    async def _work(self, records: Iterator[Record], sink: journal.Journal) -> None:
        for record in records:
            judged = await engine.judged(record, self.benchmark.judges)
            sink.append(judged)
            self.count.add(judged)
            if self.observer is not None:
                self.observer(judged, self.count)

    def summary(self, source: RunFolder) -> Summary:
        """What the new verdicts say, over what the run was."""
        count = self.count
        before = source.summary() or Summary()
        spent = self.wiring.cost
        return msgspec.structs.replace(
            before,
            cost=before.cost if spent is None else (before.cost or 0.0) + spent,
            records=count.records,
            estimates=engine.summed_up(count.tallies),
            outcomes=dict(sorted(count.outcomes.items())),
            means=dict(sorted(count.means.items())),
            failures=dict(sorted(count.failures.items())),
            unread=count.unread.found(),
            notes=dict(sorted(count.notes.items())),
            judging=self.wiring.usage,
            extremes=self.extremes,
        )


def _derived(
    source: RunFolder,
    benchmark: Benchmark,
    spec: RunSpec,
    asked: tuple[ModelEntry, ...],
) -> Manifest:
    manifest = source.manifest()
    return msgspec.structs.replace(
        manifest,
        format=FORMAT,
        id=f"{manifest.id}-judged",
        parent=source.path.name,
        spec=spec,
        asked=asked,
        instruments={judge.name: judge.instrument for judge in benchmark.judges},
        headline=benchmark.headline,
        scope=benchmark.scope,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        notes=(*benchmark.notes, *benchmark.judging, f"the answers of run {source.path.name}, judged anew"),
    )


def _beside(source: RunFolder, run_id: str) -> Path:
    """A new folder, named like the source with the time of now."""
    undated = re.sub(r"^\d+-[\d.]+-", "", source.path.name)
    rest = undated.removesuffix(f"-{source.manifest().id}")
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return folder.make(source.path.parent, stamp, f"{rest}-{run_id}")
