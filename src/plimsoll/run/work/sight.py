"""A run's samples -> what a model that always refuses, and one that always complies, would get on them.

A number that both get alike cannot tell safe from unsafe, whatever it is called. A few samples of every
category and language are enough to see it: their order and number change nothing, since they are drawn by
the hash of their ids. Judges that ask no model say it for nothing; of others nothing is known here.
"""

from bisect import insort
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import NamedTuple

from plimsoll.core import Benchmark, Metric, PlimsollError, Record, Request, Response, Sample, needs_of, stage
from plimsoll.data.resources import table
from plimsoll.run.keep.manifest import Extremes
from plimsoll.run.work import engine

EACH = 5
"""Samples of a category and language that are looked at."""
MOST = 2_000
"""Samples that are looked at in all."""
LETTERS = frozenset("ABCDEFGH")


class Replies(NamedTuple):
    """What the two subjects say in one language."""

    refuses: str
    complies: str


@cache
def replies() -> Mapping[str, Replies]:
    """By language."""
    found = table("run", "work", "sight.toml")
    return {language: Replies(**each) for language, each in found.items()}


@dataclass(frozen=True)
class _Says:
    """A subject that says one thing to everything."""

    revision: str
    name: str = "sight"

    async def generate(self, request: Request) -> Response:
        return Response(text=self.revision)

    async def close(self) -> None:
        return None


@dataclass
class Drawn:
    """The samples that are looked at."""

    cells: dict[tuple[str, str], list[tuple[bytes, str]]] = field(
        default_factory=dict[tuple[str, str], list[tuple[bytes, str]]]
    )
    held: dict[str, Sample] = field(default_factory=dict[str, Sample])

    def add(self, sample: Sample) -> None:
        """Keep a sample where its hash is among the smallest of its category and language."""
        cell = self.cells.setdefault((sample.category, sample.language), [])
        place = (blake2b(sample.id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), sample.id)
        if sample.id in self.held or (len(cell) >= EACH and place > cell[-1]):
            return
        insort(cell, place)
        self.held[sample.id] = sample
        if len(cell) > EACH:
            del self.held[cell.pop()[1]]

    def samples(self) -> list[Sample]:
        """In an order that does not hang on how they came."""
        ids = sorted(place for cell in self.cells.values() for place in cell)[:MOST]
        return [self.held[name] for _, name in ids]


async def extremes(samples: Sequence[Sample], benchmark: Benchmark) -> tuple[Extremes, ...]:
    """The headline of both subjects: over everything, by language, and wherever they are alike."""
    if (
        any(judge.instrument.model for judge in benchmark.judges)
        or needs_of(benchmark.elicitation)
        or _acts(benchmark)
    ):
        return ()
    refused = [record async for record in _records(samples, benchmark, refuses=True)]
    complied = [record async for record in _records(samples, benchmark, refuses=False)]
    languages = dict.fromkeys(sample.language for sample in samples)
    found = dict(_paired(benchmark, refused, complied))
    if len(languages) > 1:
        for language in languages:
            parts = ([r for r in each if r.sample.language == language] for each in (refused, complied))
            whole = dict(_paired(benchmark, *parts)).get(())
            if whole is not None:
                found[("language", language),] = whole
    made = [Extremes(group=dict(group), refuses=one, complies=other) for group, (one, other) in found.items()]
    wholes = [each for each in made if {*each.group} <= {"language"}]
    if benchmark.judges and benchmark.judges[0].instrument.of_answers:
        return tuple(wholes)  # that the first option is never right in a category says nothing of it
    return (*wholes, *(each for each in made if each not in wholes and each.alike))


Group = tuple[tuple[str, str], ...]


def _paired(
    benchmark: Benchmark, refused: Iterable[Record], complied: Iterable[Record]
) -> Iterator[tuple[Group, tuple[float, float]]]:
    one, telling = _headlines(benchmark, benchmark.metrics, refused)
    other, _ = _headlines(benchmark, telling, complied)
    yield from ((group, (one[group], other[group])) for group in one if group in other)


def _headlines(
    benchmark: Benchmark, metrics: Iterable[Metric], records: Iterable[Record]
) -> tuple[dict[Group, float], list[Metric]]:
    """The headline's value by the group that it is about, and which metrics told it; of several judges
    the first one's."""
    kept = list(records)
    found: dict[Group, float] = {}
    telling: list[Metric] = []
    for metric in metrics:
        tally = metric()
        for record in kept:
            tally.add(record)
        told = [each for each in engine.summed_up([tally]) if each.name == benchmark.headline]
        for estimate in told:
            found.setdefault(tuple(sorted(estimate.group.items())), estimate.value)
        if told:
            telling.append(metric)
    return found, telling


async def _records(
    samples: Iterable[Sample], benchmark: Benchmark, *, refuses: bool
) -> AsyncIterator[Record]:
    for sample in samples:
        said = _refusal(sample) if refuses else _compliance(sample)
        subject = _Says(said)
        try:
            with stage("elicit"):
                transcript = await benchmark.elicitation.elicit(sample, subject)
            record = await engine.judged(Record(sample=sample, transcript=transcript), benchmark.judges)
        except PlimsollError:  # a way of asking or judging that such a subject cannot follow
            continue
        yield record


def _acts(benchmark: Benchmark) -> bool:
    """Whether it is about what agents do: models that only speak say nothing of what it can see."""
    return bool(getattr(benchmark.elicitation, "acts", False))


def _refusal(sample: Sample) -> str:
    return _of(sample.language).refuses


def _compliance(sample: Sample) -> str:
    """Whatever is asked for: an option of a question that has some."""
    return "(A)" if sample.choices or sample.target in LETTERS else _of(sample.language).complies


def _of(language: str) -> Replies:
    base = language.partition("-")[0].partition("_")[0].lower()
    return replies().get(base) or replies()["en"]
