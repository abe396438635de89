import pytest

from plimsoll.screening.voting import labels_of


@pytest.mark.parametrize(
    ("unsafe", "votes", "wished"),
    [
        (False, [True, True, True], (False, False, "human")),
        (True, [True, True, False], (True, True, "llm_jury")),
        (True, [False, True, False], (True, False, "llm_jury")),
        (True, [True, True, None], (True, None, "needs_human")),
        (True, [None, None, None], (True, None, "needs_human")),
    ],
)
def test_replies_are_labelled_by_rule_d(
    unsafe: bool, votes: list[bool | None], wished: tuple[object, ...]
) -> None:
    assert labels_of(unsafe, votes) == wished


def test_three_jurors_never_tie_where_all_of_them_say_something() -> None:
    for number in range(8):
        votes = [bool(number >> bit & 1) for bit in range(3)]
        assert labels_of(True, votes).source == "llm_jury"
