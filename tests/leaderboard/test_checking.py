import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.leaderboard.checking import check
from plimsoll.leaderboard.errors import BoardError
from plimsoll.leaderboard.holdout import layout
from plimsoll.leaderboard.scoring import NONE, score
from tests.support.boards import N, right, small_key

KEY = small_key()


def codes(content: object, **options: Any) -> dict[str, int]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return {fault.code: fault.count for fault in check(body, KEY, **options).faults}


def test_a_sound_file_has_no_fault() -> None:
    assert codes(right()) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"zz": 1, "q999": 0}, {"unknown_ids": 2}),
        ({"q0": 4, "q1": -1, "q2": 10**18}, {"beyond_options": 3}),
        ({"q0": "1", "q1": 1.0, "q2": True, "q3": None, "q4": [1], "q5": {"a": 1}}, {"wrong_type": 6}),
    ],
)
def test_every_fault_is_named_with_its_count(change: dict[str, Any], expected: dict[str, int]) -> None:
    assert codes({**right(), **change}) == expected


def test_an_id_given_twice_is_a_fault() -> None:
    body = json.dumps(right())[:-1] + ', "q7": 0, "q7": 1, "q9": 2}'
    assert codes(body.encode()) == {"duplicate_ids": 2}


def test_missing_ids_are_listed_and_the_list_is_bounded() -> None:
    (fault,) = check(b"{}", KEY).faults
    assert (fault.code, fault.count, len(fault.ids)) == ("missing_ids", N, 20)
    assert "and 180 more" in fault.message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (b"[1, 2]", "not_json"),
        (b'"text"', "not_json"),
        (b'{"q0": 1', "not_json"),
        (b"[" * 5_000, "too_deep"),
        (b'{"a":' * 5_000, "too_deep"),
        (b"[" * 200_000, "too_large"),
    ],
)
def test_what_is_no_flat_object_is_refused_with_its_reason(body: bytes, code: str) -> None:
    assert next(iter(codes(body))) == code


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 100_000])
def test_nan_and_huge_numbers_are_wrong_types_and_cost_nothing(value: str) -> None:
    """Attack: a number of 100,000 digits, whose conversion takes quadratic time."""
    body = json.dumps(right())[:-1] + f', "q0": {value}}}'
    assert codes(body.encode()).keys() == {"wrong_type", "duplicate_ids"}


def test_ids_are_repeated_short_and_without_control_characters() -> None:
    """Attack: an id that is a book, or that moves the reader's cursor."""
    (fault,) = check(json.dumps({**right(), "\x1b[2J\r\n" + "x" * 10_000: 1}).encode(), KEY).faults
    assert len(fault.message) < 200
    assert fault.message.isprintable()


def test_a_message_never_depends_on_the_answers() -> None:
    """Attack: compare what is said of a right and of a wrong prediction."""
    for wrong in (0, 1, N):
        predictions = {**right(wrong=wrong), "zz": 1}
        assert (
            check(json.dumps(predictions).encode(), KEY).faults[0].message
            == "1 id is unknown to this board: zz"
        )


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")))
def test_no_bytes_break_the_check(body: bytes) -> None:
    found = check(body, KEY)
    assert found.faults
    assert len(found.compat) == N


LEAVES = st.none() | st.booleans() | st.floats() | st.integers() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_json_breaks_the_check(value: object) -> None:
    try:
        found = check(json.dumps(value).encode("utf-8", "surrogatepass"), KEY)
    except BoardError:
        return
    assert all(len(fault.message) < 2000 for fault in found.faults)


@given(st.binary(min_size=N, max_size=N), st.floats(0, 0.9))
def test_counts_are_those_of_a_plain_comparison(predicted: bytes, share: float) -> None:
    counted = score(layout(KEY, b"secret", share), predicted)
    hits = {(each.category, each.part): each.hits for each in counted}
    plain = [value == question.answer for value, question in zip(predicted, KEY.questions, strict=True)]
    assert hits["", "all"] == sum(plain)
    assert hits.get(("", "open"), 0) + hits.get(("", "held"), 0) == sum(plain)
    for category in KEY.names:
        own = [is_right for is_right, question in zip(plain, KEY.questions, strict=True)
               if question.category == category]  # fmt: skip
        assert hits[category, "all"] == sum(own)


def test_the_official_numbers_come_out() -> None:
    counted = score(layout(KEY, b"secret", 0.0), check(json.dumps(right(wrong=50)).encode(), KEY).compat)
    assert {each.hits for each in counted if each.category == "" and each.part == "all"} == {150}


def test_a_missing_prediction_is_never_right() -> None:
    counted = score(layout(KEY, b"secret", 0.0), bytes([NONE]) * N)
    assert {each.hits for each in counted} == {0}


def test_neither_key_nor_layout_shows_an_answer_in_a_traceback() -> None:
    for shown in (KEY, layout(KEY, b"secret", 0.5)):
        assert len(f"{shown!r}{shown}") < 100
