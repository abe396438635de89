from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.stats.intervals import (
    Interval,
    binomial_cdf,
    clopper_pearson,
    newcombe_difference,
    normal_mean,
    wilson,
    z_value,
)


def test_known_quantiles() -> None:
    assert z_value() == pytest.approx(1.959964, abs=1e-6)
    assert z_value(0.9) == pytest.approx(1.644854, abs=1e-6)
    assert z_value(0.99) == pytest.approx(2.575829, abs=1e-6)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # The same table, method 5.
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_and_pearson_give_the_published_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((10, 10, 0, 10), 0.6075, 1.0)],
)
def test_newcombe_gives_the_published_differences(
    counts: tuple[int, int, int, int], low: float, high: float
) -> None:
    assert newcombe_difference(*counts) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (17, 0.3), (40, 0.9), (60, 0.02)])
def test_binomial_probabilities_add_up_to_the_plain_sums(n: int, p: float) -> None:
    for k in range(n + 1):
        plain = sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k + 1))
        assert binomial_cdf(k, n, p) == pytest.approx(plain, abs=1e-12)


def test_binomial_probabilities_bear_large_numbers_and_edges() -> None:
    assert binomial_cdf(110_000, 220_000, 0.5) == pytest.approx(0.50085, abs=1e-4)
    assert binomial_cdf(-1, 5, 0.5) == 0.0
    assert binomial_cdf(5, 5, 0.5) == 1.0
    assert binomial_cdf(2, 5, 0.0) == 1.0
    assert binomial_cdf(2, 5, 1.0) == 0.0


@given(st.integers(0, 500), st.integers(1, 500), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_intervals_hold_the_share_and_stay_within_bounds(hits: int, n: int, level: float) -> None:
    share = min(hits, n) / n
    for low, high in (wilson(min(hits, n), n, level), clopper_pearson(min(hits, n), n, level)):
        assert 0.0 <= low <= share + 1e-12
        assert share - 1e-12 <= high <= 1.0


def test_no_items_say_nothing() -> None:
    assert wilson(0, 0) == clopper_pearson(0, 0) == Interval(0.0, 1.0)


def test_a_normal_interval_is_centred() -> None:
    assert normal_mean(0.5, 0.01) == pytest.approx((0.304, 0.696), abs=1e-3)
    assert normal_mean(0.5, -1e-18) == Interval(0.5, 0.5)


@pytest.mark.parametrize("p", [0.05, 0.36, 0.8])
def test_wilson_covers_the_truth_about_as_often_as_it_says(p: float) -> None:
    random = Random(1)
    covered = 0
    for _ in range(1000):
        low, high = wilson(sum(random.random() < p for _ in range(120)), 120)
        covered += low <= p <= high
    assert 930 <= covered <= 975
