"""Published accuracies -> populations of right and wrong answers, asked in random order until known."""

import random
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.benchmarks.safetybench.baselines import tables
from plimsoll.benchmarks.safetybench.categories import CATEGORIES
from plimsoll.stats.sequential import ConfidenceSequence, due, for_width

SIZES = {category.code: category.size for category in CATEGORIES}
LOOK_EVERY = 16


class Replay(NamedTuple):
    """One run that never happened."""

    asked: int
    error: float
    """Of the estimate at the stop."""
    covered: bool
    """At the stop."""
    always: bool
    """At every look."""


def populations() -> Iterator[dict[str, int]]:
    """Right answers by category, for every published row over the whole set."""
    for table in tables():
        for row in table.rows.values():
            if table.split == "test" and len(row) == len(CATEGORIES) + 1:
                yield {
                    c.code: round(c.size * share / 100) for c, share in zip(CATEGORIES, row[1:], strict=True)
                }


def order(sizes: Mapping[str, int]) -> list[str]:
    """Strata in the order in which a run asks them."""
    return [
        name
        for _, _, name in sorted(
            ((place + 0.5) / size, number, name)
            for number, (name, size) in enumerate(sorted(sizes.items()))
            for place in range(size)
        )
    ]


def order_of_alike(sizes: Mapping[str, int]) -> list[str]:
    """The same where every stratum is a category that weighs as much as any other."""
    return [
        name
        for _, _, name in sorted(
            (due(place, size, 1 / len(sizes)), number, name)
            for number, (name, size) in enumerate(sorted(sizes.items()))
            for place in range(size)
        )
    ]


def replay(
    draw: random.Random,
    sizes: Mapping[str, int],
    hits: Mapping[str, int],
    half_width: float,
    strata: list[str],
    *,
    category: Mapping[str, str] | None = None,
) -> Replay:
    """Ask until the interval is narrow enough; about the mean of categories where strata have them."""
    answers = {name: [1.0] * hits[name] + [0.0] * (size - hits[name]) for name, size in sizes.items()}
    for each in answers.values():
        draw.shuffle(each)
    truth = sum(hits.values()) / sum(sizes.values())
    if category:
        truth = sum(hits[name] / size for name, size in sizes.items()) / len(sizes)
    scores = ConfidenceSequence(sizes, for_width(half_width), category=category or {})
    always = True
    for asked, name in enumerate(strata, start=1):
        scores.add(name, answers[name].pop())
        if asked % LOOK_EVERY and asked < len(strata):
            continue
        bounds, middle = scores.interval(), scores.estimate
        covered = bounds.low - 1e-12 <= truth <= bounds.high + 1e-12
        always = always and covered
        if max(bounds.high - middle, middle - bounds.low) <= half_width:
            return Replay(asked, middle - truth, covered, always)
    return Replay(len(strata), scores.estimate - truth, True, always)
