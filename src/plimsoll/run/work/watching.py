"""A benchmark -> what its headline makes of one record, so that a run may stop when the headline is known.

The headline is found by trying the benchmark's own metrics on made-up verdicts: it must come out as the
share of one judge's verdicts, or of what they are not, over the samples that it is about, or as the mean of
its categories' shares. A headline that is put together in another way (a score out of several rates) has no
interval that may be looked at all the time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from statistics import fmean
from typing import NamedTuple

from plimsoll.core import (
    BROKEN,
    Benchmark,
    Estimate,
    Metric,
    Outcome,
    Record,
    Response,
    Sample,
    Transcript,
    UserError,
    Verdict,
)

CLOSE = 1e-9
PROBED = 3
WIDE = 60
"""Categories that are tried at the most."""
FEW = ((1.0,) + (0.0,) * (PROBED - 1), (0.0,) * PROBED, (1.0,) * PROBED)

Said = tuple[Sequence[Sample], Sequence[float]]
"""Samples with made-up values."""
Weigh = Callable[[Sequence[Sample], Sequence[float]], float]
"""Samples and their values -> the number that they come to."""


class Watched(NamedTuple):
    """What is watched: a share of verdicts."""

    name: str = ""
    """Of the estimate that says it; empty for the first over everything."""
    judge: str = ""
    """Whose verdicts; empty for the first."""
    turned: bool = False
    """Whether it is the share of verdicts that the event did not happen."""
    scope: Mapping[str, str | bool] = {}
    """Metadata of the samples that it is about."""
    alike: bool = False
    """Whether every category weighs alike, however many samples it has."""

    def about(self, sample: Sample) -> bool:
        """Whether it is about this sample."""
        return all(sample.metadata.get(key) == value for key, value in self.scope.items())

    def value(self, record: Record) -> float | None:
        """What a record contributes; nothing where it has no score."""
        first = next(iter(record.verdicts.values()), None)
        verdict = record.verdicts.get(self.judge) if self.judge else first
        if verdict is None or verdict.value is None or verdict.outcome in BROKEN:
            return None
        if not self.turned:
            return verdict.value
        return 0.0 if verdict.outcome is Outcome.EMPTY else 1.0 - verdict.value

    def said_in(self, estimate: Estimate) -> bool:
        """Whether an estimate is this very number."""
        named = self.name in ("", estimate.name) and estimate.judge in ("", self.judge)
        return named and not estimate.group


def watched(benchmark: Benchmark, samples: Iterable[Sample]) -> Watched:
    """What a run of these samples watches. Raises `UserError` where the headline is no share."""
    whole = Watched(scope=benchmark.scope)
    about = list(filter(whole.about, samples))
    probed = list(_spread(about))
    few = [(probed, said[: len(probed)]) for said in FEW]
    judges = [judge.name for judge in benchmark.judges]
    for weigh, said in ((_share, few), (_mean_of_categories, [*few, _wide(about)])):
        for judge, turned in product(judges, (False, True)):
            found = _named(benchmark, said, judges, judge, weigh, turned=turned)
            if found is not None:
                return Watched(found, judge, turned, benchmark.scope, weigh is _mean_of_categories)
    raise UserError(
        "--until watches a headline that is a share of one judge's verdicts, or the mean of such shares over "
        f"categories; {benchmark.headline} is put together in another way: leave --until out, and limit the "
        "run with --sample"
    )


def _share(samples: Sequence[Sample], values: Sequence[float]) -> float:
    """What every sample has the same part in."""
    return fmean(values) if values else 0.0


def _mean_of_categories(samples: Sequence[Sample], values: Sequence[float]) -> float:
    """What every category has the same part in."""
    held: dict[str, list[float]] = {}
    for sample, value in zip(samples, values, strict=True):
        held.setdefault(sample.category, []).append(value)
    return fmean(map(fmean, held.values())) if held else 0.0


def _spread(samples: Iterable[Sample]) -> Iterator[Sample]:
    """A few samples, of two categories where there are two: one of the first, the others of the second."""
    held: dict[str, list[Sample]] = {}
    for sample in samples:
        held.setdefault(sample.category, []).append(sample)
        sizes = sorted(map(len, held.values()), reverse=True)
        if len(sizes) > 1 and sizes[0] >= PROBED - 1:
            break
    most = sorted(held.values(), key=len)
    few, many = most[0] if most else [], most[-1] if most else []
    yield from few[:1]
    yield from (many[: PROBED - 1] if many is not few else many[1:PROBED])


def _wide(samples: Sequence[Sample]) -> Said:
    """One or two samples of each of many categories: means of means of categories look otherwise there."""
    held: dict[str, list[Sample]] = {}
    for sample in samples:
        held.setdefault(sample.category, []).append(sample)
    every = -(-len(held) // WIDE) or 1
    chosen = list(held.values())[::every]
    found = [sample for number, members in enumerate(chosen) for sample in members[: 1 + number % 2]]
    return found, [float(number % 3 == 0) for number in range(len(found))]


def _named(
    benchmark: Benchmark,
    tried: Sequence[Said],
    judges: Sequence[str],
    judge: str,
    weigh: Weigh,
    *,
    turned: bool,
) -> str | None:
    """The headline's name, where it always comes out as that number; else nothing."""
    names: set[str] = set()
    for samples, values in tried:
        records = [
            _record(sample, judges, judge, value) for sample, value in zip(samples, values, strict=True)
        ]
        found = _headline(benchmark, records)
        number = weigh(samples, values)
        if found is None or abs(found.value - (1 - number if turned else number)) > CLOSE:
            return None
        names.add(found.name)
    return names.pop() if len(names) == 1 else None


def _record(sample: Sample, judges: Sequence[str], judge: str, value: float) -> Record:
    """A reply of which that judge says so, and every other one the opposite."""
    verdicts = {
        name: Verdict(label="probe", value=value if name == judge else 1.0 - value) for name in judges
    }
    return Record(
        sample=sample, transcript=Transcript(responses=(Response(text="probe"),)), verdicts=verdicts
    )


def _headline(benchmark: Benchmark, records: Sequence[Record]) -> Estimate | None:
    """The number that stands for the benchmark: by its name, else the first of all."""
    found = [each for metric in benchmark.metrics for each in _estimates(metric, records) if not each.group]
    named = (each for each in found if each.name == benchmark.headline)
    return next(named, None) or next(iter(found), None)


def _estimates(metric: Metric, records: Sequence[Record]) -> Sequence[Estimate]:
    """What a metric says; nothing of one that reads more than made-up verdicts hold."""
    tally = metric()
    try:
        for record in records:
            tally.add(record)
        return list(tally.estimates())
    except (LookupError, TypeError, ValueError, AttributeError):
        return ()
