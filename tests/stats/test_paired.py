from random import Random

import pytest

from plimsoll.stats.intervals import Interval
from plimsoll.stats.paired import mcnemar_exact, mean_difference, newcombe_paired


@pytest.mark.parametrize(
    ("ahead", "behind", "p"),
    # Two-sided exact binomial probabilities: 2 * (1 + 10 + 45) / 1024, and so on.
    [(0, 0, 1.0), (5, 5, 1.0), (8, 2, 112 / 1024), (2, 8, 112 / 1024), (10, 0, 2 / 1024), (1, 0, 1.0)],
)
def test_mcnemar_is_the_exact_binomial_test(ahead: int, behind: int, p: float) -> None:
    assert mcnemar_exact(ahead, behind) == pytest.approx(p, abs=1e-12)


def test_mcnemar_bears_large_counts() -> None:
    assert mcnemar_exact(60_000, 60_000) == 1.0
    assert 0.0 <= mcnemar_exact(70_000, 50_000) < 1e-300


def test_newcombe_gives_the_published_paired_difference() -> None:
    # Newcombe 1998, Statistics in Medicine 17:2635-2650, table II, method 10.
    assert newcombe_paired(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)


def test_swapping_the_readings_turns_the_interval_round() -> None:
    low, high = newcombe_paired(20, 9, 4, 30)
    assert newcombe_paired(20, 4, 9, 30) == pytest.approx((-high, -low))


@pytest.mark.parametrize("cells", [(5, 0, 0, 0), (0, 0, 0, 5), (0, 5, 0, 0), (0, 0, 5, 0), (1, 0, 0, 0)])
def test_empty_margins_do_no_harm(cells: tuple[int, int, int, int]) -> None:
    low, high = newcombe_paired(*cells)
    assert -1.0 <= low <= (cells[1] - cells[2]) / sum(cells) <= high <= 1.0


def test_no_items_say_nothing() -> None:
    assert newcombe_paired(0, 0, 0, 0) == mean_difference(1.0, 1.0, 1) == Interval(-1.0, 1.0)


def test_a_mean_difference_has_its_normal_interval() -> None:
    # Differences 1, 0, 0, -1, 1, 1: mean 1/3, sample variance 2/3.
    half = 1.959964 * (2 / 3 / 6) ** 0.5
    assert mean_difference(2, 4, 6) == pytest.approx((1 / 3 - half, 1 / 3 + half), abs=1e-6)


def test_the_paired_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = Random(3), 0
    for _ in range(800):
        cells = [0, 0, 0, 0]
        for _ in range(150):
            cells[random.choices(range(4), (0.5, 0.2, 0.1, 0.2))[0]] += 1
        low, high = newcombe_paired(*cells)
        covered += low <= 0.1 <= high
    assert 740 <= covered <= 785
