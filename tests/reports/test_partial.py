"""Hazards that rest on few replies, with what the others say of them."""

import json
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import Estimate, replace
from plimsoll.pages.markup import spoken
from plimsoll.reports import html, machine, markdown, partial, tables
from plimsoll.reports.figures import figures
from plimsoll.reports.partial import Bounded, partially_pooled
from plimsoll.reports.view import RunView
from plimsoll.run.keep.folder import open_run
from plimsoll.stats.clusters import items_of, near_the_ends
from plimsoll.stats.intervals import wilson


def cell(hits: int, n: int) -> Bounded:
    return Bounded(hits / n, *wilson(hits, n), n)


def test_only_cells_of_few_replies_are_pooled() -> None:
    found = partially_pooled({"a": cell(2, 2), "b": cell(18, 20), "c": cell(30, 40), "d": cell(3, 4)})
    assert set(found) == {"a", "d"}
    assert found["a"].value < 1
    assert found["a"].high - found["a"].low < 0.7


def test_cells_that_say_enough_are_left_alone() -> None:
    assert partially_pooled({name: cell(15, 20) for name in "abcdef"}) == {}
    assert partially_pooled({"a": cell(1, 2), "b": cell(2, 2)}) == {}
    assert partially_pooled({}) == {}


def test_repeats_of_a_question_do_not_make_a_cell_large() -> None:
    clustered = Bounded(0.9, *wilson(0.9 * 3, 3), 30)
    assert "x" in partially_pooled({"x": clustered, **{name: cell(30, 40) for name in "abc"}})


@pytest.mark.parametrize(
    ("hits", "n"), [(0, 1), (1, 1), (2, 2), (1, 5), (3, 7), (0, 20), (50, 200), (2, 5000)]
)
def test_an_interval_tells_how_many_replies_it_rests_on(hits: int, n: int) -> None:
    low, high = near_the_ends(hits / n, n)
    assert items_of(hits / n, high - low, 3 * n) == pytest.approx(n, rel=1e-4)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    """Four categories of one prompt each, in three languages."""
    logs = tmp_path_factory.mktemp("logs")
    command = ["run", "multijail:split=starter", "-m", "scripted/random", "--no-cache"]
    assert exit_code([*command, "--log-dir", str(logs), "--json"]) == 0
    folder = open_run(next(logs.glob("*/run.json")).parent)
    summary = folder.summary()
    assert summary is not None
    return RunView(manifest=folder.manifest(), summary=summary)


def test_categories_of_few_replies_stand_beside_their_pooled_shares(small: RunView) -> None:
    found = figures(small)
    table = tables.pooled(found)
    assert table is not None
    # The categories, and the tags, of which a prompt may have several.
    assert len(found.categories) == 4
    assert len(table.rows) == 9
    for _, alone, together, n in (tuple(spoken(cell, "en") for cell in row) for row in table.rows):
        assert alone.startswith("100.0 (5.0")
        assert 60 < float(together.split()[0]) < 100
        assert n == "3"
    assert "drawn to them" in spoken(tables.pooling(found), "en")


def test_each_language_s_small_categories_are_pooled_too(small: RunView) -> None:
    found = figures(small)
    table = tables.pooled_cells(found)
    assert table is not None
    assert len(table.rows) == len(found.categories) * len(found.languages) == 12
    page = html.render(small)
    assert "Categories of few replies in each language, partially pooled" in page
    assert "各语言中回复较少的类别，部分合并" in page
    assert "Categories of few replies in each language" in markdown.render(small)
    rows = json.loads(machine.render(small))["pooled"]
    crossed = [row for row in rows if {*row["group"]} == {"category", "language"}]
    assert len(crossed) == 12
    assert all(row["partial"]["high"] - row["partial"]["low"] < row["high"] - row["low"] for row in crossed)


def test_subsets_by_anything_else_are_pooled_as_well(small: RunView) -> None:
    def level(name: str, hits: int, n: int) -> Estimate:
        low, high = wilson(hits, n)
        value = hits / n
        return Estimate(
            name=small.manifest.headline, value=value, low=low, high=high, n=n, group={"level": name}
        )

    more = (*(level(name, 3, 4) for name in "abcd"), level("e", 30, 40))
    view = replace(small, summary=replace(small.summary, estimates=(*small.summary.estimates, *more)))
    found = partial.groups(figures(view))
    assert [each.alone.group["level"] for each in found if "level" in each.alone.group] == [*"abcd"]


def test_programs_are_told_the_pooled_share_of_each_small_category(small: RunView) -> None:
    for row in json.loads(machine.render(small))["categories"]:
        assert 0 < row["partial"]["low"] < row["partial"]["value"] < row["partial"]["high"] <= 1


def test_a_run_of_large_categories_has_nothing_to_pool(tmp_path: Path) -> None:
    command = ["run", "safetybench:split=starter,language=both", "-m", "scripted/letter-A", "--no-cache"]
    assert exit_code([*command, "--log-dir", str(tmp_path), "--json"]) == 0
    folder = open_run(next(tmp_path.glob("*/run.json")).parent)
    summary = folder.summary()
    assert summary is not None
    view = RunView(manifest=folder.manifest(), summary=summary)
    assert tables.pooled(figures(view)) is None
    assert tables.pooling(figures(view)) == ""
    assert {row["partial"] for row in machine.report(view)["categories"]} == {None}
