"""Subsets of few questions in a comparison, with what those beside them say of them."""

import json
from io import StringIO
from pathlib import Path

import pytest
from msgspec import json as encoding
from rich.console import Console

from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.nouns import Comparison
from plimsoll.reports import comparison_html, comparison_rows, comparison_terminal
from tests.support.pairs import Asked, two_runs

CATEGORIES = "abcdef"


def asked(each: int, *, right: bool) -> list[Asked]:
    """Six categories in two languages; where it is not right, one question of each cell is lost."""
    return [
        Asked(f"{category}{number}{language}", float(right or number > 0), category, language)
        for category in CATEGORIES
        for language in ("en", "zh")
        for number in range(each)
    ]


def compared(tmp_path: Path, each: int) -> Comparison:
    runs = two_runs(tmp_path, asked(each, right=True), asked(each, right=False))
    (found,) = compare(runs, settings=Settings(draws=50))
    return found


def test_small_cells_and_small_categories_are_pooled_each_with_its_kind(tmp_path: Path) -> None:
    found = compared(tmp_path, 4)
    pooled = {tuple(each.group.items()): each for each in found.differences if each.partial}
    cells = [group for group in pooled if len(group) == 2]
    assert len(cells) == 12
    assert len(pooled) - len(cells) == len(CATEGORIES)
    for each in pooled.values():
        assert each.partial is not None
        assert each.partial.low < each.partial.value < each.partial.high
        assert each.partial.high - each.partial.low < each.high - each.low


def test_what_rests_on_enough_questions_is_left_alone(tmp_path: Path) -> None:
    found = compared(tmp_path, 10)
    assert [each for each in found.differences if each.partial] == []
    assert comparison_rows.pooled(found) is None


def test_page_terminal_and_programs_show_the_pooled_differences(tmp_path: Path) -> None:
    found = compared(tmp_path, 4)
    page = comparison_html.render([found])
    assert "Subsets of few questions, partially pooled (points)" in page
    assert "题目较少的子集，部分合并（百分点）" in page
    for language, title in (("en", "Subsets of few questions"), ("zh", "题目较少的子集")):
        console = Console(width=100, record=True, file=StringIO())
        console.print(comparison_terminal.render(found, language=language))
        assert title in console.export_text()
    rows = json.loads(encoding.encode(found))["differences"]
    assert rows[0]["partial"] is None
    assert {*rows[-1]["partial"]} == {"value", "low", "high"}


@pytest.mark.parametrize("each", [1, 2])
def test_one_question_in_a_cell_makes_no_interval_without_width(tmp_path: Path, each: int) -> None:
    for one in compared(tmp_path, each).differences:
        if one.partial:
            assert -1 <= one.partial.low < one.partial.high <= 1
