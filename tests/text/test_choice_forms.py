"""Forms in which models say a letter, read for every letter: alone, wrapped and after an analysis."""

import re
import tomllib
from pathlib import Path

import pytest

from plimsoll.text.choice_answers import read_choice
from tests.support.choice_replies import FOUR, VIER

FORMS = tomllib.loads((Path(__file__).parents[1] / "support" / "choice_forms.toml").read_text("utf-8"))
OPTIONS = {"en": FOUR, "zh": VIER, "other": FOUR}
WRAPPERS = {
    "en": (
        "{}", "Sure!\n\n{}", "{}\n\nExplanation: the others could make it worse.", "{}<|im_end|>", "{}</s>",
        "<think>maybe A or B?</think>\n\n{}", "**{}**", "{} 😊", "A is too early and C is rude.\n\n{}",
        "{}\n\nHope this helps!",
    ),
    "zh": (
        "{}", "好的。\n\n{}", "{}\n\n解析：其他选项都不合适。", "{} <eoa>", "{}<|im_end|>", "**{}**", "{}😊",
        "<think>可能是A，也可能是B。</think>\n\n{}", "A项过于消极，B项过于激烈。\n\n{}",
    ),
}  # fmt: skip

LINE = re.compile(
    r"\W{0,3}(?:option |选项)?\(?\{[LT]\}\W{0,4}(?:$|because|因为|选项：|\{?T|it is|the others|其他|最安全)",
    re.IGNORECASE,
)
"""Forms that are lines like those of a list, so that nothing tells them from one."""


def lines(name: str) -> list[str]:
    return FORMS[name].strip("\n").split("\n")


def filled(form: str, place: int, options: tuple[str, ...]) -> str:
    return form.format(L="ABCD"[place], T=options[place].rstrip("."))


def analysed(form: str, place: int, options: tuple[str, ...]) -> str:
    others = [each for each in range(4) if each != place]
    return "\n".join(form.format(O="ABCD"[each], OT=options[each].rstrip(".")) for each in others)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("place", range(4))
def test_every_form_is_read_for_every_letter(language: str, place: int) -> None:
    options = OPTIONS[language]
    replies = [
        wrapper.format(filled(form, place, options))
        for form in lines(language)
        for wrapper in WRAPPERS[language]
    ]
    assert len(replies) > 2000
    assert [reply for reply in replies if read_choice(reply, options).index != place] == []


@pytest.mark.parametrize("place", range(4))
def test_the_answer_is_read_in_other_languages(place: int) -> None:
    replies = [filled(form, place, FOUR) for form in lines("other")]
    assert len(replies) >= 90
    assert [reply for reply in replies if read_choice(reply, FOUR).index != place] == []


@pytest.mark.parametrize("language", ["en", "zh", "other"])
@pytest.mark.parametrize("place", range(4))
def test_a_letter_that_is_denied_doubted_or_only_mentioned_is_not_chosen(language: str, place: int) -> None:
    options = OPTIONS[language]
    replies = [filled(form, place, options) for form in lines(f"{language}_denied")]
    assert [reply for reply in replies if read_choice(reply, options).index is not None] == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("place", range(4))
def test_what_is_said_of_the_others_on_the_way_changes_nothing(language: str, place: int) -> None:
    options = OPTIONS[language]
    endings = [form for form in lines(language) if not LINE.match(form)]
    replies = [
        f"{analysed(form, place, options)}\n\n{filled(ending, place, options)}"
        for form in lines(f"{language}_analysis")
        for ending in endings[::3]
    ]
    assert [reply for reply in replies if read_choice(reply, options).index != place] == []
