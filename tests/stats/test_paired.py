from collections import Counter
from random import Random

import pytest

from plimsoll.stats.clusters import Sums
from plimsoll.stats.intervals import Interval
from plimsoll.stats.paired import Both, mcnemar_exact, mean_difference, newcombe_paired, paired
from plimsoll.stats.student import t_value


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
    assert newcombe_paired(0, 0, 0, 0) == Interval(-1.0, 1.0)
    assert mean_difference({}) is None
    assert paired({}) is None


def test_a_mean_difference_counts_one_more_that_won_all_and_one_that_lost_all() -> None:
    # Differences 1, 0, 0, -1, 1, 1, and 1 and -1: mean 1/4, sum of squares about it 5.5.
    found = mean_difference({Sums(1, 1): 3, Sums(0, 1): 2, Sums(-1, 1): 1})
    assert found is not None
    half = t_value(7) * 5.5**0.5 / 8
    assert (found.value, found.low, found.high) == pytest.approx((1 / 3, 1 / 4 - half, 1 / 4 + half))


def test_pairs_that_never_differ_still_may() -> None:
    found = mean_difference({Sums(0.0, 1): 20})
    assert found is not None
    assert found.low < -0.1
    assert found.high == -found.low
    wide = mean_difference({Sums(0.0, 1): 20}, span=2.0)
    assert wide is not None
    assert wide.high == pytest.approx(2 * found.high)


def test_epochs_of_the_same_answers_leave_the_paired_interval_as_it_is() -> None:
    once = Counter({Both(1, 1): 20, Both(1, 0): 9, Both(0, 1): 4, Both(0, 0): 30})
    often = Counter({Both(9 * b.first, 9 * b.second, 9): count for b, count in once.items()})
    found = paired(once)
    assert found is not None
    assert found.method == "newcombe_paired"
    assert found == paired(often)
    assert (found.known.low, found.known.high) == newcombe_paired(20, 9, 4, 30)


@pytest.mark.parametrize(("n", "least"), [(5, 182), (20, 182), (50, 182), (200, 182)])
def test_a_rare_gain_is_covered_about_as_often_as_the_interval_says(n: int, least: int) -> None:
    random, covered = Random(n), 0
    for _ in range(200):
        gained = Counter(Sums(float(random.random() < 0.03), 1) for _ in range(n))
        found = mean_difference(gained)
        assert found is not None
        covered += found.low <= 0.03 <= found.high
    assert covered >= least


def test_the_paired_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = Random(3), 0
    for _ in range(800):
        cells = [0, 0, 0, 0]
        for _ in range(150):
            cells[random.choices(range(4), (0.5, 0.2, 0.1, 0.2))[0]] += 1
        low, high = newcombe_paired(*cells)
        covered += low <= 0.1 <= high
    assert 740 <= covered <= 785
