"""A guard and conversations -> a run folder with its verdict on each, gone on with where it was cut off."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from plimsoll.core import (
    Estimate,
    Failure,
    Guard,
    Labelled,
    Outcome,
    PlimsollError,
    Record,
    StageError,
    Usage,
    Verdict,
    replace,
    stage,
)
from plimsoll.metrics.tables import Table, estimate_of
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.keep import journal
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import FORMAT, Summary
from plimsoll.run.work.engine import Count
from plimsoll.screening.sets import conversation
from plimsoll.stats.clusters import share

PATIENCE = 25
"""Conversations that may fail one after the other before the guard is given up."""
TURN = 64
"""Verdicts of a guard that never waits after which others get their turn."""
SAFE = {True: "unsafe", False: "safe"}

Observer = Callable[[Record, Count], None]


@dataclass
class Asking:
    """One guard at work on a set."""

    guard: Guard
    wiring: Wiring
    items: Sequence[Labelled]
    run: RunFolder
    observer: Observer | None = None
    count: Count = field(default_factory=lambda: Count([]))
    failed_in_a_row: int = 0
    held: Table = field(default_factory=Table)
    """What it decided, by question."""

    async def done(self) -> Summary:
        """Ask of every conversation that the run holds no verdict on. Raises what stopped it."""
        before = self.run.summary() or Summary()
        settled = self._settled()
        (self.run.path / "summary.json").unlink(missing_ok=True)
        begun, status, reason = time.monotonic(), "finished", ""
        try:
            await self._all(iter([item for item in self.items if item.sample.id not in settled]))
            if self.count.outcomes[Outcome.JUDGE_ERROR.value]:
                status, reason = "incomplete", "the guard failed on some; the same command asks them again"
        except asyncio.CancelledError:
            status, reason = "interrupted", "cut off before its end"
            raise
        except BaseException as error:
            status, reason = "stopped", str(error)
            raise
        finally:
            summary = self._summary(before, status, reason, time.monotonic() - begun)
            self.run.write_summary(summary)
        return summary

    def _settled(self) -> set[str]:
        """What an earlier part of the run decided; what failed is asked again."""
        settled: set[str] = set()
        for record in self.run.records():
            if record.outcome is Outcome.JUDGE_ERROR:
                continue
            settled.add(record.sample.id)
            self._counted(record)
        return settled

    async def _all(self, todo: Iterator[Labelled]) -> None:
        asks = bool(self.guard.instrument.model)
        workers = self.wiring.pool.settings.max_connections if asks else 1
        with closing(journal.Journal(self.run.records_path)) as sink:
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(workers, len(self.items))):
                        group.create_task(self._work(todo, sink))
            except BaseExceptionGroup as errors:
                raise _leaf(errors) from None

    async def _work(self, todo: Iterator[Labelled], sink: journal.Journal) -> None:
        for number, item in enumerate(todo, start=1):
            record = await self._record(item)
            sink.append(record)
            self._counted(record)
            if self.observer is not None:
                self.observer(record, self.count)
            self._refuse_to_go_on(record)
            if number % TURN == 0:
                await asyncio.sleep(0)

    def _counted(self, record: Record) -> None:
        self.count.add(record)
        value = record.verdicts[self.guard.name].value
        if value is not None:
            self.held.add(record.sample.cluster, float(value >= 0.5))

    async def _record(self, item: Labelled) -> Record:
        truth = item.truth("binary")
        target = None if truth is None else SAFE[truth > 0.5]
        metadata = {**item.metadata, "seconds": 0.0}
        begun, failures = time.perf_counter(), ()
        try:
            with stage(f"guard {self.guard.name}"):
                verdict = await self.guard.classify(conversation(item))
        except StageError as error:
            verdict = Verdict(label="error", value=None, outcome=Outcome.JUDGE_ERROR)
            cause = error.cause
            failures = (Failure(stage=error.stage, error=type(cause).__name__, message=str(cause)[:2000]),)
        waited = time.perf_counter() - begun
        metadata["seconds"] = round(float(verdict.detail.get("seconds") or waited), 6)
        return Record(
            sample=replace(item.sample, target=target, metadata=metadata),
            transcript=item.transcript,
            verdicts={self.guard.name: verdict},
            failures=failures,
        )

    def _refuse_to_go_on(self, record: Record) -> None:
        self.failed_in_a_row = self.failed_in_a_row + 1 if record.failures else 0
        if self.failed_in_a_row >= PATIENCE:
            failure = record.failures[-1]
            raise PlimsollError(
                f"{self.guard.name} failed {PATIENCE} times in a row, last with {failure.error}: "
                f"{failure.message}; nothing of it counts as safe: mend the endpoint (plimsoll doctor), and "
                f"the same command goes on with {self.run.path}"
            )

    def _estimates(self) -> tuple[Estimate, ...]:
        """How much was flagged: of how rightly, `plimsoll guard` tells."""
        known, decided = share(self.held.counted()), self.held.column(0)
        if known is None:
            return ()
        kind = self.guard.instrument
        return (
            estimate_of(
                kind.estimate,
                known,
                decided,
                unscored=self.count.records - decided,
                judge=self.guard.name,
                higher_is_safer=kind.higher_is_safer,
            ),
        )

    def _summary(self, before: Summary, status: str, reason: str, seconds: float) -> Summary:
        meters = self.wiring.meters.values()
        used = self.wiring.usage
        return Summary(
            format=FORMAT,
            status=status,
            reason=reason,
            records=self.count.records,
            estimates=self._estimates(),
            outcomes=dict(sorted(self.count.outcomes.items())),
            failures=dict(sorted(self.count.failures.items())),
            judging=Usage(
                input_tokens=before.judging.input_tokens + used.input_tokens,
                output_tokens=before.judging.output_tokens + used.output_tokens,
            ),
            cost=before.cost if self.wiring.cost is None else (before.cost or 0.0) + self.wiring.cost,
            cached=before.cached + sum(meter.cached for meter in meters),
            seconds=before.seconds + seconds,
        )


def _leaf(error: BaseException) -> BaseException:
    """The first error out of those that came together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return error  # pyright: ignore[reportUnknownVariableType]
