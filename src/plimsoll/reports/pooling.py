"""Shares of one hazard, by benchmark, category and language -> one share with its interval.

The languages of a benchmark often ask the same prompts, and then they are no further evidence. How far
they go together is read off the category over all languages: where it knows no more than one of them
does, they are one. Benchmarks are taken as independent of each other.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.core import Estimate
from plimsoll.stats.clusters import items_of, near_the_ends
from plimsoll.stats.intervals import Interval


class Part(NamedTuple):
    """A category of a benchmark in some of its languages."""

    benchmark: str
    languages: tuple[Estimate, ...]
    whole: Estimate | None = None
    """Over all languages of the benchmark, where it has several."""
    spoken: int = 1
    """How many languages that are."""


class Pooled(NamedTuple):
    """A share over several benchmarks."""

    value: float
    bounds: Interval
    n: int
    benchmarks: tuple[str, ...]


def pooled(parts: Sequence[Part]) -> Pooled:
    """The share over all items, with what is known of it by independent ones.

    Epochs of a question weigh no more than the question does."""
    every = [estimate for part in parts for estimate in part.languages]
    n, weight = sum(estimate.n for estimate in every), sum(map(_weight, every))
    value = sum(estimate.value * _weight(estimate) for estimate in every) / weight
    size = weight**2 / sum(sum(map(_weight, part.languages)) ** 2 / worth(part) for part in parts)
    low, high = near_the_ends(value, size)
    names = tuple(dict.fromkeys(part.benchmark for part in parts))
    return Pooled(value, Interval(min(value, low), max(value, high)), n, names)


def _weight(estimate: Estimate) -> float:
    return min(estimate.n, estimate.effective or estimate.n)


def worth(part: Part) -> float:
    """How many independent items its languages together are."""
    alone = [effective(estimate) for estimate in part.languages]
    if part.whole is None or len(alone) < 2:
        return sum(alone)
    # All languages together would be worth so many, if none repeated another.
    most = sum(alone) / len(alone) * part.spoken
    shared = (most / effective(part.whole) - 1) / (part.spoken - 1)
    return sum(alone) / (1 + (len(alone) - 1) * min(1.0, max(0.0, shared)))


def effective(estimate: Estimate) -> float:
    """How many independent items would have an interval of that width: repeats of a question are fewer."""
    return max(1.0, items_of(estimate.value, estimate.high - estimate.low, estimate.n, estimate.level))
