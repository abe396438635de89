import random

import pytest

from plimsoll.stats.correction import Counts
from plimsoll.stats.spread import Hit, independent, predicted


def test_labels_of_prompts_of_their_own_count_as_they_are() -> None:
    assert independent(Hit(str(n), n % 4 > 0) for n in range(40)) == Counts(30, 40)
    assert independent([]) == Counts(0, 0)


def test_copies_of_a_label_are_worth_one() -> None:
    copied = independent(Hit(str(n // 5), n // 5 % 4 > 0) for n in range(400))
    assert copied.share == pytest.approx(0.75)
    assert copied.n == pytest.approx(80, rel=0.02)


def test_where_errors_are_too_few_to_see_how_they_cluster_each_prompt_counts_once() -> None:
    assert independent(Hit(str(n // 5), True) for n in range(100)) == Counts(20, 20)


def test_a_model_never_labelled_is_known_the_less_the_more_the_labelled_ones_differ() -> None:
    alike = predicted([Counts(90, 100)] * 5)
    unlike = predicted([Counts(99, 100), Counts(70, 100), Counts(95, 100), Counts(85, 100), Counts(97, 100)])
    assert alike is not None
    assert unlike is not None
    assert alike.share == pytest.approx(0.9, abs=0.01)
    assert unlike.n < 10 < alike.n < 500


def test_one_model_tells_nothing_of_another() -> None:
    assert predicted([Counts(90, 100)]) is None
    assert predicted([Counts(90, 100), Counts(0, 0)]) is None


def test_two_models_tell_little() -> None:
    found = predicted([Counts(90, 100), Counts(92, 100)])
    assert found is not None
    assert found.n < 5


def test_many_models_that_are_alike_are_nearly_as_good_as_one() -> None:
    draw = random.Random(4)
    models = [Counts(sum(draw.random() < 0.9 for _ in range(100)), 100) for _ in range(40)]
    found = predicted(models)
    assert found is not None
    assert found.n > 300
