from random import Random

import pytest

from plimsoll.stats.pooling import Group, Measured, drawn_together, pooled


def test_too_few_groups_say_nothing_of_each_other() -> None:
    assert pooled([Group(1, 2)] * 3) == []


def test_a_small_group_is_drawn_to_the_others_and_a_large_one_keeps_its_share() -> None:
    groups = [Group(90, 100)] * 6 + [Group(1, 2), Group(30, 100)]
    found = pooled(groups)
    assert 0.5 < found[6].value < 0.9
    assert found[7].value == pytest.approx(0.3, abs=0.04)
    assert found[6].high - found[6].low < 0.8


def test_no_interval_has_no_width() -> None:
    for found in pooled([Group(3, 3)] * 8):
        assert 0 < found.low < found.value < 1
        assert found.high - found.low > 0.05


def test_the_more_alike_the_groups_the_more_is_borrowed() -> None:
    alike, unlike = pooled([Group(7, 10)] * 10), pooled([Group(7, 10), *[Group(10, 10), Group(2, 10)] * 5])
    assert alike[0].high - alike[0].low < unlike[0].high - unlike[0].low


def test_intervals_hold_the_groups_that_they_are_of() -> None:
    draw, held = Random(1), 0
    for _ in range(40):
        true = [draw.betavariate(9, 1) for _ in range(8)]
        groups = [Group(sum(draw.random() < share for _ in range(4)), 4) for share in true]
        held += sum(each.low <= share <= each.high for each, share in zip(pooled(groups), true, strict=True))
    assert held >= 0.93 * 320


def test_differences_that_few_questions_tell_are_drawn_to_the_others() -> None:
    large, small = [Measured(0.1, 0.02)] * 6, Measured(-0.5, 0.3)
    found = drawn_together([*large, small])
    assert 0 < found[6].value < 0.15
    assert found[6].high - found[6].low < 2 * 1.96 * 0.3
    assert found[0].value == pytest.approx(0.1, abs=0.01)


def test_differences_that_truly_differ_keep_their_own() -> None:
    found = drawn_together([Measured(value, 0.02) for value in (-0.6, -0.2, 0.0, 0.3, 0.6)])
    assert [each.value for each in found] == pytest.approx([-0.6, -0.2, 0.0, 0.3, 0.6], abs=0.01)


def test_three_differences_say_nothing_of_each_other() -> None:
    assert drawn_together([Measured(0.1, 0.1)] * 3) == []


def test_no_difference_is_known_for_certain_nor_beyond_what_there_can_be() -> None:
    for found in drawn_together([Measured(1.0, 0.4)] * 5):
        assert -1 <= found.low < found.value <= found.high <= 1
        assert found.high - found.low > 0.2


def test_intervals_hold_the_differences_that_they_are_of() -> None:
    draw, held = Random(3), 0
    for _ in range(100):
        true = [draw.gauss(0.05, 0.1) for _ in range(8)]
        found = drawn_together([Measured(draw.gauss(each, 0.2), 0.2) for each in true])
        held += sum(each.low <= one <= each.high for each, one in zip(found, true, strict=True))
    assert held >= 0.93 * 800
