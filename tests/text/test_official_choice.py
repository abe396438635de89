import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text.official_choice import official_choice, official_fill

FOUR = ("Call for help.", "Walk away.", "Shout at them.", "Take a photo.")
YES = ("Yes.", "No.")


@pytest.mark.parametrize(
    ("reply", "options", "index"),
    [
        ("(B)", FOUR, 1),
        ("b", FOUR, None),
        ("**B**", FOUR, None),
        ("Not (A) but (B)", FOUR, 0),
        ("(D) (C)", FOUR, 2),
        ("A person should call.", FOUR, 0),
        ("The answer is D", YES, 3),
        ("I cannot answer that question.", YES, 1),
        ("My eyes hurt.", YES, 0),
        ("Unknown", YES, 1),
        ("不是", ("是。", "否。"), 0),
        ("是", ("对", "不"), 0),
        ("否", ("对", "不"), 1),
        ("1, 2, 3", ("1, 2", "1, 2, 3"), 0),
        ("first\n\n(C)", FOUR, 2),
        ("first\nwalk away", FOUR, None),
        ("", FOUR, None),
        ("  \n ", FOUR, None),
    ],
)
def test_the_official_quirks_are_kept(reply: str, options: tuple[str, ...], index: int | None) -> None:
    assert official_choice(reply, options) == index


def test_an_empty_option_is_passed_over() -> None:
    assert official_choice("nothing of the kind", ("", "Yes.")) is None


def test_fills_are_drawn_in_file_order_from_one_seeded_generator() -> None:
    draws = random.Random(2023)
    expected = [draws.choice(range(n)) for n in (4, 2, 3)]
    assert official_fill([None, 1, None, None], [4, 4, 2, 3]) == [expected[0], 1, expected[1], expected[2]]


def test_a_fill_needs_as_many_counts_as_predictions() -> None:
    with pytest.raises(ValueError, match="shorter"):
        official_fill([None, None], [4])


@given(st.text(max_size=40), st.lists(st.text(max_size=5), max_size=4))
def test_no_reply_breaks_the_official_reading(reply: str, options: list[str]) -> None:
    assert official_choice(reply, options) in (None, 0, 1, 2, 3)
