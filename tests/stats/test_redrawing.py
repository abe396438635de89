import random

import pytest

from plimsoll.stats.agreement import kappa_of
from plimsoll.stats.redrawing import kinds, redraw


def pairs(seed: int, clusters: int, size: int) -> list[tuple[str, tuple[int, int]]]:
    draw = random.Random(seed)
    made: list[tuple[str, tuple[int, int]]] = []
    for cluster in range(clusters):
        truth = int(draw.random() < 0.5)
        found = truth if draw.random() < 0.8 else 1 - truth
        made += [(str(cluster), (truth, found))] * size
    return made


def test_the_interval_holds_the_value_and_is_the_same_twice() -> None:
    found = redraw(kinds(pairs(0, 200, 1)), kappa_of)
    assert found.value is not None
    assert found.percentile is not None
    assert found.percentile.low < found.value < found.percentile.high
    assert found == redraw(kinds(pairs(0, 200, 1)), kappa_of)


def test_a_judge_that_was_never_wrong_may_still_be() -> None:
    found = redraw(kinds((str(n), (n % 2, n % 2)) for n in range(40)), kappa_of)
    assert found.value == 1.0
    assert found.percentile is not None
    assert 0.7 < found.percentile.low < 0.9
    assert found.percentile.high == 1.0


def test_forty_of_one_class_say_nothing_of_agreement() -> None:
    assert redraw(kinds((str(n), (1, 1)) for n in range(40)), kappa_of) == (None, None, 0.5)


def test_kappas_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draw = random.Random(3)
    for n in (10, 50):
        covered = 0
        for trial in range(200):
            made = [(str(k), pairs(draw.randrange(10**9), 1, 1)[0][1]) for k in range(n)]
            found = redraw(kinds(made), kappa_of, draws=200, seed=trial)
            assert found.percentile is None or found.percentile.low < found.percentile.high
            covered += found.percentile is None or found.percentile.low <= 0.6 <= found.percentile.high
        assert covered >= 182, n


def test_items_of_one_prompt_count_as_one() -> None:
    alone, repeated = (redraw(kinds(pairs(0, 100, size)), kappa_of) for size in (1, 6))
    assert alone.percentile == pytest.approx(repeated.percentile)


def test_what_is_not_defined_has_no_interval() -> None:
    assert redraw(kinds([("1", (0, 0)), ("2", (0, 0))]), kappa_of).value is None
    lonely = redraw(kinds([("1", (0, 0)), ("1", (1, 1))]), kappa_of)
    assert lonely.value == 1.0
    assert lonely.percentile is None


def test_too_many_undefined_redraws_leave_no_interval() -> None:
    rare = [(str(n), (0, 0)) for n in range(3)] + [("x", (1, 1))]
    found = redraw(kinds(rare), kappa_of)
    assert found.value == 1.0
    assert found.percentile is None
