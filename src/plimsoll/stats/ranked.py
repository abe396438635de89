"""Two rows of numbers -> whether one lies higher, by ranks alone, however they are distributed."""

from collections.abc import Sequence


def signed_ranks(first: Sequence[float], second: Sequence[float]) -> float:
    """Wilcoxon's two-sided p of paired numbers, exact with ties; pairs without a difference say nothing.

    All ways of turning the differences about are counted, by the sum of the ranks that are above."""
    differences = [one - other for one, other in zip(first, second, strict=True) if one != other]
    # Twice the rank is whole where ranks are shared.
    ranks = _doubled_ranks([round(abs(each), 12) for each in differences])
    above = sum(rank for rank, each in zip(ranks, differences, strict=True) if each > 0)
    ways = [1]
    for rank in ranks:
        ways = [
            (ways[at] if at < len(ways) else 0) + (ways[at - rank] if at - rank >= 0 else 0)
            for at in range(len(ways) + rank)
        ]
    least = min(above, sum(ranks) - above)
    return min(1.0, 2 * sum(ways[: least + 1]) / sum(ways))


def superiority(first: Sequence[float], second: Sequence[float]) -> float:
    """How often a number of the first lies above one of the second, ties by half (Vargha and Delaney's A)."""
    wins = sum((one > other) + 0.5 * (one == other) for one in first for other in second)
    return wins / (len(first) * len(second))


def _doubled_ranks(sizes: Sequence[float]) -> list[int]:
    ordered = sorted(sizes)
    first = {size: place for place, size in reversed(list(enumerate(ordered, start=1)))}
    last = {size: place for place, size in enumerate(ordered, start=1)}
    return [first[size] + last[size] for size in sizes]
