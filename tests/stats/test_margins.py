from collections import Counter
from math import comb, fsum
from random import Random

import pytest

from plimsoll.stats.margins import Losses, exceeding, within


def losses(lost: int, gained: int, n: int) -> Losses:
    return Losses({(1.0, 1): lost, (-1.0, 1): gained, (0.0, 1): n - lost - gained})


def trinomial_tail(least: int, n: int, lost: float, gained: float) -> float:
    """The chance that at least so many more are lost than gained, term by term."""
    kept = 1 - lost - gained
    return fsum(
        comb(n, a) * comb(n - a, b) * lost**a * gained**b * kept ** (n - a - b)
        for a in range(n + 1)
        for b in range(n + 1 - a)
        if a - b >= least
    )


def test_without_a_margin_losing_and_winning_are_as_likely() -> None:
    assert exceeding(losses(5, 0, 12), 0.0) == pytest.approx(trinomial_tail(5, 12, 5 / 24, 5 / 24))
    assert exceeding(losses(4, 2, 20), 0.0) == pytest.approx(trinomial_tail(2, 20, 3 / 20, 3 / 20))


def test_with_a_margin_more_are_lost_than_won_by_just_that_much() -> None:
    # The likeliest share of gains where 10 % more are lost, found by search.
    lost, gained, n, margin = 6, 2, 30, 0.1

    def likelihood(won: float) -> float:
        return (won + margin) ** lost * won**gained * (1 - 2 * won - margin) ** (n - lost - gained)

    won = max((step / 100_000 for step in range(1, 45_000)), key=likelihood)
    assert exceeding(losses(lost, gained, n), margin) == pytest.approx(
        trinomial_tail(lost - gained, n, won + margin, won), abs=1e-4
    )
    assert within(losses(lost, gained, n), margin) == pytest.approx(
        1 - trinomial_tail(lost - gained + 1, n, won + margin, won), abs=1e-4
    )


def test_a_run_that_changed_nothing_lost_nothing() -> None:
    assert exceeding(losses(0, 0, 50), 0.0) == 1.0
    assert within(losses(0, 0, 50), 0.02) == pytest.approx(0.98**50)
    assert within(losses(0, 0, 500), 0.02) < 0.001


def test_a_larger_margin_makes_a_loss_less_and_less_surprising() -> None:
    found = [exceeding(losses(30, 5, 400), margin) for margin in (0.0, 0.02, 0.04, 0.06, 0.1)]
    assert found == sorted(found)
    assert found[0] < 0.001
    assert found[-1] > 0.9


def graded(values: list[float], size: int = 1) -> Losses:
    return Losses(Counter((value, size) for value in values))


def test_four_graded_questions_that_all_lost_half_a_point_may_be_chance() -> None:
    assert exceeding(graded([0.5] * 4), 0.0) > 0.05
    assert exceeding(graded([0.5] * 12), 0.0) < 0.01
    assert exceeding(graded([-0.5] * 12), 0.0) > 0.99


def test_nothing_lost_in_a_few_clusters_shows_little() -> None:
    assert within(graded([0.0] * 30, size=3), 0.02) > 0.2
    assert within(graded([0.0] * 2000, size=3), 0.02) < 0.001


def test_repeats_of_a_question_are_no_evidence_of_their_own() -> None:
    once, thrice = losses(8, 2, 60), Losses({(3.0, 3): 8, (-3.0, 3): 2, (0.0, 3): 50})
    assert exceeding(thrice, 0.0) == pytest.approx(exceeding(once, 0.0), abs=0.01)


def test_a_loss_of_just_the_margin_is_rarely_called_more() -> None:
    draw, called = Random(1), 0
    for _ in range(400):
        values = draw.choices((1, -1, 0), (0.12, 0.07, 0.81), k=80)
        called += exceeding(Losses(Counter((float(value), 1) for value in values)), 0.05) < 0.05
    assert called <= 30
