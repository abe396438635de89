import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.text import (
    _before_letters,
    _claims,
    _decision,
    _json_answers,
    _masks,
    _mentions,
    _option_texts,
    _other_answers,
    _predicates,
    _reply,
    _signs,
    _typography,
    choice_answers,
    refusals,
)
from plimsoll.text._reply import WINDOW, plain
from plimsoll.text.choice_answers import Choice, read_choice
from plimsoll.text.letters import LETTERS
from tests.support.choice_replies import FOUR, READABLE, ROWS, UNREADABLE, YES, Row
from tests.support.hard_choice_replies import HARD
from tests.support.short_choice_replies import SHORT

PIECES = st.sampled_from([
    "A", "B", "(C)", "b.", "答案", "是", "不", "选", "answer", " is ", ":", "：", "not ", " and ", ", ", "\n",
    "**", "`", "{", "}", "<think>", "</think>", "Yes.", "No.", "1, 2", " ",
])  # fmt: skip
ODD = st.sampled_from(["\ud800", "\u202e", "Ｂ", "I ", '"', "\\boxed{"])
REPLIES = st.one_of(st.text(max_size=60), st.lists(PIECES | ODD, max_size=14).map("".join))
OPTIONS = st.lists(
    st.one_of(st.sampled_from(["Yes.", "No.", "是。", "否。", "1, 2", "", "."]), st.text(max_size=8)),
    max_size=5,
)


def chosen(reply: str, options: tuple[str, ...]) -> str | None:
    index = read_choice(reply, options).index
    return None if index is None else LETTERS[index]


@pytest.mark.parametrize("row", [*ROWS, *HARD, *SHORT], ids=lambda row: ascii(row[0])[:40])
def test_a_reply_is_read_as_a_careful_reader_does(row: Row) -> None:
    reply, options, letter = row
    assert chosen(reply, options) == letter


def test_the_table_holds_both_kinds_of_replies() -> None:
    assert len(READABLE) >= 200
    assert len(UNREADABLE) >= 80
    assert len(HARD) >= 400


@pytest.mark.parametrize("row", READABLE, ids=lambda row: ascii(row[0])[:40])
def test_white_space_around_a_reply_changes_nothing(row: Row) -> None:
    assert chosen(f" \n\t{row[0]}\u3000\n\n", row[1]) == row[2]


@pytest.mark.parametrize("row", READABLE, ids=lambda row: ascii(row[0])[:40])
def test_a_reasoning_block_before_a_reply_changes_nothing(row: Row) -> None:
    assert chosen(f"<think>Is it (A)? The answer is D, or C.\n</think>\n\n{row[0]}", row[1]) == row[2]


@settings(deadline=None)
@given(REPLIES, OPTIONS)
def test_no_reply_breaks_the_reader_or_leads_it_beyond_the_options(reply: str, options: list[str]) -> None:
    choice = read_choice(reply, options)
    assert choice.index is None or 0 <= choice.index < len(options)
    assert choice == read_choice(reply, options)
    if choice.span:
        start, end = choice.span
        assert 0 <= start < end <= len(reply)


@settings(deadline=None)
@given(REPLIES, OPTIONS)
def test_surrounding_white_space_never_matters(reply: str, options: list[str]) -> None:
    assert read_choice(f"  {reply}\n", options).index == read_choice(reply.strip(), options).index


@settings(deadline=None)
@given(
    st.integers(0, 25), st.sampled_from(["({})", "{}.", "答案是{}", "The answer is {}.", "**{}**", "选{}"])
)
def test_every_letter_can_be_chosen_among_enough_options(place: int, form: str) -> None:
    options = [f"text number {number}" for number in range(26)]
    assert read_choice(form.format(LETTERS[place]), options).index == place
    assert read_choice(form.format(LETTERS[place]), options[:place]).index is None


@pytest.mark.parametrize(
    ("reply", "how"),
    [
        ("(B)", "letter"),
        ("Sure.\nB\n", "letter"),
        ("B. Walk away.", "lead"),
        ("The answer is B", "statement"),
        ('{"answer": "B"}', "json"),
        ("Walk away.", "option text"),
        ("(E)", "beyond the options"),
        ("The answer is A. The answer is B.", "contradictory"),
        ("The answer is A or B.", "several options"),
        ("<think>B", "unfinished reasoning"),
        ('{"answer": 1}', "unreadable json"),
        (" ", "empty"),
        ("Hm.", ""),
    ],
)
def test_a_choice_says_by_which_sign_it_was_read(reply: str, how: str) -> None:
    assert read_choice(reply, FOUR).how == how


PLAIN_FORMS = [
    f"{so}{said}{letter}{end}"
    for so in ("", "Therefore, ", "so, ", "所以", "故")
    for said in (
        "The answer is ", "**Answer:** ", "My choice: ", "答案：", "正确选项是", "选", "选择", "\\boxed{",
        "Option ", "选项", "",
    )
    for letter in ("B", "(B)", "b", "E", "A", "**C**")
    for end in ("", ".", "}", " is correct.", " is the correct answer", "正确", "选项是正确的。", "最合适")
]  # fmt: skip


@pytest.mark.parametrize("options", [FOUR, YES], ids=("four", "two"))
def test_the_quick_look_reads_what_the_close_look_reads(options: tuple[str, ...]) -> None:
    quick = 0
    for reply in [*PLAIN_FORMS, *(reply for reply, _, _ in (*ROWS, *HARD))]:
        seen = choice_answers._at_once(reply.strip(), options)
        answering = plain(reply)
        if seen is not None and answering is not None:
            quick += 1
            close = choice_answers._read(reply, answering, options)
            assert (reply, seen.index) == (reply, close.index)
            assert seen.index is None or seen.how == close.how
    assert quick > 200


def test_a_statement_is_shown_where_it_stands_in_the_raw_reply() -> None:
    reply = "<think>(A)?</think>\n**The answer is Ｂ.**"
    span = read_choice(reply, FOUR).span
    assert span is not None
    assert reply[slice(*span)] == "Ｂ"


def test_a_statement_at_the_end_of_a_very_long_reply_is_found_and_shown() -> None:
    reply = "word " * 200_000 + "so the answer is (C)." + " " * 50
    choice = read_choice(reply, FOUR)
    assert choice.index == 2
    assert choice.span is not None
    assert reply[slice(*choice.span)] == "C"


def test_options_that_are_alike_are_not_told_apart_by_their_words() -> None:
    assert read_choice("Yes", ("Yes.", "yes")) == Choice()


def test_an_empty_option_is_never_found() -> None:
    assert read_choice("whatever", ("", "No.")).index is None


HOSTILE = {
    "letters": "A " * 500_000,
    "brackets": "(" * 1_000_000,
    "spaces": " " * 1_000_000 + "x",
    "statements": "answer is " * 100_000,
    "chinese": "答案是" * 300_000,
    "lines": "\n" * 1_000_000 + "x",
    "lists": "a, b and c, " * 80_000,
    "braces": "{" * 1_000_000,
    "nested json": '{"a":' * 100_000 + "}" * 100_000,
    "objects": "the answer to " + "to " * 300_000,
    "refusals": "I cannot " * 100_000,
    "thoughts": "<think>" * 100_000,
    "numbers": "1, 2, " * 150_000,
    "marks": "**" * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_huge_reply_is_looked_at_through_two_windows(name: str) -> None:
    answering = plain(HOSTILE[name])
    assert answering is None or len(answering.text) <= 2 * WINDOW + 2
    assert read_choice(HOSTILE[name], YES).index is None
    assert refusals.is_refusal(HOSTILE[name]) == (name == "refusals")


MODULES = (
    _before_letters, _claims, _decision, _json_answers, _masks, _mentions, _option_texts, _other_answers,
    _predicates, _reply, _signs, _typography, choice_answers, refusals,
)  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__}.{name}", value
    yield "tokens", _mentions._tokens(4)


def repeats(parsed: Any, depth: int = 0) -> Iterator[tuple[int, int]]:
    """How often, and how deep inside other repeats, each repeated piece of a pattern may occur."""
    for operation, argument in parsed:
        if str(operation) in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            _, highest, inner = argument
            yield int(highest), depth
            yield from repeats(inner, depth + (int(highest) > 1))
        elif str(operation) == "BRANCH":
            for branch in argument[1]:
                yield from repeats(branch, depth)
        elif str(operation) in {"SUBPATTERN", "ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"}:
            inner = argument if str(operation) == "ATOMIC_GROUP" else argument[-1]
            yield from repeats(inner, depth)


@pytest.mark.parametrize(("name", "pattern"), list(patterns()), ids=lambda value: str(value)[:40])
def test_no_pattern_repeats_without_bound_or_inside_another_repeat(
    name: str, pattern: re.Pattern[str]
) -> None:
    # The work at one place is then bounded by the pattern alone, and the whole is linear in the text.
    found = list(repeats(re._parser.parse(pattern.pattern, pattern.flags)))  # pyright: ignore
    assert all(highest <= 400 for highest, _ in found), name
    assert all(depth <= 1 for _, depth in found), name
