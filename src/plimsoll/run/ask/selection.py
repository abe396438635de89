"""A benchmark and a run's spec -> the samples that the run asks, in order."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sized

from plimsoll.core import Benchmark, Sample, UserError
from plimsoll.run import shard
from plimsoll.run.spec import RunSpec


def selected(benchmark: Benchmark, spec: RunSpec) -> Iterator[Sample]:
    """The samples that `--limit`, `--sample`, `--sample-id` and `--shard` leave, in the benchmark's order."""
    return (sample for _, sample in placed(benchmark, spec))


def placed(benchmark: Benchmark, spec: RunSpec) -> Iterator[tuple[int, Sample]]:
    """The same, each with its place among those of the whole run."""
    part = shard.parse(spec.shard)
    return (
        (place, sample) for place, sample in enumerate(_of_all_parts(benchmark, spec)) if part.holds(place)
    )


def _of_all_parts(benchmark: Benchmark, spec: RunSpec) -> Iterator[Sample]:
    samples: Iterable[Sample] = benchmark.samples()
    if spec.sample_ids:
        samples = _of_ids(samples, spec.sample_ids)
    if spec.draw is not None:
        chosen = _stratified(samples, spec.draw, spec.seed)
        samples = (sample for place, sample in enumerate(samples) if place in chosen)
    for place, sample in enumerate(samples):
        if spec.limit is not None and place >= spec.limit:
            return
        yield sample


def count(benchmark: Benchmark, spec: RunSpec) -> int:
    """How many samples the run asks, without building them where the benchmark knows its size."""
    samples = benchmark.samples()
    if isinstance(samples, Sized) and not spec.sample_ids:
        sizes = [len(samples), spec.limit, spec.draw]
        return shard.parse(spec.shard).size(min(size for size in sizes if size is not None))
    return sum(1 for _ in selected(benchmark, spec))


def _of_ids(samples: Iterable[Sample], ids: tuple[str, ...]) -> list[Sample]:
    wanted = set(ids)
    found = [sample for sample in samples if sample.id in wanted]
    if missing := wanted - {sample.id for sample in found}:
        raise UserError(f"--sample-id {', '.join(sorted(missing))}: the benchmark has no such sample")
    return found


def _stratified(samples: Iterable[Sample], size: int, seed: int) -> set[int]:
    """Places of a random draw that keeps every category's and language's share."""
    strata: dict[tuple[str, str], list[int]] = defaultdict(list)
    total = 0
    for place, sample in enumerate(samples):
        strata[sample.language, sample.category].append(place)
        total += 1
    size = min(size, total)
    generator = random.Random(f"{seed}:sample")
    chosen: set[int] = set()
    rest: list[tuple[float, int]] = []
    for places in strata.values():
        generator.shuffle(places)
        exact = size * len(places) / total
        chosen.update(places[: int(exact)])
        rest.extend((exact - int(exact), place) for place in places[int(exact) : int(exact) + 1])
    rest.sort(key=lambda pair: (-pair[0], pair[1]))
    chosen.update(place for _, place in rest[: size - len(chosen)])
    return chosen
