"""Plan -> records: a bounded number of workers ask, judge, journal and count. Knows no part by name."""

import asyncio
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from plimsoll.core import (
    LIMIT,
    STOPS_THE_RUN,
    Elicitation,
    Estimate,
    Failure,
    Judge,
    Model,
    Outcome,
    PlimsollError,
    Record,
    Sample,
    StageError,
    Tally,
    Transcript,
    Verdict,
    replace,
    stage,
)
from plimsoll.run.ask.layers import EPOCH, Resampled
from plimsoll.run.ask.parts import PLAIN, Chain
from plimsoll.run.keep.variants import Variants
from plimsoll.run.work.causes import Causes
from plimsoll.run.work.unread import Unreads
from plimsoll.run.work.variants import Making

PATIENCE = 100
"""Samples that may fail one after the other before the endpoint is given up."""
AT_LIMIT = "the reply ended at the token limit (--max-tokens raises it)"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the engine does with every sample."""

    elicitation: Elicitation
    judges: Sequence[Judge]
    target: Model
    """The model in its layers and defenses."""
    attacked: Model
    """The same, as attacks have it."""
    epochs: int = 1
    chains: Sequence[Chain] = (PLAIN,)
    """What every sample is put through, as alternatives."""
    done: Container[tuple[str, int]] = ()
    """Ids and epochs that an earlier part of the run already holds."""
    variants: Variants | None = None
    """Where what attacks make is kept."""
    patience: int = PATIENCE

    def label(self, chain: Chain) -> str:
        """A chain in ids: its name, or its spec where another has the name too."""
        return self._labels[chain.spec]

    @cached_property
    def _labels(self) -> dict[str, str]:
        names = [each.name for each in self.chains]
        return {each.spec: each.name if names.count(each.name) == 1 else each.spec for each in self.chains}


@dataclass
class Count:
    """What the records so far say; fed while the run goes on, so that nothing is read twice."""

    tallies: Sequence[Tally]
    watch: Callable[[Record], None] | None = None
    """Who else is told of every record: the rule that decides when enough was asked."""
    records: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    means: Counter[str] = field(default_factory=Counter[str])
    failures: Counter[str] = field(default_factory=Counter[str])
    """How many, by their causes."""
    notes: Counter[str] = field(default_factory=Counter[str])
    """What was done to calls that a reader must know, and to how many answers."""
    causes: Causes = field(default_factory=Causes)
    unread: Unreads = field(default_factory=Unreads)
    seconds: float = 0.0

    def add(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        self.outcomes[record.outcome.value] += 1
        if not record.sample.asked:
            return
        if record.transcript is not None and record.transcript.responses:
            last = record.transcript.responses[-1]
            self.means[last.means] += 1
            if last.notes:
                self.notes.update(last.notes)
            if last.finish == "length" and last.means == "generation":
                self.notes[AT_LIMIT] += 1
        for failure in record.failures:
            self.failures[self.causes.of(failure)] += 1
        for judge, verdict in record.verdicts.items():
            if verdict.outcome is Outcome.JUDGE_UNPARSED and verdict.reason:
                self.failures[f"judge {judge}: {verdict.reason}"] += 1
            if limit := verdict.detail.get(LIMIT):
                self.notes[f"judge {judge}: {limit}"] += 1
        self.unread.add(record)
        for tally in self.tallies:
            tally.add(record)
        if self.watch is not None:
            self.watch(record)


def summed_up(tallies: Iterable[Tally]) -> tuple[Estimate, ...]:
    """What all tallies say, each number once, in an order that does not hang on that of the records.

    A judge may be both the benchmark's own and one that was named: two metrics count it then."""
    found: dict[tuple[str, str, frozenset[tuple[str, str]]], Estimate] = {}
    for tally in tallies:
        estimates = list(tally.estimates())
        names = list(dict.fromkeys(estimate.name for estimate in estimates))
        for each in sorted(
            estimates, key=lambda e: (names.index(e.name), len(e.group), sorted(e.group.items()))
        ):
            found.setdefault((each.name, each.judge, frozenset(each.group.items())), each)
    return tuple(found.values())


async def run(
    samples: Iterable[tuple[int, Sample]], work: Work, workers: int, keep: Callable[[Record], None]
) -> None:
    """Work through all samples, each with its place in the benchmark, and epochs.

    What one sample breaks is recorded; the rest goes on.
    """
    jobs = _jobs(samples, work)
    failed_in_a_row = 0

    def kept(record: Record) -> None:
        nonlocal failed_in_a_row
        keep(record)
        failed_in_a_row = failed_in_a_row + 1 if record.transcript is None else 0
        if failed_in_a_row >= work.patience:
            raise _given_up(record)

    async def worker() -> None:
        for job in jobs:
            sample, chain, epoch, place = job
            if chain.attacks:
                await _attack(job, work, kept)
            elif (sample.id, epoch) not in work.done:
                kept(await _record(sample, chain, epoch, work, place))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        raise first_of(errors) from None


async def judge_again(
    records: Iterable[Record], judges: Sequence[Judge], workers: int, keep: Callable[[Record], None]
) -> None:
    """Judge stored answers, and keep them with their new verdicts."""
    waiting = iter(records)

    async def worker() -> None:
        for record in waiting:
            keep(await judged(record, judges))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        raise first_of(errors) from None


class Job(NamedTuple):
    """What a worker takes up at once: a question and an epoch, or all that a chain makes of a question."""

    sample: Sample
    chain: Chain
    epoch: int
    place: int


def _jobs(samples: Iterable[tuple[int, Sample]], work: Work) -> Iterator[Job]:
    kinds = [(chain, epoch) for chain in work.chains for epoch in range(1 if chain.attacks else work.epochs)]
    for number, sample in samples:
        for place, (chain, epoch) in enumerate(kinds, start=number * len(kinds)):
            yield Job(sample, chain, epoch, place)


async def _attack(job: Job, work: Work, keep: Callable[[Record], None]) -> None:
    """Every variant that a chain makes of a question, asked and judged."""
    sample, chain, _, place = job
    making = Making(sample, chain, work.label(chain), work.attacked, work.variants)

    try:
        ruled = making.by_rule()
        while (variant := next(ruled, None) if ruled else await making.next()) is not None:
            for epoch in range(work.epochs):
                if (variant.id, epoch) in work.done:
                    continue
                if variant.asked:
                    keep(await _record(variant, chain, epoch, work, place))
                else:
                    keep(_left(variant, job, epoch, work))
    except StageError as error:
        keep(Record(sample=making.failed(), place=place, failures=(_failure(error),)))


def _left(variant: Sample, job: Job, epoch: int, work: Work) -> Record:
    """The record of a variant that its attack does not apply to: it is not asked, and counts for nothing."""
    assert variant.attempt is not None
    verdict = Verdict(
        label="not_applicable",
        value=None,
        outcome=Outcome.NOT_APPLICABLE,
        reason=str(
            variant.attempt.parameters.get("reason") or f"{job.chain.spec} leaves this prompt as it is"
        ),
    )
    verdicts = {judge.name: verdict for judge in work.judges}
    return Record(sample=variant, epoch=epoch, place=job.place, verdicts=verdicts)


async def _record(sample: Sample, chain: Chain, epoch: int, work: Work, place: int = 0) -> Record:
    if work.epochs > 1:
        EPOCH.set(epoch)
    try:
        transcript = await _asked(sample, chain, work)
    except StageError as error:
        return Record(sample=sample, epoch=epoch, place=place, failures=(_failure(error),))
    record = Record(sample=sample, transcript=transcript, epoch=epoch, place=place)
    return await judged(record, work.judges)


async def judged(record: Record, judges: Sequence[Judge]) -> Record:
    """The record with its verdicts made anew; one without an answer stays as it is."""
    if record.transcript is None:
        return record
    verdicts: dict[str, Verdict] = {}
    failures = tuple(failure for failure in record.failures if not failure.stage.startswith("judge "))
    for judge in judges:
        try:
            with stage(f"judge {judge.name}"):
                verdicts[judge.name] = reasoned(
                    await judge.judge(record.sample, record.transcript), record.transcript
                )
        except StageError as error:
            verdicts[judge.name] = Verdict(label="error", value=None, outcome=Outcome.JUDGE_ERROR)
            failures = (*failures, _failure(error))
    return replace(record, verdicts=verdicts, failures=failures)


def reasoned(verdict: Verdict, transcript: Transcript) -> Verdict:
    """A verdict on a blocked turn, with what blocked it: a defense's note, or the endpoint."""
    if verdict.outcome is not Outcome.BLOCKED or verdict.reason:
        return verdict
    notes = transcript.responses[-1].notes if transcript.responses else ()
    return replace(verdict, reason="; ".join(notes) or "the endpoint withheld the reply")


async def _asked(sample: Sample, chain: Chain, work: Work) -> Transcript:
    target = work.target
    if sample.attempt is not None and sample.attempt.sampling:
        target = Resampled(target, sample.attempt.sampling)
    with stage("elicit"):
        transcript = await work.elicitation.elicit(sample, target)
    for attack in reversed(chain.attacks):
        with stage(f"restore {attack.name}"):
            transcript = await attack.restore(sample, transcript)
    return transcript


def _failure(error: StageError) -> Failure:
    return Failure(stage=error.stage, error=type(error.cause).__name__, message=str(error.cause)[:2000])


def _given_up(record: Record) -> PlimsollError:
    failure = record.failures[-1]
    return PlimsollError(
        f"the last {PATIENCE} samples all failed, the newest at {failure.stage} with "
        f"{failure.error}: {failure.message}"
    )


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended the run, out of those that came with it."""
    flat = list(_flat(errors))
    return next((error for error in flat if isinstance(error, STOPS_THE_RUN)), flat[0])


def _flat(error: BaseException) -> Iterator[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for inner in error.exceptions:  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        yield from _flat(inner)  # pyright: ignore[reportUnknownArgumentType]
