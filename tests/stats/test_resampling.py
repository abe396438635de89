from math import comb
from random import Random

import pytest

from plimsoll.stats.clusters import Sums
from plimsoll.stats.paired import mean_difference
from plimsoll.stats.resampling import binomials, multinomials, redrawn_mean


@pytest.mark.parametrize("p", [0.05, 0.5, 0.93])
def test_draws_follow_the_binomial(p: float) -> None:
    n, draws = 12, 40_000
    found = binomials(Random(3), [n] * draws, p)
    for k in range(n + 1):
        expected = draws * comb(n, k) * p**k * (1 - p) ** (n - k)
        assert abs(found.count(k) - expected) <= 5 * expected**0.5 + 1


def test_every_redraw_holds_as_many_clusters_as_there_are() -> None:
    columns = multinomials(Random(4), [3, 5, 92], 500)
    assert {sum(row) for row in zip(*columns, strict=True)} == {100}


def test_redraws_agree_with_the_closed_form() -> None:
    profiles = {(-1.0, 1): 120, (1.0, 1): 180, (0.0, 1): 700}
    known = mean_difference({Sums(*profile): count for profile, count in profiles.items()})
    assert known is not None
    assert redrawn_mean(profiles, draws=10_000, seed=1) == pytest.approx((known.low, known.high), abs=0.002)


def test_clusters_of_several_items_weigh_by_their_size() -> None:
    profiles = {(2.0, 2): 50, (0.0, 1): 100}
    low, high = redrawn_mean(profiles, draws=4000)
    assert low < 0.5 < high


def test_questions_that_never_changed_may_still_change() -> None:
    low, high = redrawn_mean({(0.0, 1): 40}, draws=2000)
    assert -0.1 < low < 0 < high < 0.1
