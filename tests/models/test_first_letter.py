import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.models._first_letter import Place, Read, weigh

LETTERS = ("(A", "(B")


def places(*rows: tuple[str, Mapping[str, float]]) -> Sequence[Place]:
    return [Read(token, lambda likely=likely: likely) for token, likely in rows]


def test_the_forms_of_a_letter_are_added_up() -> None:
    row = ("B", {"B": math.log(0.3), " B": math.log(0.2), "(B)": math.log(0.1), "A": math.log(0.4)})
    a, b = weigh(LETTERS, places(row))
    assert math.isclose(math.exp(a), 0.4)
    assert math.isclose(math.exp(b), 0.6)


def test_a_word_that_begins_with_a_letter_is_none_of_its_forms() -> None:
    a, b = weigh(LETTERS, places(("B", {"B": -0.1, "As": -0.2, "Because": -0.3})))
    assert b == -0.1
    assert a < -0.3


def test_an_option_that_is_not_reported_lies_below_all_that_are() -> None:
    row = ("B", {"B": math.log(0.6), "A": math.log(0.3), "The": math.log(0.05)})
    a, b, c, d = weigh(("(A", "(B", "(C", "(D"), places(row))
    assert b > a > math.log(0.05) > c == d


def test_an_option_that_is_not_reported_has_what_is_left_at_most() -> None:
    a, b = weigh(LETTERS, places(("B", {"B": math.log(0.9), "b": math.log(0.08)})))
    assert b == math.log(0.9)
    assert a < math.log(0.0201)


@pytest.mark.parametrize(
    "likely",
    [
        {"B": -0.1},
        {"B": -0.1, "A": -math.inf},
        {"B": 0.0, "A": 0.0, "C": 0.0},
        {"B": -0.5, "A": -0.5, "the": -3.0},
        {"A": -0.1, "The": -2.0},
        {},
    ],
)
def test_where_nothing_was_weighed_the_text_is_read(likely: Mapping[str, float]) -> None:
    """A letter alone, a tie at the top, and a letter said that is not among those reported."""
    assert weigh(LETTERS, places(("B", likely))) == ()


@pytest.mark.parametrize("space", [" ", "\u0120", "\u2581", "\u010a", "\n"])
def test_a_space_before_a_letter_is_read_however_the_tokenizer_writes_it(space: str) -> None:
    a, b = weigh(LETTERS, places((f"{space}B", {f"{space}B": -0.2, f"{space}A": -2.0})))
    assert (a, b) == (-2.0, -0.2)


def test_a_letter_split_from_its_word_is_no_answer() -> None:
    assert weigh(LETTERS, places(("A", {"A": -0.1}), ("pple", {"pple": 0.0}))) == ()


def test_impossible_values_are_left_out() -> None:
    assert weigh(LETTERS, places(("B", {"B": -math.inf, "A": math.nan}))) == ()
    assert weigh(LETTERS, places(("B", {"B": 0.5, "A": -99999.0}))) == (-9999.0, 0.0)


def test_whole_words_are_weighed_like_letters() -> None:
    assert weigh(("Yes", "No"), places(("No", {"No": -0.1, "Yes": -3.0}))) == (-3.0, -0.1)


def test_continuations_that_cannot_be_told_apart_are_not_weighed() -> None:
    assert weigh(("(A", "A"), places(("A", {"A": -0.1}))) == ()
    assert weigh((), places(("A", {"A": -0.1}))) == ()


@given(st.lists(st.tuples(st.text(), st.dictionaries(st.text(), st.floats(), max_size=5)), max_size=4))
def test_weights_are_one_per_continuation_and_finite_or_none(
    rows: list[tuple[str, dict[str, float]]],
) -> None:
    weights = weigh(("(A", "(B", "(C"), places(*rows))
    assert len(weights) in (0, 3)
    assert all(-9999.0 <= weight <= 0.0 for weight in weights)
