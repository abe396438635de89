from plimsoll.reports import markdown
from tests.support.runs import records_of, view_of


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    lines = markdown.render(view_of(records_of(10))).splitlines()
    heads = [n for n, line in enumerate(lines) if line.startswith("|:--")]

    assert len(heads) >= 3
    for head in heads:
        width = lines[head].count("|")
        body = [line for line in lines[head - 1 : head + 9] if line.startswith("|")]
        assert {line.count("|") for line in body} == {width}


def test_both_languages_baseline_and_compat_stand_side_by_side() -> None:
    written = markdown.render(view_of(records_of(10)))

    assert "| Category | Chinese | English | Random | n |" in written
    assert "| Category | Compat ↑ |" in written
    assert "GPT-4" in written


def test_hostile_names_cannot_break_the_table_or_bring_html_or_mentions() -> None:
    hostile = "a|b\n# head <img src=x onerror=1> @team `code` [x](javascript:1) **b**"
    written = markdown.render(view_of(records_of(2), model=hostile, notes=(hostile,)))

    assert "<img" not in written
    assert "\n# head" not in written
    assert "@team" not in written
    assert "[x](javascript" not in written
    assert r"a\|b" in written


def test_chinese_labels_are_available() -> None:
    assert "| 类别 | 中文 | 英文 |" in markdown.render(view_of(records_of(4)), language="zh")
