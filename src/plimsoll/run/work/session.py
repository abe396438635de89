"""Plan + folder -> a finished, interrupted or stopped run, always resumable."""

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from plimsoll import registry
from plimsoll.core import (
    BudgetExceeded,
    Model,
    Outcome,
    PlimsollError,
    Record,
    Sample,
    Usage,
    UserError,
    replace,
)
from plimsoll.run.ask import layers
from plimsoll.run.ask.plan import Plan
from plimsoll.run.ask.wiring import Settings, Wiring, refuse_unpriced
from plimsoll.run.keep import folder, journal
from plimsoll.run.keep.cache import Cache
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import FORMAT, Manifest, Summary
from plimsoll.run.work import engine, stopping

SYNC_EVERY = 5.0
"""Seconds between the moments when the disk is asked to keep what was written."""

Observer = Callable[[Record, engine.Count], None]
"""Told of every record as it is kept."""


@dataclass
class Session:
    """One run under way. `Session(...).run()` leaves a run folder behind, whatever happens."""

    plan: Plan
    settings: Settings
    observer: Observer | None = None
    folder: RunFolder = field(init=False)
    budget: layers.Budget = field(init=False)
    meter: layers.Meter = field(init=False)
    """Of the subject's calls."""
    wiring: Wiring = field(init=False)
    """Of the calls to the models that judges and attacks question."""
    rule: stopping.Rule | None = field(init=False)
    begun: bool = field(default=False, init=False)
    """Whether the folder is ours: only then can the run be gone on with."""

    def __post_init__(self) -> None:
        self.budget = layers.Budget(max_cost=self.settings.max_cost)
        self.meter = layers.Meter(price=self.settings.price, budget=self.budget)
        self.wiring = Wiring(self.settings, self.budget)
        self.rule = self.plan.rule()
        asked = self.plan.attendants.asked(self.plan.model)
        prices = {each.name: self.settings.price_of(each.name) for each in asked}
        refuse_unpriced(self.settings.max_cost, {self.plan.model.name: self.settings.price, **prices})

    async def run(self, resume: RunFolder | None = None) -> Summary:
        """Carry the run out, or go on with the one given. Raises what stopped it, after summing up."""
        manifest = self.plan.manifest
        with self._store() as store:
            self.folder = resume or folder.unfinished(self.settings.log_dir, manifest.id) or self._new()
            with self.folder.locked():
                known = _same(self.folder, manifest)
                self.begun = True
                return await self._locked_run(known, store)

    async def _locked_run(self, manifest: Manifest, store: Cache | None) -> Summary:
        started = time.monotonic()
        tallies = [metric() for metric in self.plan.benchmark.metrics]
        count = engine.Count(tallies, watch=self.rule.add if self.rule else None)
        taken = _take_up(self.folder, count)
        # A killed run left no summary: what it used is what its answers say.
        earlier = self.folder.summary() or self._earlier(taken.usage)
        self.budget.cost = (earlier.cost or 0.0) + self.settings.spent
        # A kill must never leave a summary that says less than the journal holds.
        (self.folder.path / "summary.json").unlink(missing_ok=True)
        status, reason = "finished", ""
        try:
            with self._opened(store) as (target, sink):
                await self._work(manifest, target, taken, count, sink)
            if any(outcome in count.outcomes for outcome in ("error", "judge_error")):
                status, reason = "incomplete", "some samples failed; the same command asks them again"
        except asyncio.CancelledError:
            status, reason = "interrupted", "interrupted by the user"
            raise
        except BaseException as error:
            status, reason = "stopped", str(error)
            if not isinstance(error, BudgetExceeded):
                count.failures[f"run: {type(error).__name__}"] += 1
            raise
        finally:
            summary = self._summary(count, status, reason, earlier, time.monotonic() - started)
            self._write(summary)
        return summary

    async def _work(
        self,
        manifest: Manifest,
        target: Callable[[int], Model],
        taken: "_Taken",
        count: engine.Count,
        sink: journal.Journal,
    ) -> None:
        observer = self.observer

        def keep(record: Record) -> None:
            sink.append(record)
            count.add(record)
            if observer is not None:
                observer(record, count)

        benchmark = self.plan.benchmark
        work = engine.Work(
            elicitation=benchmark.elicitation,
            judges=benchmark.judges,
            attacks=self.plan.attacks,
            target=target,
            done=taken.done,
        )
        workers = max(1, min(self.settings.max_connections, manifest.total))
        syncing = asyncio.create_task(_sync(sink))
        try:
            await engine.judge_again(taken.unjudged, benchmark.judges, workers, keep)
            samples = self.rule.samples() if self.rule else self.plan.samples()
            await engine.run(samples, manifest.spec.epochs, work, workers, keep)
        finally:
            syncing.cancel()
            await self.plan.model.close()
            await self.plan.attendants.close()

    @contextmanager
    def _store(self) -> Generator[Cache | None]:
        """The response cache, where one is wanted."""
        if self.settings.cache is None:
            yield None
            return
        with Cache(self.settings.cache) as store:
            yield store

    @contextmanager
    def _opened(self, store: Cache | None) -> Generator[tuple[Callable[[int], Model], journal.Journal]]:
        """The model in its layers, and the journal, closed in the end."""
        sink = journal.Journal(self.folder.records_path)
        try:
            self.plan.attendants.put_on(lambda each: self.wiring.layered(each, store))
            yield self._target(store), sink
        finally:
            sink.close()

    def _target(self, store: Cache | None) -> Callable[[int], Model]:
        """The subject in its layers and defenses, for an epoch."""
        spec = self.plan.manifest.spec
        model = self.wiring.wired(self.plan.model, spec.options, self.meter, store)
        if spec.system_prompt:
            model = layers.Instructed(model, spec.system_prompt)
        if spec.sampling:
            model = layers.Resampled(model, spec.sampling)

        @cache
        def target(epoch: int) -> Model:
            drawn = layers.Drawn(model, epoch) if epoch else model
            for each in self.plan.defenses:
                drawn = registry.build("defenses", each, inner=drawn)
            return drawn

        return target

    def _earlier(self, usage: Usage) -> Summary:
        price = self.settings.price
        return Summary(usage=usage, cost=price(usage) if price else None)

    def _new(self) -> RunFolder:
        manifest = self.plan.manifest
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        benchmark = manifest.spec.benchmark.partition(":")[0]
        rest = f"{benchmark}-{folder.slug(manifest.model.name)}-{manifest.id}"
        try:
            made = RunFolder(folder.make(self.settings.log_dir, stamp, rest))
        except OSError as error:
            raise UserError(f"--log-dir {self.settings.log_dir}: {error.strerror}") from error
        made.write_manifest(manifest)
        return made

    def _summary(
        self, count: engine.Count, status: str, reason: str, before: Summary, seconds: float
    ) -> Summary:
        rule = self.rule
        saved = rule.saved if rule else 0
        missing = self.plan.manifest.total - count.records - saved if not self.plan.attacks else 0
        estimates = engine.summed_up(count.tallies)
        return Summary(
            format=FORMAT,
            status=status,
            reason=reason or (rule.reason if rule else ""),
            records=count.records,
            estimates=rule.merged(estimates) if rule else estimates,
            outcomes=dict(sorted(count.outcomes.items())) | ({"missing": missing} if missing > 0 else {}),
            means=dict(sorted(count.means.items())),
            failures=dict(sorted(count.failures.items())),
            unread=count.unread.found(),
            notes=dict(sorted(count.notes.items())),
            references=tuple(self.plan.benchmark.references(self._asked(missing > 0))),
            usage=_sum(before.usage, self.meter.usage),
            judging=_sum(before.judging, self.wiring.usage),
            cost=self.budget.cost - self.settings.spent
            if self.settings.price or self.wiring.priced
            else None,
            cached=before.cached + self.meter.cached,
            seconds=before.seconds + seconds,
            saved=saved,
        )

    def _asked(self, partly: bool) -> Iterator[Sample]:
        """The samples that the run holds: what its baselines are computed over."""
        if not partly:
            yield from self.plan.samples()
            return
        held = {entry.id for entry in self.folder.entries()}
        yield from (sample for sample in self.plan.samples() if sample.id in held)

    def _write(self, summary: Summary) -> None:
        try:
            self.folder.write_summary(summary)
        except OSError as error:
            raise PlimsollError(
                f"cannot write {self.folder.path / 'summary.json'}: {error.strerror}; "
                "the records are intact: free some space and resume the run"
            ) from error


class _Taken(NamedTuple):
    """What an earlier part of a run holds."""

    done: frozenset[tuple[str, int]]
    usage: Usage
    unjudged: tuple[Record, ...]
    """Answers that a judge failed on: these are judged again, and the model is not asked again."""


def _take_up(run: RunFolder, count: engine.Count) -> _Taken:
    """Count what an earlier part of the run holds; what failed is set aside and done again."""
    done: set[tuple[str, int]] = set()
    failed: list[Record] = []
    used = Usage()
    for record in run.records():
        if record.transcript is not None:
            done.add((record.sample.id, record.epoch))
            for response in record.transcript.responses:
                used = _sum(used, response.usage)
        if _is_whole(record):
            count.add(record)
        else:
            failed.append(record)
    if failed:
        aside = journal.Journal(run.path / "failed.jsonl")
        for record in failed:
            aside.append(record)
        aside.close()
        journal.rewrite(run.records_path, filter(_is_whole, run.records()))
    unjudged = tuple(record for record in failed if record.transcript is not None)
    return _Taken(frozenset(done), replace(used, seconds=0.0), unjudged)


def _is_whole(record: Record) -> bool:
    """Whether it holds an answer, and no judge failed on it."""
    failed = any(verdict.outcome is Outcome.JUDGE_ERROR for verdict in record.verdicts.values())
    return record.transcript is not None and not failed


def _same(run: RunFolder, manifest: Manifest) -> Manifest:
    """The folder's manifest, provided that it is of the same run."""
    known = run.manifest()
    # The ids of an older format were hashes over other things: such a run is known by what it says.
    same = known.id == manifest.id if known.format == FORMAT else _said(known) == _said(manifest)
    if not same:
        raise UserError(
            f"{run.path} cannot be resumed: its model, data or card are not what they were "
            f"(run {known.id}, now {manifest.id}); start a new run"
        )
    if known.format < FORMAT and known.spec.attacks:
        raise UserError(
            f"{run.path} cannot be resumed: an older Plimsoll did not write down which attack made which "
            "of its samples; start a new run (answers that are in the cache are not asked for again)"
        )
    return known


def _said(manifest: Manifest) -> tuple[object, ...]:
    """What decides a run's records, as far as every format has it."""
    spec = replace(manifest.spec, model=manifest.model.name)
    return spec, manifest.model.revision, manifest.card.version, manifest.files


async def _sync(sink: journal.Journal) -> None:
    while True:
        await asyncio.sleep(SYNC_EVERY)
        await asyncio.to_thread(sink.sync)


def _sum(a: Usage, b: Usage) -> Usage:
    return Usage(
        input_tokens=a.input_tokens + b.input_tokens,
        cached_tokens=a.cached_tokens + b.cached_tokens,
        output_tokens=a.output_tokens + b.output_tokens,
        seconds=a.seconds + b.seconds,
    )
