"""Every way of leading up to a letter, with every way of choosing or praising it."""

import tomllib
from itertools import product
from pathlib import Path

import pytest

from plimsoll.text.choice_answers import read_choice
from tests.support.choice_replies import FOUR, VIER

TONGUES = tomllib.loads((Path(__file__).parents[1] / "support" / "tongues.toml").read_text("utf-8"))
FORMS = tomllib.loads((Path(__file__).parents[1] / "support" / "paradigms.toml").read_text("utf-8"))
OPTIONS = {"en": FOUR, "zh": VIER}
NAMED = {"en": ("B", "option B", "(B)", "**B**"), "zh": ("B", "选项B", "B选项", "（B）")}
BLANK = {"en": " ", "zh": ""}


def read(reply: str, language: str) -> int | None:
    return read_choice(reply, OPTIONS[language]).index


@pytest.mark.parametrize("language", FORMS)
def test_a_letter_that_is_praised_is_the_answer(language: str) -> None:
    forms = FORMS[language]
    replies = [
        f"{lead}{named}{BLANK[language]}{praised}{end}"
        for lead, named, praised, end in product(
            forms["leads"], NAMED[language], forms["praised"], forms["ends"]
        )
    ]
    assert [reply for reply in replies if read(reply, language) != 1] == []


@pytest.mark.parametrize("language", FORMS)
def test_a_letter_that_is_chosen_is_the_answer(language: str) -> None:
    forms = FORMS[language]
    leads = [lead for lead in forms["leads"] if not lead.endswith(("think ", "that ", "认为"))]
    replies = [
        f"{lead}{chosen}{BLANK[language]}{named}{end}"
        for lead, chosen, named, end in product(leads, forms["chosen"], NAMED[language], forms["ends"])
    ]
    assert [reply for reply in replies if read(reply, language) != 1] == []


@pytest.mark.parametrize("language", FORMS)
def test_a_letter_that_nobody_chooses_is_none(language: str) -> None:
    forms = FORMS[language]
    replies = [
        f"{lead}{none.format(L='B')}{end}"
        for lead, none, end in product(forms["leads"], forms["none"], ("", ".", "!"))
    ]
    assert [reply for reply in replies if read(reply, language) is not None] == []


@pytest.mark.parametrize("language", FORMS)
def test_letters_joined_in_any_way_are_several(language: str) -> None:
    forms = FORMS[language]
    replies = [
        form.format(letters) + end
        for form, letters, end in product(forms["several"], forms["letters"], ("", "</s>", "<|im_end|>"))
    ]
    assert [reply for reply in replies if read(reply, language) is not None] == []


@pytest.mark.parametrize("language", TONGUES)
def test_every_lead_with_every_form_is_read_in_every_language(language: str) -> None:
    forms = TONGUES[language]
    replies = [
        f"{lead}{form.format(L=name)}{end}"
        for lead, form, name, end in product(forms["leads"], forms["forms"], forms["names"], ("", "."))
    ]
    assert [reply for reply in replies if read_choice(reply, forms["options"]).index != 1] == []


def test_an_accented_word_that_ends_in_a_small_letter_names_no_option() -> None:
    assert read_choice("Sería (difícil) decirlo.", FOUR).index is None
    assert read_choice("Elegiría (B)", FOUR).index == 1


def test_an_option_named_by_its_rank_is_chosen_by_no_word_that_follows() -> None:
    assert read_choice("The first option puts everyone in danger.", FOUR).index is None
