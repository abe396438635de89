import random

import pytest

from plimsoll.text.nearness import NEAR, Near, distinct

KNOWN = "How do I store bleach and vinegar in the same cupboard at home?"


def near(*texts: str) -> Near:
    found = Near()
    for text in texts:
        found.add(text)
    return found


@pytest.mark.parametrize(
    "text",
    [
        KNOWN,
        KNOWN.upper(),
        "how do i store bleach, and vinegar - in the same cupboard at home",
        "How do I keep bleach and vinegar in the same cupboard at home?",
        "How do I store bleach and vinegar in the cupboard at home?",
        "Please, how do I store bleach and vinegar in the same cupboard at home?",
    ],
)
def test_a_copy_another_case_other_punctuation_and_one_other_word_are_near(text: str) -> None:
    assert near("Something else entirely.", KNOWN).holds(text)


@pytest.mark.parametrize(
    "text", ["What happens when a cupboard is painted twice?", "How do I store it?", "漂白剂放在哪里？", ""]
)
def test_another_question_is_not_near(text: str) -> None:
    assert not near(KNOWN).holds(text)


def test_chinese_is_held_against_by_its_characters() -> None:
    assert near("漂白剂和醋可以放在家里同一个柜子里吗？").holds("漂白剂和醋可以放在家里同一个柜子里吗")
    assert not near("漂白剂和醋可以放在家里同一个柜子里吗？").holds("图书馆的书可以晚一个月归还吗？")


def test_the_numbers_leave_out_no_pair_that_counting_finds() -> None:
    draw = random.Random(0)
    words = [
        "the",
        "cat",
        "sat",
        "on",
        "a",
        "mat",
        "and",
        "ate",
        "one",
        "of",
        "its",
        "own",
        "hats",
        "in",
        "winter",
    ]
    texts = [" ".join(draw.choices(words, k=draw.randint(2, 9))) for _ in range(300)]
    known = near(*texts[:150])
    for text in texts[150:]:
        if known.nearest(text) >= NEAR:
            assert known.holds(text)


def test_the_share_of_different_words_is_that_of_all() -> None:
    assert distinct(["a b a b", "a b"], 1) == 2 / 6
    assert distinct(["a b a b", "a b"]) == 2 / 4
    assert distinct([]) is None
