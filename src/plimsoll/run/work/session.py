"""Plan + folder -> a finished, interrupted or stopped run, always resumable."""

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from plimsoll.core import BudgetExceeded, PlimsollError, Record, Sample, Tally, Usage, UserError, replace
from plimsoll.run.ask.plan import Plan
from plimsoll.run.keep import folder, journal
from plimsoll.run.keep.digests import Digests
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import FORMAT, Manifest, Summary
from plimsoll.run.keep.variants import Variants
from plimsoll.run.work import engine, sight, stopping, watching
from plimsoll.run.work.by_attack import ByAttack
from plimsoll.run.work.taking_up import Taken, added, take_up

SYNC_EVERY = 5.0
"""Seconds between the moments when the disk is asked to keep what was written."""

Observer = Callable[[Record, engine.Count], None]
"""Told of every record as it is kept."""


@dataclass
class Session:
    """One run under way. `Session(plan).run()` leaves a run folder behind, whatever happens."""

    plan: Plan
    observer: Observer | None = None
    folder: RunFolder = field(init=False)
    rule: stopping.Rule | None = field(init=False)
    begun: bool = field(default=False, init=False)
    """Whether the folder is ours: only then can the run be gone on with."""

    def __post_init__(self) -> None:
        spec, references = self.plan.spec, self.plan.benchmark.references
        self.rule = None
        if spec.until:
            self.rule = stopping.rule_of(
                spec.until,
                self.plan.samples(),
                seed=spec.seed,
                epochs=spec.epochs,
                references=references,
                watch=partial(watching.watched, self.plan.benchmark),
            )

    async def run(self, resume: RunFolder | None = None) -> Summary:
        """Carry the run out, or go on with the one given. Raises what stopped it, after summing up.

        The models and the cache of the run's pool are closed in the end, unless the pool is entered
        around it for several runs.
        """
        manifest = self.plan.manifest
        async with self.plan.wiring.pool as pool:
            self.folder = resume or folder.unfinished(pool.settings.log_dir, manifest.id) or self._new()
            with self.folder.locked():
                known = _same(self.folder, manifest)
                self.begun = True
                return await self._locked_run(known)

    async def _locked_run(self, manifest: Manifest) -> Summary:
        started = time.monotonic()
        drawn = sight.Drawn()
        count = engine.Count(self._tallies(), watch=self._watch(drawn))
        taken = take_up(self.folder, count)
        # A killed run left no summary: what it used is what its answers say.
        earlier = self.folder.summary() or self._earlier(taken.usage)
        self.plan.wiring.pool.budget.cost += earlier.cost or 0.0
        # A kill must never leave a summary that says less than the journal holds.
        (self.folder.path / "summary.json").unlink(missing_ok=True)
        status, reason, extremes = "finished", "", ()
        try:
            await self._work(manifest, taken, count)
            if self.plan.by_rules:
                extremes = await sight.extremes(drawn.samples(), self.plan.benchmark)
            if any(outcome in count.outcomes for outcome in ("error", "judge_error")):
                status, reason = "incomplete", "some samples failed; the same command asks them again"
        except asyncio.CancelledError:
            status, reason = "interrupted", "cut off before its end"
            raise
        except BaseException as error:
            status, reason = "stopped", str(error)
            if not isinstance(error, BudgetExceeded):
                count.failures[f"run: {type(error).__name__}"] += 1
            raise
        finally:
            summary = self._summary(count, status, reason, earlier, time.monotonic() - started)
            summary = replace(summary, extremes=extremes)
            self._write(summary)
        return summary

    def _watch(self, drawn: sight.Drawn) -> Callable[[Record], None]:
        """Who is told of every record: what sees how far the headline can tell, and the rule."""
        rule = self.rule

        def watch(record: Record) -> None:
            drawn.add(record.sample)
            if rule is not None:
                rule.add(record)

        return watch

    def _tallies(self) -> list[Tally]:
        metrics = self.plan.benchmark.metrics
        tallies: list[Tally] = [metric() for metric in metrics]
        return [*tallies, ByAttack(metrics)] if len(self.plan.chains) > 1 else tallies

    async def _work(self, manifest: Manifest, taken: Taken, count: engine.Count) -> None:
        plan, observer = self.plan, self.observer
        with closing(journal.Journal(self.folder.records_path)) as sink, self._variants() as variants:

            def keep(record: Record) -> None:
                sink.append(record)
                count.add(record)
                if observer is not None:
                    observer(record, count)

            work = engine.Work(
                elicitation=plan.benchmark.elicitation,
                judges=plan.benchmark.judges,
                target=plan.target,
                attacked=plan.attacked,
                epochs=plan.spec.epochs,
                chains=plan.chains,
                done=taken.done,
                variants=variants,
            )
            workers = max(1, min(plan.wiring.pool.settings.max_connections, manifest.total))
            syncing = asyncio.create_task(_sync(sink, variants))
            try:
                await engine.judge_again(taken.unjudged(), plan.benchmark.judges, workers, keep)
                await engine.run(self._in_turn(), work, workers, keep)
            finally:
                syncing.cancel()

    def _in_turn(self) -> Iterator[tuple[int, Sample]]:
        """The samples as they are asked, each with its place in the benchmark."""
        if self.rule is None:
            yield from self.plan.placed()
            return
        places = {sample.id: place for place, sample in self.plan.placed()}
        yield from ((places[sample.id], sample) for sample in self.rule.samples())

    @contextmanager
    def _variants(self) -> Generator[Variants | None]:
        """Where the variants are kept, where the run has attacks."""
        if not any(chain.attacks for chain in self.plan.chains):
            yield None
            return
        with closing(Variants(self.folder.path)) as variants:
            yield variants

    def _earlier(self, usage: Usage) -> Summary:
        price = self.plan.wiring.meter.price
        return Summary(usage=usage, cost=price(usage) if price and usage != Usage() else None)

    def _new(self) -> RunFolder:
        manifest, log_dir = self.plan.manifest, self.plan.wiring.pool.settings.log_dir
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        benchmark = folder.slug(manifest.spec.benchmark.partition(":")[0])
        rest = f"{benchmark}-{folder.slug(manifest.model.name)}-{manifest.id}"
        try:
            return folder.begin(log_dir, stamp, rest, manifest)
        except OSError as error:
            raise UserError(f"--log-dir {log_dir}: {error.strerror}") from error

    def _summary(
        self, count: engine.Count, status: str, reason: str, before: Summary, seconds: float
    ) -> Summary:
        rule, wiring = self.rule, self.plan.wiring
        saved = rule.saved if rule else 0
        plain = not any(chain.attacks for chain in self.plan.chains)
        missing = self.plan.manifest.total - count.records - saved if plain else 0
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
            usage=added(before.usage, wiring.meter.usage),
            judging=added(before.judging, wiring.usage),
            cost=None if wiring.cost is None else (before.cost or 0.0) + wiring.cost,
            cached=before.cached + wiring.meter.cached,
            seconds=before.seconds + seconds,
            saved=saved,
        )

    def _asked(self, partly: bool) -> Iterator[Sample]:
        """The samples that the run holds: what its baselines are computed over."""
        if not partly:
            yield from self.plan.samples()
            return
        held = Digests()
        for entry in self.folder.entries():
            held.add(entry.id, 0)
        yield from (sample for sample in self.plan.samples() if (sample.id, 0) in held)

    def _write(self, summary: Summary) -> None:
        try:
            self.folder.write_summary(summary)
        except OSError as error:
            raise PlimsollError(
                f"cannot write {self.folder.path / 'summary.json'}: {error.strerror}; "
                "the records are intact: free some space and resume the run"
            ) from error


def _same(run: RunFolder, manifest: Manifest) -> Manifest:
    """The folder's manifest, provided that it is of the same run."""
    known = run.manifest()
    if known.format < FORMAT and known.spec.attacks:
        raise UserError(
            f"{run.path} cannot be resumed: an older Plimsoll did not write down which attack made which "
            "of its samples; start a new run (answers that are in the cache are not asked for again)"
        )
    # The ids of an older format were hashes over other things: such a run is known by what it says.
    same = known.id == manifest.id if known.format == FORMAT else _said(known) == _said(manifest)
    if not same:
        raise UserError(
            f"{run.path} cannot be resumed: its model, data or card are not what they were "
            f"(run {known.id}, now {manifest.id}); start a new run"
        )
    return known


def _said(manifest: Manifest) -> tuple[object, ...]:
    """What decides a run's records, as far as every format has it."""
    spec = replace(manifest.spec, model=manifest.model.name)
    return spec, manifest.model.revision, manifest.card.version, manifest.files


async def _sync(sink: journal.Journal, variants: Variants | None) -> None:
    while True:
        await asyncio.sleep(SYNC_EVERY)
        await asyncio.to_thread(sink.sync)
        if variants is not None:
            await asyncio.to_thread(variants.sync)
