import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text.normal import plain, plain_letters, without_end

SAME = (
    ("I **can’t** help", "I can't help"),
    ("I _cannot_ help", "I cannot help"),
    ("I *can*not", "I cannot"),
    ("~~no~~ yes", "no yes"),
    ("`unsafe`", "unsafe"),
    ("## Verdict", "Verdict"),
    ("> quoted\n> twice", "quoted\ntwice"),
    ("<b>No</b>, I can&#39;t.", "No, I can't."),
    ("one<br>two<br/>three", "one\ntwo\nthree"),
    ("a &lt; b &amp; c", "a < b & c"),
    ("can\u200bnot", "cannot"),
    ("\ufeffNo", "No"),
    ("I\u00a0can't", "I can't"),
    ("Ｎｏ！　ＯＫ", "No! OK"),
    ("𝐍𝐨", "No"),
    ("我無法協助您完成這個請求", "我无法协助您完成这个请求"),
    ("對不起，我不能", "对不起,我不能"),
    ("cafe\u0301", "café"),
)
ENDED = (
    ("B<|eot_id|>assistant", "B"),
    ("1</s>", "1"),
    ("unsafe\nS1<|im_end|>", "unsafe\nS1"),
    ("a < b", "a < b"),
    ("[/INST] yes", "[/INST] yes"),
)
KEPT = (
    "snake_case_name",
    "2_full_refusal",
    "2 * 3 = 6",
    "a > b",
    "f(x) = x^2",
    "C#",
    "無理です。話題",
    "“quoted”",
    "",
)


@pytest.mark.parametrize(("text", "made"), SAME, ids=ascii)
def test_one_spelling_is_left_of_many(text: str, made: str) -> None:
    assert plain(text) == made


@pytest.mark.parametrize("text", KEPT, ids=ascii)
def test_what_means_something_is_kept(text: str) -> None:
    assert plain(text) == text


def test_letters_alone_can_be_made_plain() -> None:
    assert plain_letters("**Ｎｏ**，我無法") == "**No**,我无法"


def test_the_two_rows_of_characters_fit_place_for_place() -> None:
    found = tomllib.loads((files("plimsoll.text") / "_traditional.toml").read_text(encoding="utf-8"))
    assert len(found["traditional"]) == len(found["simplified"]) > 1_000
    assert not set(found["traditional"]) & set(found["simplified"])


@given(st.text(max_size=60))
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    letters = plain_letters(text)
    assert plain_letters(letters) == letters


@pytest.mark.parametrize(("raw", "left"), ENDED)
def test_a_text_ends_where_its_turn_does_unless_nothing_stands_before(raw: str, left: str) -> None:
    assert without_end(raw) == left
