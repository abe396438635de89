import random
from collections import Counter

import pytest

from plimsoll.stats.sequential import ConfidenceSequence, for_side, for_width
from tests.support.replays import SIZES, order, order_of_alike, populations, replay


def test_the_interval_closes_upon_the_mean_when_everything_was_asked() -> None:
    scores = ConfidenceSequence({"a": 3, "b": 2}, for_width(0.02))
    for name, value in (("a", 1.0), ("b", 0.0), ("a", 0.0), ("b", 0.5), ("a", 1.0)):
        scores.add(name, value)
    assert scores.interval() == pytest.approx((0.5, 0.5))
    assert scores.estimate == pytest.approx(0.5)


def test_before_the_first_answer_everything_is_possible() -> None:
    assert ConfidenceSequence({"a": 3}, for_width(0.02)).interval() == (0.0, 1.0)


def test_every_stratum_weighs_what_it_holds_not_what_was_asked_of_it() -> None:
    scores = ConfidenceSequence({"big": 90, "small": 10}, for_width(0.02))
    scores.add("big", 1.0)
    scores.add("small", 0.0)
    assert scores.estimate == pytest.approx(0.9)


def test_what_cannot_be_scored_leaves_the_population() -> None:
    scores = ConfidenceSequence({"a": 4}, for_width(0.02))
    scores.skip("a")
    for value in (1.0, 0.0, 1.0):
        scores.add("a", value)
    assert scores.size == 3
    assert scores.interval() == pytest.approx((2 / 3, 2 / 3))


def test_the_order_holds_every_stratum_s_share_at_all_times() -> None:
    seen: Counter[str] = Counter()
    whole = sum(SIZES.values())
    for asked, name in enumerate(order(SIZES), start=1):
        seen[name] += 1
        assert all(abs(seen[each] - asked * size / whole) < 2 for each, size in SIZES.items())


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_fair_looker_is_wrong_less_than_one_time_in_twenty(share: float) -> None:
    sizes = {"a": 120, "b": 60}
    strata = order(sizes)
    hits = {name: round(share * size) for name, size in sizes.items()}
    wrong = sum(
        not replay(random.Random(f"{share}:{seed}"), sizes, hits, 0.08, strata).always for seed in range(200)
    )
    assert wrong <= 10


@pytest.mark.parametrize("share", [0.03, 0.5, 0.9])
def test_a_mean_over_categories_is_held_at_every_look(share: float) -> None:
    sizes = {"big": 300, "middle": 60, "small": 5}
    strata = order_of_alike(sizes)
    hits = {name: round(share * size) for name, size in sizes.items()}
    category = {name: name for name in sizes}
    found = [
        replay(random.Random(f"mean:{share}:{seed}"), sizes, hits, 0.08, strata, category=category)
        for seed in range(200)
    ]
    assert sum(not each.always for each in found) <= 10
    assert sum(each.asked for each in found) < 200 * len(strata)


def test_categories_weigh_alike_however_many_they_hold() -> None:
    category = {("a", "en"): "a", ("a", "zh"): "a", ("b", "en"): "b"}
    sizes = {("a", "en"): 3, ("a", "zh"): 1, ("b", "en"): 1}
    scores = ConfidenceSequence(sizes, for_width(0.02), category=category)
    for name, value in ((("a", "en"), 1.0), (("a", "zh"), 0.0), (("b", "en"), 0.0), (("a", "en"), 1.0)):
        scores.add(name, value)
    assert scores.estimate == pytest.approx(0.375)
    scores.add(("a", "en"), 0.0)
    assert scores.interval() == pytest.approx((0.25, 0.25))


def test_what_cannot_be_scored_at_the_very_end_leaves_the_rest() -> None:
    scores = ConfidenceSequence({"a": 2}, for_width(0.02))
    scores.add("a", 1.0)
    scores.skip("a")
    assert scores.interval() == pytest.approx((1.0, 1.0))


def test_values_between_right_and_wrong_are_welcome() -> None:
    draw = random.Random(1)
    values = [round(draw.random(), 2) for _ in range(2000)]
    scores = ConfidenceSequence({"a": 2000}, for_width(0.03))
    for value in values[:1500]:
        scores.add("a", value)
    low, high = scores.interval()
    assert low <= sum(values) / 2000 <= high
    assert high - low < 0.06


def test_bets_for_a_side_tell_a_large_difference_early() -> None:
    scores = ConfidenceSequence({"a": 10_000}, for_side())
    draw = random.Random(2)
    asked = 0
    while scores.interval().low <= 0.5:
        scores.add("a", float(draw.random() < 0.8))
        asked += 1
    assert asked < 150


@pytest.mark.slow
def test_published_accuracies_are_covered_and_most_calls_saved() -> None:
    rows, strata = list(populations()), order(SIZES)
    found = [
        replay(random.Random(f"slow:{number}"), SIZES, rows[number % len(rows)], 0.02, strata)
        for number in range(216)
    ]
    assert sum(each.always for each in found) >= 0.95 * len(found)
    assert sum(each.asked for each in found) / len(found) < 0.4 * len(strata)
    # Unbiased: the mean error is within four of its own standard errors.
    spread = (sum(each.error**2 for each in found) / len(found)) ** 0.5
    assert abs(sum(each.error for each in found) / len(found)) < 4 * spread / len(found) ** 0.5
