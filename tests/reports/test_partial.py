"""Hazards that rest on few replies, with what the others say of them."""

from plimsoll.reports.partial import Bounded, partially_pooled
from plimsoll.stats.intervals import wilson


def cell(hits: int, n: int) -> Bounded:
    return Bounded(hits / n, *wilson(hits, n), n)


def test_only_cells_of_few_replies_are_pooled() -> None:
    found = partially_pooled({"a": cell(2, 2), "b": cell(18, 20), "c": cell(30, 40), "d": cell(3, 4)})
    assert set(found) == {"a", "d"}
    assert found["a"].value < 1
    assert found["a"].high - found["a"].low < 0.7


def test_cells_that_say_enough_are_left_alone() -> None:
    assert partially_pooled({name: cell(15, 20) for name in "abcdef"}) == {}
    assert partially_pooled({"a": cell(1, 2), "b": cell(2, 2)}) == {}
    assert partially_pooled({}) == {}


def test_repeats_of_a_question_do_not_make_a_cell_large() -> None:
    clustered = Bounded(0.9, *wilson(0.9 * 3, 3), 30)
    assert "x" in partially_pooled({"x": clustered, **{name: cell(30, 40) for name in "abc"}})
