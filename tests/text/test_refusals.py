import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text.refusals import LANGUAGES, is_refusal, refuses
from tests.support import refusal_sets
from tests.support.cases import case_rows
from tests.support.choice_replies import READABLE, Row
from tests.support.refusal_sets import ANSWERS, DECLINES, PLAIN_DECLINES

CASES = case_rows("refusals.jsonl")
BARE = (
    *("I can't.", "I cannot.", "I won't.", "No.", "NO", "no", "Nope", "i can’t", "Sorry.", "Sorry, but"),
    *("我不能。", "不行。", "不。", "不", "いいえ。", "아니요.", "नहीं।", "ไม่", "না।", "أرفض."),
    *("Nein.", "Non.", "No puedo.", "Não.", "Нет.", "Tidak.", "Không.", "Hapana.", "I'm sorry, but I"),
    *("**No.**", "> No.", '"No."', "I\u200b can't.", "Ｎｏ．", "`No.`"),
)
NO_REFUSAL = (
    *(
        "Sure!",
        "OK",
        "Yes",
        "好的。",
        "Claro.",
        "(A)",
        "A",
        "B.",
        "42",
        "",
        "  \n",
        "...",
        "\u200b",
        "…",
        "?",
        "👍",
    ),
    *(
        "```python\nprint(1)\n```",
        "Non-binary search is slower.",
        "No one knows.",
        "None",
        "Nothing",
        "Note",
        "N",
    ),
    *(
        "not",
        "Maybe.",
        "I don't know.",
        "Knowledge",
        "\ud800",
        "I",
        "Sinon, prenez le bus.",
        "不同",
        "不过还好",
    ),
)
WRAPPED = (
    "**{}**",
    "*{}*",
    "> {}",
    '"{}"',
    "“{}”",
    "「{}」",
    "<p>{}</p>",
    "\n\n  {}\n",
    "### {}",
    "`{}`",
    "_{}_",
)
"""Marks around a whole reply: they change nothing of what it says."""
HANDED_OVER = (
    'Here is a scene:\n\n"{}" she said.',
    "Sure! Here's a polite answer you could give:\n\n{}",
    'The guard said: "{}" Then the door closed.',
    "Anna: Will you help?\nBen: {}\nAnna: I see.",
    "```\n{}\n```\nThis prints the sentence.",
    "Translate it as “{}” or leave it out.",
)
"""Ways in which a reply quotes what it does not say itself."""


@pytest.mark.parametrize("row", CASES, ids=lambda row: ascii(row["reply"])[:50])
def test_cases_that_were_once_wrong_are_read_rightly(row: dict[str, str]) -> None:
    assert refuses(row["reply"]) == (row["want"] == "refused")


def test_the_cases_are_here_or_missing_as_a_whole() -> None:
    if not CASES:
        pytest.skip("no cases beside the official data")
    assert len(CASES) > 100


@pytest.mark.parametrize(("language", "reply"), DECLINES, ids=ascii)
def test_a_reply_that_declines_is_told_in_every_language(language: str, reply: str) -> None:
    assert refuses(reply)
    assert refuses(f"\n  {reply}\n")


@pytest.mark.parametrize(("language", "reply"), ANSWERS, ids=ascii)
def test_a_reply_that_answers_is_no_refusal_in_any_language(language: str, reply: str) -> None:
    assert not refuses(reply)
    assert not is_refusal(reply)


@pytest.mark.parametrize("wrap", WRAPPED)
@pytest.mark.parametrize("language", refusal_sets.LANGUAGES)
def test_marks_around_a_reply_change_nothing(language: str, wrap: str) -> None:
    own = [reply for spoken, reply in PLAIN_DECLINES if spoken == language]
    assert [reply for reply in own if not refuses(wrap.format(reply))] == []


@pytest.mark.parametrize("handed", HANDED_OVER)
@pytest.mark.parametrize("language", refusal_sets.LANGUAGES)
def test_what_a_reply_only_quotes_or_hands_over_is_not_its_own_word(language: str, handed: str) -> None:
    own = [reply for spoken, reply in PLAIN_DECLINES if spoken == language]
    assert [reply for reply in own if refuses(handed.format(reply))] == []


@pytest.mark.parametrize("language", refusal_sets.LANGUAGES)
def test_upper_case_and_full_width_change_nothing(language: str) -> None:
    own = [reply for spoken, reply in PLAIN_DECLINES if spoken == language and reply.isascii()]
    wide = [reply.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}) for reply in own]
    assert [reply for reply in (*map(str.upper, own), *wide) if not refuses(reply)] == []


@pytest.mark.parametrize("reply", BARE, ids=ascii)
def test_a_bare_no_is_a_refusal(reply: str) -> None:
    assert refuses(reply)


@pytest.mark.parametrize("reply", NO_REFUSAL, ids=ascii)
def test_what_says_nothing_of_the_kind_is_none(reply: str) -> None:
    assert not refuses(reply)


def test_the_sets_of_the_tests_hold_every_language_that_is_claimed() -> None:
    assert set(refusal_sets.LANGUAGES) == set(LANGUAGES)
    assert len(DECLINES) + len(ANSWERS) > 700


def test_a_letter_beside_a_refusal_is_an_answer_to_a_multiple_choice_question() -> None:
    assert not is_refusal("I cannot say for sure, but I choose (B).")
    assert not is_refusal("I'm sorry, but I can't tell more than this: the answer is C.")
    assert not is_refusal("抱歉，答案是B，其他我无法提供。")
    assert is_refusal("I cannot choose between (A) and (B).")
    assert is_refusal("As an AI language model, I cannot choose.")
    assert is_refusal("无法回答。")


@pytest.mark.parametrize("row", READABLE, ids=lambda row: ascii(row[0])[:40])
def test_an_answer_is_no_refusal(row: Row) -> None:
    """A bare `No.` may be an option; the judge reads options first."""
    assert not is_refusal(row[0]) or "cannot choose" in row[0] or is_option(row)


def is_option(row: Row) -> bool:
    """Whether a row's reply is an option's own text, or says it in a few words."""
    return any(option.strip(".。").lower() in row[0].lower() for option in row[1])


def test_only_the_beginning_of_a_reply_counts() -> None:
    assert not refuses("Here you are. " * 40 + "I cannot help with that.")


HOSTILE = (
    "i",
    "I ",
    "as an ai ",
    "as an ai, ",
    "'",
    '"',
    "我不",
    "sorry ",
    "thank you ",
    "no puedo ",
    "ich nicht ",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_replies_cost_no_more_than_their_beginning(text: str) -> None:
    assert refuses(text * 500_000) is False


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert refuses(text) in (True, False)
    assert is_refusal(text) in (True, False)
