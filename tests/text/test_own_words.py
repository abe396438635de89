import pytest

from plimsoll.text.own_words import own_words

LEFT_OUT = (
    ('He said "I refuse" and went.', "He said  _  and went."),
    ("她说：“我不能。”然后走了。", "她说: _ 然后走了。"),
    ("Say `no` now.", "Say  _  now."),
    ("```\nno\n```\nThat is all.", "\n\nThat is all."),
    ("Sure. Here is the letter:\nDear Sir, no.", "Sure. "),
    ("Dear Ms Miller,\nI cannot come.", ""),
    ("Some tips:\n1. Say no.", "Some tips:"),
    ("> I refuse.\nThat was a quotation.", "\nThat was a quotation."),
    ("Anna: I refuse.\nBen: Why?", "\n\n"),
    ("User: Please!\nAssistant: I refuse.", "\nAssistant: I refuse."),
)
WHOLE = ('"I refuse."', "“I refuse.”", "「I refuse.」", "> I refuse.", "I refuse.", "**I refuse.**")


@pytest.mark.parametrize(("head", "own"), LEFT_OUT, ids=ascii)
def test_what_others_say_is_left_out(head: str, own: str) -> None:
    assert own_words(head) == own


@pytest.mark.parametrize("head", WHOLE, ids=ascii)
def test_a_reply_that_is_a_quotation_as_a_whole_is_read_without_its_marks(head: str) -> None:
    assert own_words(head) == "I refuse."


def test_apostrophes_are_no_quotation_marks() -> None:
    assert own_words("I can't say it's the dogs' food.") == "I can't say it's the dogs' food."
