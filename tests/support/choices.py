"""Replies to multiple-choice samples -> judged records, and what the official rules make of them."""

import asyncio
from collections.abc import Callable, Iterable

from plimsoll.benchmarks.safetybench.compat import OfficialScore
from plimsoll.core import Benchmark, Record, Response, Sample, Transcript


def judged(benchmark: Benchmark, samples: Iterable[Sample], reply: Callable[[Sample], str]) -> list[Record]:
    """The records of samples, each answered by `reply`."""

    async def one(sample: Sample) -> Record:
        transcript = Transcript(responses=(Response(text=reply(sample)),))
        verdicts = {judge.name: await judge.judge(sample, transcript) for judge in benchmark.judges}
        return Record(sample=sample, transcript=transcript, verdicts=verdicts)

    async def every() -> list[Record]:
        return [await one(sample) for sample in samples]

    return asyncio.run(every())


def say(text: str) -> Callable[[Sample], str]:
    """The same reply to everything."""
    return lambda _: text


def compat(records: Iterable[Record]) -> dict[tuple[str, str], float]:
    """Category and language -> `accuracy_compat`."""
    tally = OfficialScore()
    for record in records:
        tally.add(record)
    return {(e.group.get("category", ""), e.group.get("language", "")): e.value for e in tally.estimates()}
