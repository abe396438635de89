"""Values of scipy 1.17: `scipy.stats.shapiro` and `scipy.stats.wilcoxon`."""

import random

import pytest

from plimsoll.stats.normality import shapiro_wilk
from plimsoll.stats.ranked import signed_ranks, superiority

WEIGHTS = (148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236)
"""Shapiro and Wilk's own example: men's weights in pounds."""
RUNS = (
    .8499, .8527, .8512, .8555, .8499, .8541, .8470, .8569, .8527, .8484,
    .8598, .8512, .8541, .8499, .8527, .8456, .8555, .8512, .8484, .8541,
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "w", "p"),
    [
        (WEIGHTS, 0.7888146949, 0.0067038141),
        (RUNS, 0.9853123606, 0.9833826554),
        ((1, 2, 3, 4, 9.5), 0.8507536062, 0.1969123163),
        ((1, 1, 2), 0.75, 0.0),
    ],
)
def test_shapiro_and_wilk_s_w_is_that_of_the_published_algorithm(
    values: tuple[float, ...], w: float, p: float
) -> None:
    found = shapiro_wilk(values)
    assert found is not None
    assert found.w == pytest.approx(w, abs=1e-7)
    assert found.p == pytest.approx(p, abs=1e-7)


def test_normal_numbers_are_seldom_called_otherwise_and_skewed_ones_mostly() -> None:
    draw = random.Random(7)
    normal = [shapiro_wilk([draw.gauss(0, 1) for _ in range(20)]) for _ in range(400)]
    skewed = [shapiro_wilk([draw.expovariate(1) for _ in range(20)]) for _ in range(400)]
    assert 0.02 <= sum(each is not None and each.p < 0.05 for each in normal) / 400 <= 0.08
    assert sum(each is not None and each.p < 0.05 for each in skewed) / 400 > 0.7


@pytest.mark.parametrize("values", [(), (1.0, 2.0), (3.0,) * 20])
def test_numbers_that_are_too_few_or_all_the_same_are_not_tested(values: tuple[float, ...]) -> None:
    assert shapiro_wilk(values) is None


def test_wilcoxon_s_p_counts_all_ways_of_turning_the_differences_about() -> None:
    first, second = (0.91, 0.92, 0.92, 0.93, 0.95, 0.90), (0.90, 0.91, 0.93, 0.93, 0.90, 0.88)
    assert signed_ranks(first, second) == 0.25
    assert signed_ranks(second, first) == 0.25
    assert signed_ranks(first, first) == 1.0
    above = [each + 0.01 * (place + 1) for place, each in enumerate(RUNS)]
    assert signed_ranks(above, RUNS) == 2 / 2**20
    assert superiority(first, second) == pytest.approx(0.6805555556)
    assert superiority(above, above) == 0.5
