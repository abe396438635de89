"""Values of several prompts -> their mean, with an interval that reaches further towards a long tail."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from plimsoll.core import Finding
from plimsoll.stats.clusters import Sums, share
from plimsoll.stats.multiple import holm
from plimsoll.stats.student import around_mean, mean_chance, t_chance, t_value

ERROR = 0.05
"""How often any of several means may be told from zero that is zero."""


class Mean(NamedTuple):
    """A mean over prompts."""

    value: float
    low: float | None
    high: float | None
    """Nothing where fewer than two prompts, or none that differs, say how far they scatter."""
    n: int
    chance: float | None
    """How often a mean this far from zero arises where the truth is zero."""


def finding(
    name: str,
    found: Mean,
    unit: str,
    *,
    layer: int | None = None,
    head: int | None = None,
    along: str = "",
    at: float | None = None,
    note: str = "",
) -> Finding:
    """A mean as a finding, with its interval and where it lies."""
    return Finding(
        name=name,
        value=found.value,
        low=found.low,
        high=found.high,
        unit=unit,
        n=found.n,
        layer=layer,
        head=head,
        along=along,
        at=at,
        note=note,
    )


def mean(values: Sequence[float]) -> Mean:
    """The mean of values that are independent of each other. Raises `ValueError` for none."""
    n = len(values)
    if not n:
        raise ValueError("a mean of nothing")
    value = sum(values) / n
    if n == 1:
        return Mean(value, None, None, n, None)
    bounds = around_mean(values)
    if bounds is None:
        return Mean(value, None, None, n, _by_sign(value, n))
    return Mean(value, bounds.low, bounds.high, n, mean_chance(values))


def mean_share(values: Sequence[float]) -> Mean:
    """The same of shares: an interval says nothing of numbers that no share can be.

    Shares that are all the same show no scatter; how far others may lie off is bounded all the same."""
    found = mean(values)
    if found.low is None and found.n > 1 and (known := share(Counter(Sums(each, 1.0) for each in values))):
        return found._replace(low=known.low, high=known.high)
    low, high = (None if end is None else min(1.0, max(0.0, end)) for end in (found.low, found.high))
    return found._replace(low=low, high=high)


def difference(first: Sequence[float], second: Sequence[float], *, paired: bool) -> Mean:
    """Mean of the first less that of the second, pair by pair where they are pairs; Welch's otherwise."""
    if paired:
        return mean([a - b for a, b in zip(first, second, strict=True)])
    one, other = mean(first), mean(second)
    value, n = one.value - other.value, min(one.n, other.n)
    if n < 2:
        return Mean(value, None, None, n, None)
    parts = [_square_error(first, one.value), _square_error(second, other.value)]
    error = sqrt(sum(parts))
    if around_mean(first) is None and around_mean(second) is None:
        return Mean(value, None, None, n, _by_sign(value, n))
    lengths = (len(first), len(second))
    freedom = sum(parts) ** 2 / sum(part**2 / (size - 1) for part, size in zip(parts, lengths, strict=True))
    half = t_value(max(1, int(freedom))) * error
    chance = t_chance(value / error, max(1, int(freedom)))
    return Mean(value, value - half, value + half, n, chance)


def known_difference(
    first: Sequence[float | None], second: Sequence[float | None], *, paired: bool
) -> Mean | None:
    """The same of what is known: a pair needs both, and nothing is said where one side knows nothing."""
    if paired:
        both = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
        return difference([a for a, _ in both], [b for _, b in both], paired=True) if both else None
    one, other = ([each for each in values if each is not None] for values in (first, second))
    return difference(one, other, paired=False) if one and other else None


def cleared(found: Sequence[Mean]) -> list[bool]:
    """Which of several means are told from zero, their number counted."""
    # A chance may be so small that it is nothing: what has none is another case.
    chances = holm([1.0 if each.chance is None else each.chance for each in found])
    return [chance < ERROR for chance in chances]


def _by_sign(value: float, n: int) -> float:
    """How often so many of one sign arise where either is as likely."""
    return min(1.0, 2 * 0.5**n) if value else 1.0


def _square_error(values: Sequence[float], middle: float) -> float:
    n = len(values)
    return sum((each - middle) ** 2 for each in values) / (n - 1) / n
