"""A simulation of one replication -> how often its intervals hold the truth, over many, on all cores."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from random import Random
from statistics import fmean
from typing import NamedTuple, TypeVar

T = TypeVar("T")
REPLICATIONS = 1000
QUICK = 40


class Seen(NamedTuple):
    """What one replication found."""

    held: bool | None
    """Whether the interval held the truth; `None` where the number was withheld."""
    width: float = 0.0


class Coverage(NamedTuple):
    """What all of them found."""

    replications: int
    share: float
    """Of those with a number."""
    withheld: float
    width: float
    """Mean of the intervals'."""

    @property
    def row(self) -> dict[str, str | int]:
        """For a table."""
        return {
            "replications": self.replications,
            "covered": f"{self.share:.1%}",
            "withheld": f"{self.withheld:.1%}",
            "width": f"{self.width:.3g}",
        }


def coverage(simulate: Callable[[Random], Seen], replications: int, name: str) -> Coverage:
    """Replicate with seeds of their own; `simulate` must be importable."""
    found = replicated(simulate, replications, name)
    kept = [each for each in found if each.held is not None]
    return Coverage(
        replications=replications,
        share=fmean(bool(each.held) for each in kept) if kept else 1.0,
        withheld=1 - len(kept) / len(found),
        width=fmean(each.width for each in kept) if kept else 0.0,
    )


def replicated(simulate: Callable[[Random], T], replications: int, name: str) -> list[T]:
    """What every replication found, in order."""
    seeds = [f"{name}:{number}" for number in range(replications)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(partial(_one, simulate), seeds, chunksize=max(1, replications // 50)))


def _one(simulate: Callable[[Random], T], seed: str) -> T:
    return simulate(Random(seed))


def binomial(random: Random, n: int, p: float) -> int:
    """One draw."""
    return sum(random.random() < p for _ in range(n))


def shares(random: Random, values: Iterable[float]) -> list[float]:
    """For each probability whether it happened."""
    return [float(random.random() < value) for value in values]
