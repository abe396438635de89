import itertools
import random

import pytest

from plimsoll.comparison.power import detectable, needed
from plimsoll.comparison.significance import sign_flip


@pytest.mark.parametrize("sums", [[1, 1, -1, 2], [2, 2, 2], [3, -1, -2, 1, 1], [1, 4, -2, -2, 5]])
def test_the_exact_test_counts_all_ways_to_flip(sums: list[int]) -> None:
    total = abs(sum(sums))
    ways = [
        abs(sum(s * x for s, x in zip(signs, sums, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(sums))
    ]
    expected = sum(way >= total for way in ways) / len(ways)
    counted = {float(value): sums.count(value) for value in sums}
    assert sign_flip(counted, single=False).p == pytest.approx(expected)


def test_four_graded_items_that_moved_the_same_way_are_flipped_exactly() -> None:
    assert sign_flip({0.5: 4}, single=True) == (2 / 16, "sign_flip_exact")
    assert sign_flip({0.25: 1, 0.3: 1, 0.5: 1, 0.7: 1}, single=True).p == 2 / 16


def test_few_graded_items_without_a_difference_are_called_different_in_one_of_twenty_at_most() -> None:
    for n in (3, 4, 5, 6, 8, 12, 16):
        draw, found = random.Random(n), 0
        for _ in range(1000):
            moves = [draw.choice((-1, 1)) * draw.choice((0.25, 0.5, 1 / 3, 0.7)) for _ in range(n)]
            found += sign_flip({x: moves.count(x) for x in moves}, single=True).p <= 0.05
        assert found / 1000 <= 0.065, n


def test_nothing_moved_means_no_finding() -> None:
    assert sign_flip({0.0: 50}, single=True).p == 1.0


def test_shares_are_tested_by_the_normal_approximation() -> None:
    test = sign_flip({0.3: 40, -0.3: 10}, single=False)
    assert test.name == "sign_flip_normal"
    assert test.p < 0.001


def test_the_normal_approximation_meets_the_exact_test_for_many_clusters() -> None:
    exact = sign_flip({1.0: 120, -1.0: 90, 2.0: 20, -2.0: 15}, single=False)
    normal = sign_flip({1.0: 120, -1.0: 90, 2.0: 20, -2.0: 15, 0.5: 1, -0.5: 1}, single=False)
    assert (exact.name, normal.name) == ("sign_flip_exact", "sign_flip_normal")
    assert exact.p == pytest.approx(normal.p, rel=0.15)


def test_the_detectable_difference_and_the_needed_number_undo_each_other() -> None:
    found = detectable(2000, 0.2)
    assert found is not None
    assert needed(found, 0.2) == pytest.approx(2000, abs=3)


def test_clusters_cost_questions() -> None:
    alone, clustered = needed(0.02, 0.2), needed(0.02, 0.2, design=2.0)
    assert alone
    assert clustered == pytest.approx(2 * alone, abs=2)


def test_the_needed_number_finds_the_difference_four_times_out_of_five() -> None:
    discordance, difference = 0.2, 0.06
    n = needed(difference, discordance)
    assert n
    draw, found = random.Random(5), 0
    for _ in range(400):
        up = sum(draw.random() < (discordance + difference) / 2 for _ in range(n))
        down = sum(draw.random() < (discordance - difference) / 2 for _ in range(n))
        found += sign_flip({1.0: up, -1.0: down}, single=True).p < 0.05
    assert 0.7 <= found / 400 <= 0.87


def test_nothing_can_be_said_where_nothing_differs() -> None:
    assert detectable(100, 0.0) is None
    assert needed(0.01, 0.0) is None
