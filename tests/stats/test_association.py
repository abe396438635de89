"""Two things side by side: exact chances, and how unalike two lists of counts are."""

from collections import Counter
from itertools import combinations
from random import Random

import pytest

from plimsoll.stats.association import (
    Table,
    chance_unlike,
    chi_square,
    fisher,
    jensen_shannon,
)
from plimsoll.stats.multiple import benjamini_hochberg


@pytest.mark.parametrize(
    "table", [Table(3, 1, 1, 3), Table(4, 0, 0, 4), Table(0, 4, 4, 0), Table(2, 1, 3, 4)]
)
def test_fishers_chance_is_that_of_all_ways_to_deal_the_second(table: Table) -> None:
    whole, first, second = sum(table), table.both + table.only_first, table.both + table.only_second
    ways = [sum(place < first for place in chosen) for chosen in combinations(range(whole), second)]
    assert fisher(table) == pytest.approx(sum(each >= table.both for each in ways) / len(ways))


def test_what_stands_everywhere_is_tied_to_nothing() -> None:
    assert not Table(50, 0, 0, 0).told
    assert fisher(Table(50, 0, 0, 0)) == 1
    assert Table(5, 5, 5, 85).lift == pytest.approx(5)
    assert Table(0, 0, 5, 5).lift is None


def test_unlikeness_is_none_of_equal_lists_and_one_bit_of_strangers() -> None:
    assert jensen_shannon({"a": 3, "b": 1}, {"a": 6, "b": 2}) == pytest.approx(0)
    assert jensen_shannon({"a": 3}, {"b": 9}) == pytest.approx(1)
    assert chi_square({"a": 10, "b": 20}, {"a": 20, "b": 10}) == pytest.approx(20 / 3)
    assert jensen_shannon({}, {"a": 1}) == chi_square({}, {"a": 1}) == 0


@pytest.mark.parametrize("paired", [True, False])
def test_an_agent_that_always_takes_one_tool_is_told_from_one_that_takes_any(*, paired: bool) -> None:
    draw = Random(1)
    bent = [Counter({"one": 2}) for _ in range(30)]
    fair = [Counter({draw.choice(("one", "two", "three")): 2}) for _ in range(30)]
    other = [Counter({draw.choice(("one", "two", "three")): 2}) for _ in range(30)]
    assert chance_unlike(bent, fair, jensen_shannon, paired=paired) < 0.01
    assert chance_unlike(other, fair, jensen_shannon, paired=paired) > 0.05


def test_tests_that_are_not_listed_count_in_the_bound_on_false_findings() -> None:
    assert benjamini_hochberg([0.01, 0.02], tests=4) == pytest.approx([0.04, 0.04])
    assert benjamini_hochberg([0.01, 0.02]) == pytest.approx([0.02, 0.02])
