"""Several models in the order given -> how what they bring goes on from the first: one curve for each number.

Checkpoints of a training, given in their order, make its course: harm, refusals of harmless requests, useful
answers, each as the paired difference to the first model with its interval.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plimsoll.core.hidden import visible
from plimsoll.pages.curves import Point
from plimsoll.pages.markup import Key, Said, key
from plimsoll.reports import comparison_rows
from plimsoll.reports.defended import Contract, Leg
from plimsoll.reports.grid_rows import label

FEWEST = 3
"""Models, the first among them: two are a difference and no course."""


class Course(NamedTuple):
    """One number over the models."""

    title: Key
    points: Sequence[Point]
    """In percentage points from the first model, which is nothing."""


def courses(found: Contract) -> Iterator[Course]:
    """One for every kind and benchmark by which all models were measured."""
    if found.over != "model" or len(found.rows) < FEWEST:
        return
    first, *later = found.rows
    legs = [{(leg.kind, leg.benchmark): leg for leg in row.legs} for row in later]
    for kind, benchmark in legs[0]:
        held = [each.get((kind, benchmark)) for each in legs]
        known = [leg for leg in held if leg is not None]
        if len(known) == len(held):
            named = label(found.named[benchmark], "benchmark")
            points = [Point(1.0, "1", 0.0, None, None, visible(label(first.name, "model")))]
            points += [
                _point(number, row.name, leg)
                for number, (row, leg) in enumerate(zip(later, known, strict=True), start=2)
            ]
            yield Course(key("rival.course", key(f"defend.kind.{kind}"), named), points)


def _point(number: int, name: str, leg: Leg) -> Point:
    change, low, high = leg.change
    model = visible(label(name, "model"))
    said: Said = key(
        "cmp.pair", model, f"{comparison_rows.points(change)} ({comparison_rows.bounds(low, high)})"
    )
    return Point(float(number), str(number), 100 * change, 100 * low, 100 * high, said)
