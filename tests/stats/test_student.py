from math import exp, sqrt
from random import Random
from statistics import fmean, stdev

import pytest

from plimsoll.stats.intervals import z_value
from plimsoll.stats.student import around_mean, mean_chance, t_cdf, t_value

TABLE = {
    1: 12.706204736174694,
    2: 4.302652729749462,
    3: 3.1824463052837078,
    10: 2.2281388519862742,
    11: 2.2009851600916387,
    399: 1.9659272959208822,
}
"""From scipy.stats.t.ppf(0.975, degrees)."""


@pytest.mark.parametrize("degrees", TABLE)
def test_quantiles_are_those_of_the_tables(degrees: int) -> None:
    assert t_value(degrees) == pytest.approx(TABLE[degrees], rel=1e-9)
    assert t_cdf(-t_value(degrees), degrees) == pytest.approx(0.025)


def test_with_many_degrees_of_freedom_the_quantile_is_the_normal_one() -> None:
    assert t_value(100_000) == z_value()
    assert t_value(400) == pytest.approx(z_value(), rel=0.004)


def test_an_interval_reaches_further_to_the_side_of_a_long_tail() -> None:
    values = [0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.9, 4.0]
    found, half = around_mean(values), t_value(7) * stdev(values) / sqrt(8)
    assert found is not None
    assert found.low == pytest.approx(fmean(values) - half)
    assert found.high > fmean(values) + 1.2 * half
    turned = around_mean([-each for each in values])
    assert turned is not None
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_values_without_a_tail_have_students_interval_of_their_number() -> None:
    values = [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]
    found, half = around_mean(values), t_value(5) * stdev(values) / sqrt(6)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((-half, half))


def test_an_interval_leaves_zero_out_where_its_chance_is_small() -> None:
    draw = Random(0)
    seen = set[bool]()
    for _ in range(400):
        values = [draw.lognormvariate(0, 1) - draw.uniform(0.5, 3) for _ in range(draw.randint(2, 12))]
        found, chance = around_mean(values), mean_chance(values)
        assert found is not None
        assert chance is not None
        assert (chance < 0.05) == (not found.low <= 0 <= found.high)
        seen.add(chance < 0.05)
    assert seen == {True, False}


def test_means_of_log_normal_values_are_held_as_often_as_is_said() -> None:
    draw, held = Random(1), 0
    for _ in range(1000):
        found = around_mean([draw.lognormvariate(0, 1) for _ in range(16)])
        assert found is not None
        held += found.low <= exp(0.5) <= found.high
    assert held >= 930


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0], [1e-200, 2e-200]])
def test_what_shows_no_scatter_has_no_interval(values: list[float]) -> None:
    assert around_mean(values) is None
    assert mean_chance(values) is None
