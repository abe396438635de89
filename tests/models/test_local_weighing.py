import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.core import Image, Message, ModelError, Request, assistant, system, user
from plimsoll.models._local_prompt import seed_of, turns
from plimsoll.models._local_weighing import LEAST, Step, shared, weigh

ROWS = st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=6), min_size=1, max_size=5)


def test_letters_after_one_bracket_are_one_question() -> None:
    weighing = weigh([1, 2], [[1, 2, 9, 65], [1, 2, 9, 66], [1, 2, 9, 67]])
    assert weighing.steps == (Step((1, 2, 9), (65, 66, 67)),)


def test_a_bracket_that_merges_with_the_letter_is_still_one_question() -> None:
    assert weigh([1, 2], [[1, 2, 165], [1, 2, 166]]).steps == (Step((1, 2), (165, 166)),)


def test_a_bracket_that_merges_with_the_prompt_moves_the_question_back() -> None:
    assert weigh([1, 2], [[1, 29, 65], [1, 29, 66]]).steps == (Step((1, 29), (65, 66)),)


def test_longer_tails_ask_once_per_branch() -> None:
    weighing = weigh([1], [[1, 5, 6], [1, 5, 7], [1, 8]])
    assert weighing.steps == (Step((1,), (5, 8), place=0), Step((1, 5), (6, 7), place=1))
    answers = {(1,): {5: -1.0, 8: -2.0}, (1, 5): {6: -0.5, 7: -3.0}}
    assert weighing.loglikelihoods(answers) == (-1.5, -4.0, -2.0)


def test_a_single_continuation_is_weighed_from_the_end_of_the_prompt() -> None:
    assert [step.context for step in weigh([1, 2], [[1, 2, 3, 4]]).steps] == [(1, 2), (1, 2, 3)]


def test_a_continuation_that_begins_another_still_has_a_number() -> None:
    weighing = weigh([1], [[1, 5], [1, 5, 6]])
    answers = {(1,): {5: -1.0}, (1, 5): {6: -2.0}}
    assert weighing.loglikelihoods(answers) == (-1.0, -3.0)


def test_impossible_tokens_stay_finite() -> None:
    assert weigh([1], [[1, 5], [1, 6]]).loglikelihoods({(1,): {5: -math.inf, 6: -1.0}}) == (LEAST, -1.0)


@given(ROWS)
def test_every_row_is_the_sum_of_what_was_asked(rows: list[list[int]]) -> None:
    weighing = weigh(rows[0][:1], rows)
    answers = {step.context: dict.fromkeys(step.tokens, -1.0) for step in weighing.steps}
    lengths = tuple(float(weighing.start - len(row)) for row in rows)
    assert weighing.loglikelihoods(answers) == lengths
    assert all(length < 0 for length in lengths)


@given(st.lists(st.integers(0, 1)), st.lists(st.integers(0, 1)))
def test_shared_counts_the_common_beginning(one: list[int], other: list[int]) -> None:
    count = shared(one, other)
    assert one[:count] == other[:count]
    assert one[count : count + 1] != other[count : count + 1] or count == min(len(one), len(other))


def test_a_trailing_assistant_message_is_a_prefill() -> None:
    taken = turns(Request(messages=(system("Be brief."), user("Hi. "), assistant("Well"))))
    assert taken.raw == "Be brief.\n\nHi. Well"
    assert taken.prefill == "Well"
    assert taken.chat == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi. "}]


def test_images_are_refused() -> None:
    picture = Image(media_type="image/png", data="AA==")
    with pytest.raises(ModelError, match="takes no images"):
        turns(Request(messages=(Message(role="user", images=(picture,)),)))


def test_draws_of_one_request_have_seeds_of_their_own() -> None:
    seeds = [seed_of(Request(messages=(user("Hi"),), draw=draw)) for draw in range(5)]
    assert len(set(seeds)) == 5
    assert seeds == [seed_of(Request(messages=(user("Hi"),), draw=draw)) for draw in range(5)]
