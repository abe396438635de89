import random

import pytest

from plimsoll.stats.correction import (
    Counts,
    Drawn,
    bayesian,
    best_weight,
    labels_needed,
    ppi,
    ppi_difference,
    ppi_guarded,
    ppi_plus,
    ppi_stratified,
    ppi_weight,
    residual_variance,
    rogan_gladen,
)
from plimsoll.stats.intervals import z_value


def drawn(seed: int, n: int, others: int, *, rate: float = 0.3, errors: float = 0.1) -> Drawn:
    draw = random.Random(seed)
    truth = [float(draw.random() < rate) for _ in range(n + others)]
    judge = [1 - y if draw.random() < errors else y for y in truth]
    return Drawn(truth[:n], judge[:n], judge[n:])


def test_a_perfect_judge_is_left_as_it_is() -> None:
    found = rogan_gladen(Counts(20, 100), Counts(50, 50), Counts(50, 50))
    assert found is not None
    assert found.value == pytest.approx(0.2)
    assert found.variance == pytest.approx(0.2 * 0.8 / 100)


def test_the_delta_method_is_the_formula() -> None:
    found = rogan_gladen(Counts(30, 100), Counts(40, 50), Counts(180, 200))
    assert found is not None
    theta = (0.3 + 0.9 - 1) / 0.7
    inner = 0.3 * 0.7 / 100 + theta**2 * 0.8 * 0.2 / 50 + (1 - theta) ** 2 * 0.9 * 0.1 / 200
    assert found.value == pytest.approx(theta)
    assert found.variance == pytest.approx(inner / 0.49)


def test_a_judge_little_better_than_a_coin_corrects_nothing() -> None:
    assert rogan_gladen(Counts(30, 100), Counts(50, 100), Counts(55, 100)) is None
    assert rogan_gladen(Counts(30, 100), Counts(51, 100), Counts(55, 100)) is not None
    assert rogan_gladen(Counts(30, 100), Counts(0, 0), Counts(55, 100)) is None


def test_a_corrected_rate_stays_a_rate() -> None:
    found = rogan_gladen(Counts(0, 100), Counts(8, 10), Counts(8, 10))
    assert found is not None
    assert found.value == found.low == 0.0
    assert 0 < found.high <= 1


def test_a_judge_without_information_is_given_no_weight() -> None:
    assert ppi_weight(Drawn([0, 1, 0, 1], [1, 1, 1, 1], [1] * 10)) == 0.0
    assert ppi_weight(Drawn([0, 1, 0, 1], [1, 0, 1, 0], [1, 0] * 10)) == 0.0
    assert ppi_weight(Drawn([0, 1], [0, 1], [])) == 0.0


def test_without_unlabelled_items_the_labels_stand_alone() -> None:
    found = ppi_plus(Drawn([0, 1, 1, 1], [0, 0, 0, 0], []))
    assert found is not None
    assert found.value == 0.75


def test_nothing_labelled_is_nothing_known() -> None:
    assert ppi(Drawn([], [], [1, 0])) is None
    assert ppi_guarded(Drawn([], [], [1, 0])) is None


def test_the_better_weight_never_widens_the_interval_much() -> None:
    for seed in range(20):
        one = drawn(seed, 200, 2000)
        plus, plain, classical = ppi_plus(one), ppi(one), ppi(one, weight=0.0)
        assert plus is not None
        assert plain is not None
        assert classical is not None
        assert plus.variance <= min(plain.variance, classical.variance) * 1.001


def test_the_guarded_interval_is_never_the_shorter_one() -> None:
    for seed in range(20):
        one = drawn(seed, 60, 2000, rate=0.05, errors=0.02)
        plus, guarded = ppi_plus(one, bounded=True), ppi_guarded(one)
        assert plus is not None
        assert guarded is not None
        assert guarded.value == pytest.approx(plus.value)
        assert guarded.variance > plus.variance
        assert 0 <= guarded.low <= guarded.value <= guarded.high <= 1


def test_repeats_of_one_question_count_once() -> None:
    one = drawn(5, 150, 1500)
    three = Drawn(
        [y for y in one.people for _ in range(3)],
        [f for f in one.judge for _ in range(3)],
        [f for f in one.others for _ in range(3)],
    )
    keys = [f"labelled {n}" for n in range(150)] + [f"other {n}" for n in range(1500)]
    thrice = three._replace(clusters=[key for key in keys for _ in range(3)])
    plain, blind, clustered = ppi_guarded(one), ppi_guarded(three), ppi_guarded(thrice)
    assert plain is not None
    assert blind is not None
    assert clustered is not None
    assert clustered.value == pytest.approx(plain.value, abs=0.01)
    assert blind.variance < 0.5 * plain.variance
    assert clustered.variance > 0.8 * plain.variance
    assert ppi_guarded(one._replace(clusters=keys)) == pytest.approx(plain)


def test_strata_of_one_kind_add_up_to_the_whole() -> None:
    one, other = drawn(1, 100, 900, rate=0.1), drawn(2, 100, 900, rate=0.7)
    found = ppi_stratified([one, other])
    parts = [ppi_plus(one), ppi_plus(other)]
    assert found is not None
    assert parts[0] is not None
    assert parts[1] is not None
    assert found.value == pytest.approx((parts[0].value + parts[1].value) / 2)
    assert found.variance == pytest.approx((parts[0].variance + parts[1].variance) / 4)
    assert ppi_stratified([one, Drawn([], [], [1.0])]) is None
    assert ppi_stratified([]) is None


def test_the_difference_of_a_model_to_itself_is_nothing() -> None:
    one = drawn(3, 100, 900)
    found = ppi_difference(one, one)
    assert found is not None
    assert found[:3] == (0.0, 0.0, 0.0)


def test_a_paired_difference_is_sharper_than_two_intervals() -> None:
    one = drawn(4, 300, 3000, rate=0.3)
    better = Drawn(
        [max(0.0, y - (n % 10 == 0)) for n, y in enumerate(one.people)],
        [max(0.0, y - (n % 10 == 0)) for n, y in enumerate(one.judge)],
        [max(0.0, y - (n % 10 == 0)) for n, y in enumerate(one.others)],
    )
    found, first, second = ppi_difference(one, better), ppi_plus(one), ppi_plus(better)
    assert found is not None
    assert first is not None
    assert second is not None
    assert found.value == pytest.approx(first.value - second.value, abs=0.02)
    assert found.variance < (first.variance + second.variance) / 2


def test_the_bayesian_rate_agrees_with_the_formula_where_there_is_much_data() -> None:
    counts = Counts(3000, 10_000), Counts(1800, 2000), Counts(1900, 2000)
    plain, posterior = rogan_gladen(*counts), bayesian(*counts)
    assert plain is not None
    assert posterior is not None
    assert posterior.value == pytest.approx(plain.value, abs=0.003)
    assert posterior.low == pytest.approx(plain.low, abs=0.006)
    assert posterior.high == pytest.approx(plain.high, abs=0.006)


def test_the_bayesian_rate_is_humble_with_few_labels_and_the_same_each_time() -> None:
    few = bayesian(Counts(3, 10), Counts(4, 5), Counts(5, 5))
    assert few is not None
    assert few.high - few.low > 0.4
    assert few == bayesian(Counts(3, 10), Counts(4, 5), Counts(5, 5))


def test_labels_for_a_wish_are_those_of_the_formula() -> None:
    z = z_value()
    assert labels_needed(0.05, residual=0.09) == -(-(z**2 * 0.09) // 0.05**2)
    with_items = labels_needed(0.05, residual=0.09, judged=0.2, items=1000)
    without = labels_needed(0.05, residual=0.09)
    assert with_items is not None
    assert without is not None
    assert with_items > without
    assert labels_needed(0.01, residual=0.09, judged=0.25, items=100) is None


def test_the_residual_shrinks_as_the_judge_gets_better() -> None:
    good = {(1.0, 1.0): 30, (0.0, 0.0): 65, (1.0, 0.0): 3, (0.0, 1.0): 2}
    bad = {(1.0, 1.0): 17, (0.0, 0.0): 37, (1.0, 0.0): 16, (0.0, 1.0): 30}
    assert residual_variance(good, best_weight(good)) < residual_variance(bad, best_weight(bad)) <= 0.25
    assert best_weight({(1.0, 0.0): 3, (0.0, 0.0): 2}) == 0.0


def test_a_rare_event_is_not_lost_between_the_points_of_a_grid() -> None:
    found = bayesian(Counts(50, 11_435), Counts(300, 300), Counts(3000, 3000))
    assert found is not None
    assert found.value == pytest.approx(0.0041, abs=0.0001)
    assert found.low == pytest.approx(0.0028, abs=0.0001)
    assert found.high == pytest.approx(0.0055, abs=0.0001)


def test_where_labels_cannot_tell_a_rate_from_nothing_its_interval_reaches_nothing() -> None:
    found = bayesian(Counts(405, 1000), Counts(13, 20), Counts(12, 20))
    assert found is not None
    assert found.low == 0.0
    assert found.high > 0.5


def test_where_labels_cannot_tell_a_rate_from_all_its_interval_reaches_all() -> None:
    found = bayesian(Counts(460, 500), Counts(19, 20), Counts(19, 20))
    assert found is not None
    assert found.low < 0.95
    assert found.high == 1.0


def test_what_the_judges_errors_cannot_explain_is_not_corrected() -> None:
    assert bayesian(Counts(0, 1000), Counts(13, 20), Counts(12, 20)) is None
    assert bayesian(Counts(1000, 1000), Counts(120, 200), Counts(120, 200)) is None


def test_an_interval_without_a_yes_among_its_labels_is_not_too_short() -> None:
    found = ppi_guarded(Drawn([0.0] * 20, [0.0] * 19 + [1.0], [0.0] * 800 + [1.0] * 200))
    assert found is not None
    assert found.high > 0.13
