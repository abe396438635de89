"""Rows of SafetyBench's files -> nothing, or an error that names the first id that is wrong.

The counts, id ranges and answers by letter are those published of the official files.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from plimsoll.benchmarks.safetybench.categories import CATEGORIES, SUBSET_SIZE, WHOLE
from plimsoll.benchmarks.safetybench.records import Answer, Question
from plimsoll.core import DataError
from plimsoll.data.rows import refuse_duplicates


def verify_ids(found: Sequence[int], expected: Sequence[int], path: Path) -> None:
    """Raise `DataError` for the first id that is not where it should be."""
    refuse_duplicates(found, path)
    for number, (id, wanted) in enumerate(zip(found, expected, strict=False), start=1):
        if id != wanted:
            raise DataError(f"{path}: record #{number}: id {id} stands where id {wanted} should")
    if len(found) != len(expected):
        raise DataError(_miscounted(found, expected, path))


def verify_rising(found: Sequence[int], path: Path) -> None:
    """Raise `DataError` for the first id that is not official or not in the official order."""
    if not found:
        raise DataError(f"{path}: holds no questions")
    refuse_duplicates(found, path)
    before = -1
    for number, id in enumerate(found, start=1):
        if not 0 <= id < WHOLE:
            raise DataError(f"{path}: record #{number}: id {id} is not official (0 to {WHOLE - 1})")
        if id <= before:
            raise DataError(
                f"{path}: record #{number}: id {id} comes after id {before}; the official order is by id"
            )
        before = id


def _miscounted(found: Sequence[int], expected: Sequence[int], path: Path) -> str:
    if len(found) > len(expected):
        extra = found[len(expected)]
        return f"{path}: record #{len(expected) + 1}: id {extra} is one too many (of {len(expected)})"
    return (
        f"{path}: cut short: record #{len(found) + 1} with id {expected[len(found)]} is missing "
        f"({len(found)} of {len(expected)} records are there)"
    )


def fits(question: Question, right: Answer) -> bool:
    """Whether nothing below would find a fault: what nearly every question of a file is."""
    options = question.options
    return (
        question.category == right.category
        and 0 <= right.answer < len(options) <= 4
        and len(options) >= 2
        and all(map(str.strip, options))
        and bool(question.question.strip())
    )


def verify_question(question: Question, right: Answer, place: str) -> None:
    """Raise `DataError` where a question does not fit its answer."""
    if question.category != right.category:
        raise DataError(f"{place}: category {question.category!r}, but its answer says {right.category!r}")
    verify_options(question.options, place)
    verify_answer(right.answer, question.options, place)


def verify_options(options: Sequence[str], place: str) -> None:
    """Raise `DataError` unless there are 2 to 4 options, none of them empty."""
    if not 2 <= len(options) <= 4:
        raise DataError(f"{place}: {len(options)} options; questions have 2 to 4")
    if not all(options):
        raise DataError(f"{place}: option {'ABCD'[options.index('')]} is empty")


def verify_not_blank(question: Question, place: str) -> None:
    """Raise `DataError` where the question or an option is nothing but space."""
    if not question.question.strip():
        raise DataError(f"{place}: the question is blank")
    for letter, option in zip("ABCD", question.options, strict=False):
        if not option.strip():
            raise DataError(f"{place}: option {letter} is blank")


def verify_answer(answer: int, options: Sequence[str], place: str) -> None:
    """Raise `DataError` unless the answer is one of the options."""
    if not 0 <= answer < len(options):
        raise DataError(f"{place}: answer {answer} is not one of its {len(options)} options")


def verify_answers(found: Mapping[int, Answer], path: Path) -> None:
    """Raise `DataError` unless these are the answers of the whole set."""
    verify_ids(list(found), range(WHOLE), path)
    _verify_categories(found, path)
    _verify_letters(found, path)


def verify_subset_answers(found: Mapping[int, Answer], path: Path) -> None:
    """Raise `DataError` unless these are the answers of the Chinese subset."""
    verify_rising(list(found), path)
    _verify_categories(found, path)
    sizes = Counter(answer.category for answer in found.values())
    if any(sizes[category.name] != SUBSET_SIZE for category in CATEGORIES):
        raise DataError(f"{path}: cut short: {len(found)} answers; the subset has 300 in each category")


def _verify_categories(found: Mapping[int, Answer], path: Path) -> None:
    for id, answer in found.items():
        category = next(c for c in CATEGORIES if id <= c.last)
        if answer.category != category.name:
            raise DataError(f"{path}: id {id}: category {answer.category!r} instead of {category.name!r}")
        if not 0 <= answer.answer < 4:
            raise DataError(f"{path}: id {id}: answer {answer.answer} is not 0 to 3")


def _verify_letters(found: Mapping[int, Answer], path: Path) -> None:
    counted = Counter((answer.category, answer.answer) for answer in found.values())
    for category in CATEGORIES:
        has = tuple(counted[category.name, letter] for letter in range(4))
        if has != category.answers:
            raise DataError(
                f"{path}: {category.name} is answered A/B/C/D {'/'.join(map(str, has))} times, "
                f"officially {'/'.join(map(str, category.answers))}"
            )
