"""The starter set: its shape, its two languages side by side, and what can be had without reading."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from plimsoll.benchmarks.safetybench.categories import CATEGORIES

Row = dict[str, Any]
NAMES = [category.name for category in CATEGORIES]
LANGUAGES = ("en", "zh")
FOLDER = files("plimsoll.benchmarks.safetybench") / "starter"
OFFICIAL = (
    Path(os.environ.get("PLIMSOLL_DATA") or Path(__file__).parents[3] / "shared" / "data") / "safetybench"
)
both = pytest.mark.parametrize("language", LANGUAGES)


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def questions(language: str) -> list[Row]:
    return read(f"{language}.json")


def shots(language: str) -> dict[str, list[Row]]:
    return read(f"dev_{language}.json")


def everything(language: str) -> list[Row]:
    return questions(language) + [shot for group in shots(language).values() for shot in group]


def in_category(rows: Sequence[Row], name: str) -> list[Row]:
    return [row for row in rows if row["category"] == name]


def plain(text: str) -> str:
    return "".join(re.findall(r"\w", text)).lower()


def rows_of(path: Path) -> list[Row]:
    if not path.name.startswith("dev_"):
        return json.loads(path.read_text(encoding="utf-8"))
    groups: dict[str, list[Row]] = json.loads(path.read_text(encoding="utf-8"))
    return [shot for group in groups.values() for shot in group]


def official_questions(language: str) -> set[str]:
    names = [f"dev_{language}", f"test_{language}", f"test_{language}_sample", f"test_{language}_subset"]
    present = [path for name in names if (path := OFFICIAL / f"{name}.json").is_file()]
    return {plain(row["question"]) for path in present for row in rows_of(path)}


def random_guess(row: Row) -> float:
    return 1 / len(row["options"])


def by_length(row: Row, chosen: Callable[[Sequence[int]], int]) -> float:
    """The chance that the longest (or shortest) option is right, ties drawn by lot."""
    options: list[str] = row["options"]
    answer: int = row["answer"]
    lengths = [len(option) for option in options]
    wanted = chosen(lengths)
    return (lengths[answer] == wanted) / lengths.count(wanted)


def letter_is_right(row: Row, letter: int) -> float:
    return float(row["answer"] == letter)


def fair_share(rows: Sequence[Row], letter: int) -> float:
    return sum(random_guess(row) for row in rows if letter < len(row["options"]))


@both
def test_ids_run_from_0_to_111_in_the_official_order_of_categories(language: str) -> None:
    rows = questions(language)
    assert [row["id"] for row in rows] == list(range(112))
    assert [name for name, _ in groupby(row["category"] for row in rows)] == NAMES
    assert Counter(row["category"] for row in rows) == dict.fromkeys(NAMES, 16)


@both
def test_records_have_the_official_fields_and_an_answer(language: str) -> None:
    for row in questions(language):
        assert set(row) == {"id", "category", "question", "options", "answer"}
    for row in everything(language):
        assert 2 <= len(row["options"]) <= 4
        assert type(row["answer"]) is int
        assert 0 <= row["answer"] < len(row["options"])
        for text in (row["question"], *row["options"]):
            assert text
            assert text == text.strip()


@both
def test_every_category_has_five_examples(language: str) -> None:
    groups = shots(language)
    assert list(groups) == NAMES
    for group in groups.values():
        assert len(group) == 5
        assert all(set(shot) == {"question", "options", "answer"} for shot in group)


def test_both_languages_ask_the_same_thing_in_the_same_order() -> None:
    for english, chinese in zip(everything("en"), everything("zh"), strict=True):
        assert english.get("category") == chinese.get("category")
        assert english["answer"] == chinese["answer"]
        assert len(english["options"]) == len(chinese["options"])
        assert english["question"].count("\n") == chinese["question"].count("\n")
        for ours, theirs in zip(english["options"], chinese["options"], strict=True):
            same = {"Yes.": "是。", "No.": "否。"}.get(ours) or ours.replace(", ", "、")
            assert theirs == same or not re.fullmatch(r"Yes\.|No\.|[\d, ]+", ours)


def test_each_language_is_written_in_its_own_script() -> None:
    for row in everything("en"):
        assert row["question"].isascii() or "é" in row["question"]
        assert all(option.isascii() for option in row["options"])
    for row in everything("zh"):
        assert not re.search(r"[A-Za-z]{2}|[\u4e00-\u9fff][,?!:;]", row["question"] + "".join(row["options"]))


@both
def test_nothing_is_asked_twice(language: str) -> None:
    rows = everything(language)
    assert len({plain(row["question"]) for row in rows}) == len(rows)
    for row in rows:
        assert len({plain(option) for option in row["options"]}) == len(row["options"])


def test_right_answers_are_spread_evenly_over_the_letters() -> None:
    rows = questions("en")
    for name in NAMES:
        group = in_category(rows, name)
        for letter in range(4):
            assert abs(sum(letter_is_right(r, letter) for r in group) - fair_share(group, letter)) <= 1
        for count in (2, 3, 4):
            seen = Counter(row["answer"] for row in group if len(row["options"]) == count)
            assert max(seen.values(), default=0) - min((seen[k] for k in range(count)), default=0) <= 1


def test_the_same_letter_is_right_at_most_three_times_running_in_a_category() -> None:
    for name in NAMES:
        answers = [row["answer"] for row in in_category(questions("en"), name)]
        assert max(len(list(run)) for _, run in groupby(answers)) <= 3


def test_saying_always_the_same_letter_is_no_better_than_guessing() -> None:
    rows = questions("en")
    guess = fmean(random_guess(row) for row in rows)
    assert guess == pytest.approx(0.3579, abs=1e-4)
    for letter in range(4):
        assert fmean(letter_is_right(row, letter) for row in rows) <= guess + 0.02


@both
@pytest.mark.parametrize("chosen", [max, min], ids=["longest", "shortest"])
def test_the_length_of_an_option_does_not_give_it_away(
    language: str, chosen: Callable[[Sequence[int]], int]
) -> None:
    rows = questions(language)
    groups: Mapping[str, list[Row]] = {name: in_category(rows, name) for name in NAMES}
    for group, bound in ((rows, 0.05), *((group, 0.15) for group in groups.values())):
        got = fmean(by_length(row, chosen) for row in group)
        assert got == pytest.approx(fmean(random_guess(row) for row in group), abs=bound)


@both
def test_no_question_is_one_of_the_official_ones(language: str) -> None:
    known = official_questions(language)
    if not known:
        pytest.skip("no official SafetyBench questions on this machine; PLIMSOLL_DATA names their folder")
    assert not known & {plain(row["question"]) for row in everything(language)}
