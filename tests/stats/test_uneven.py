"""Means over groups of very different sizes."""

from random import Random

import pytest

from plimsoll.stats.clusters import Sums, macro, macro_of


def drawn(sizes: tuple[int, ...], random: Random) -> tuple[list[dict[str, Sums]], float]:
    """Right and wrong answers of groups whose true shares differ, and the mean of these."""
    truths = [random.betavariate(1, 6) for _ in sizes]
    groups = [
        {f"{place}-{k}": Sums(random.random() < truth, 1) for k in range(size)}
        for place, (size, truth) in enumerate(zip(sizes, truths, strict=True))
    ]
    return groups, sum(truths) / len(truths)


@pytest.mark.parametrize("sizes", [(3, 200), (3, 30), (1, 1, 1, 200), (5, 50, 200)])
def test_a_small_group_beside_a_large_one_does_not_borrow_its_certainty(sizes: tuple[int, ...]) -> None:
    held = 0
    for seed in range(200):
        groups, truth = drawn(sizes, Random(seed))
        known = macro(groups)
        assert known is not None
        held += known.low <= truth <= known.high
    assert held >= 186


def test_both_ways_of_counting_give_one_interval() -> None:
    groups, _ = drawn((3, 40), Random(7))
    none = Sums(0, 0)
    rows: dict[tuple[Sums, ...], int] = {}
    for key in {**groups[0], **groups[1]}:
        row = (groups[0].get(key, none), groups[1].get(key, none))
        rows[row] = rows.get(row, 0) + 1
    one, other = macro(groups), macro_of(rows)
    assert one is not None
    assert other is not None
    assert (other.value, other.low, other.high) == pytest.approx((one.value, one.low, one.high))
