import pytest

from plimsoll.stats.intervals import z_value
from plimsoll.stats.student import t_cdf, t_value

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
