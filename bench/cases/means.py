"""Means of measured values, as analyses of weights report them -> how often their intervals hold the truth.

Divergences, ratios and norms have a long tail to one side, which Student's interval does not know of. Its own
coverage and the width of ours over its stand beside.
"""

from collections.abc import Callable, Iterator
from functools import partial
from math import exp
from random import Random
from typing import NamedTuple

from bench.cases.further_intervals import TARGET, held
from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, Seen, coverage
from plimsoll.stats.student import around_mean, t_value

SIZES = (2, 3, 5, 8, 16, 30, 60, 200, 1000)


class Shape(NamedTuple):
    """What values are drawn from."""

    name: str
    drawn: Callable[[Random], float]
    mean: float
    enough: int
    """Values from which on the target holds."""


def _normal(random: Random) -> float:
    return random.gauss(0.0, 1.0)


def _tailed(random: Random) -> float:
    return random.expovariate(1.0)


def _log_normal(spread: float, random: Random) -> float:
    return random.lognormvariate(0.0, spread)


SHAPES = (
    Shape("normal", _normal, 0.0, 2),
    Shape("exponential", _tailed, 1.0, 8),
    Shape("log-normal, spread .5", partial(_log_normal, 0.5), exp(0.125), 5),
    Shape("log-normal, spread 1", partial(_log_normal, 1.0), exp(0.5), 16),
)


def ours(shape: Shape, n: int, random: Random) -> Seen:
    """The house's interval."""
    found = around_mean([shape.drawn(random) for _ in range(n)])
    return Seen(None) if found is None else held(found.low, found.high, shape.mean)


def students(shape: Shape, n: int, random: Random) -> Seen:
    """Student's own, of the same values."""
    values = [shape.drawn(random) for _ in range(n)]
    middle = sum(values) / n
    half = t_value(n - 1) * (sum((each - middle) ** 2 for each in values) / (n - 1) / n) ** 0.5
    return held(middle - half, middle + half, shape.mean)


def settings() -> Iterator[tuple[Shape, int]]:
    """Everything that is drawn."""
    for shape in SHAPES:
        for n in SIZES:
            yield shape, n


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else 4 * REPLICATIONS
    result = Result(case="means", title=f"Means of measured values, {count:,} replications each")
    least: dict[Shape, float] = {}
    for shape, n in settings():
        name = f"{shape.name}:{n}"
        found = coverage(partial(ours, shape, n), count, name)
        alone = coverage(partial(students, shape, n), count, name)
        result.rows.append(
            {"values": shape.name, "n": n}
            | found.row
            | {
                "Student's alone": f"{alone.share:.1%}",
                "width / Student's": f"{found.width / alone.width:.2f}",
            }
        )
        if n >= shape.enough:
            least[shape] = min(least.get(shape, 100.0), 100 * found.share)
    for shape, share in least.items():
        result.at_least(f"{shape.name}, {shape.enough} and more, least", share, TARGET, " %")
    result.print()


if __name__ == "__main__":
    main()
