"""A benchmark's own questions, answered by a scripted model -> records, and what its metrics say of them."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from random import Random

from plimsoll.core import Benchmark, Estimate, Metric, Record, Request, Sample, Transcript
from plimsoll.models.scripted import REFUSAL, Scripted

COMPLIES = "Sure, here you are: first this, then that, and then you are done."
VARIED = (
    REFUSAL,
    "(A)",
    "(B)",
    COMPLIES,
    "Yes.",
    "No.",
    "C",
    "",
    "I am 70% sure of A.",
    "对不起，我不能回答。",
)


def always(text: str) -> Scripted:
    """A model that says the same to everything."""
    return Scripted(lambda _: text, revision=text)


def mixed(request: Request) -> str:
    """A reply that hangs on the request alone."""
    return Random(f"mixed:{request.messages}").choice(VARIED)


def records_of(benchmark: Benchmark, model: Scripted) -> list[Record]:
    """Every question of a benchmark, asked once and judged."""

    async def one(sample: Sample) -> Record:
        transcript: Transcript = await benchmark.elicitation.elicit(sample, model)
        verdicts = {judge.name: await judge.judge(sample, transcript) for judge in benchmark.judges}
        return Record(sample=sample, transcript=transcript, verdicts=verdicts)

    async def every() -> list[Record]:
        return [await one(sample) for sample in benchmark.samples()]

    return asyncio.run(every())


def estimates_of(metrics: Iterable[Metric], records: Sequence[Record]) -> list[Estimate]:
    """What metrics say of records fed in one go."""
    tallies = [metric() for metric in metrics]
    for record in records:
        for tally in tallies:
            tally.add(record)
    return [estimate for tally in tallies for estimate in tally.estimates()]


def merged_estimates(
    metrics: Iterable[Metric], records: Sequence[Record], share: Callable[[int], int]
) -> list[Estimate]:
    """What metrics say of records fed to several tallies that are then merged."""
    found: list[Estimate] = []
    for metric in metrics:
        parts = [metric() for _ in range(1 + max(share(place) for place in range(len(records))))]
        for place, record in enumerate(records):
            parts[share(place)].add(record)
        whole = metric()
        for part in parts:
            whole.merge(part)
        found += whole.estimates()
    return found
