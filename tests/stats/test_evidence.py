from collections import Counter
from math import exp, log
from random import Random

import pytest

from plimsoll.stats.evidence import log_evidence, mixed, night_share, suite_share
from plimsoll.stats.margins import Losses


def drawn(random: Random, lost: float, won: float, n: int = 40) -> Losses:
    values = random.choices((1.0, -1.0, 0.0), (lost, won, 1 - lost - won), k=n)
    return Losses(Counter((value, 1) for value in values))


@pytest.mark.parametrize(("lost", "won", "margin"), [(0.2, 0.2, 0.0), (0.1, 0.05, 0.05), (0.02, 0.0, 0.02)])
def test_a_fair_game_is_expected_to_win_nothing(lost: float, won: float, margin: float) -> None:
    random = Random(3)
    stakes = [exp(log_evidence(drawn(random, lost, won), margin)) for _ in range(2000)]
    assert sum(stakes) / len(stakes) < 1.3
    assert sum(stake >= 20 for stake in stakes) <= 100


def test_a_loss_beyond_the_margin_wins_more_with_every_question() -> None:
    few, many = Losses({(1.0, 1): 6, (0.0, 1): 54}), Losses({(1.0, 1): 60, (0.0, 1): 540})
    assert 0 < log_evidence(few, 0.02) < log_evidence(many, 0.02)
    assert log_evidence(many, 0.2) < 0


def test_copies_of_a_question_are_one_bet() -> None:
    assert log_evidence(Losses({(4.0, 4): 6, (0.0, 4): 54}), 0.02) == pytest.approx(
        log_evidence(Losses({(1.0, 1): 6, (0.0, 1): 54}), 0.02)
    )


def test_all_nights_and_all_benchmarks_spend_one_budget() -> None:
    assert sum(night_share(night) for night in range(1, 200_000)) == pytest.approx(1, abs=0.001)
    assert sum(suite_share(place) for place in range(1, 200_000)) == pytest.approx(1, abs=0.001)
    assert night_share(1) < 5 * night_share(30)


def test_logarithms_are_added_without_overflow() -> None:
    assert mixed([1000.0, 1000.0]) == pytest.approx(1000 + log(2))
    assert mixed([]) == float("-inf")
