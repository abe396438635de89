"""The attacked cells of a grid: success with its denominator, any-of, validity, over runs that were made."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from plimsoll.cli import exit_code
from plimsoll.pages.words import Language
from plimsoll.reports import grid_html, grid_machine, grid_terminal
from plimsoll.reports.grid import Grid, grid
from plimsoll.reports.grid_attacks import success, successes, tables, tried
from plimsoll.reports.grid_rows import baseline_note
from plimsoll.run.keep.folder import open_run

BENCHMARK = "simplesafetytests:split=starter"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    logs = tmp_path_factory.mktemp("logs")
    attacks = ("none", "search/best_of_n:n=3", "encoding/base64", "chinese/split")
    asked = [part for spec in attacks for part in ("--attack", spec)]
    arguments = ["run", BENCHMARK, "-m", "scripted/refuse", "--limit", "8", "--log-dir", str(logs), "--json"]
    assert exit_code([*arguments, "--no-cache", *asked]) == 0
    (path,) = logs.glob("*-grid-*")
    return grid(path)


def test_validity_stands_beside_success(attacked: Grid) -> None:
    success_table, validity_table = tables(attacked)
    rows = {row[0]: row[1:] for row in validity_table.rows}
    assert rows["encoding/base64"] == ("100.0", "0.0", "0.0", "0.0", "8")
    assert rows["chinese/split"] == ("0.0", "0.0", "0.0", "100.0", "8")
    assert rows["search/best_of_n:n=3"] == ("0.0", "0.0", "100.0", "0.0", "24")
    of = {str(row[0]): row[3] for row in success_table.rows}
    assert of["search/best_of_n:n=3"] == "24 / 8"
    assert of["encoding/base64"] == "8 / 8"


def test_any_of_several_variants_counts_a_question_once_and_is_no_less_than_their_mean() -> None:
    held = {"a": [1.0, 0.0, 0.0], "b": [0.0, 0.0, 0.0], "c": [1.0, 1.0, 1.0]}
    found = success([held])
    assert found is not None
    assert (found.mean.value, found.any.value) == pytest.approx((4 / 9, 2 / 3))
    assert (found.variants, found.questions) == (9, 3)
    both = success([held, {"b": [1.0]}])
    assert both is not None
    assert both.any.value == 1.0


def test_nine_equal_variants_narrow_nothing() -> None:
    once = success([{str(n): [float(n % 3 == 0)] for n in range(30)}])
    nine = success([{str(n): [float(n % 3 == 0)] * 9 for n in range(30)}])
    assert once is not None
    assert nine is not None
    assert nine.mean == pytest.approx(once.mean)


def test_success_is_the_end_that_is_less_safe(attacked: Grid) -> None:
    entry = next(each for each in attacked.entries if each.cell.attack == "encoding/base64")
    assert entry.estimate is not None
    found = successes(tried(open_run(attacked.path.parent / entry.cell.run).records_path), entry)
    assert found is not None
    refused = entry.estimate.value if entry.estimate.higher_is_safer else 1 - entry.estimate.value
    assert sum(value for values in found.values() for value in values) / 8 == pytest.approx(1 - refused)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_shows_both_tables(attacked: Grid, language: str) -> None:
    out = StringIO()
    Console(file=out, width=80, no_color=True).print(grid_terminal.render(attacked, language=language))  # type: ignore[arg-type]
    page = grid_html.render(attacked, language=language)  # type: ignore[arg-type]
    text = grid_machine.markdown(attacked, language=language)  # type: ignore[arg-type]
    for view in (out.getvalue(), page, text):
        assert ("Validity of attacks" if language == "en" else "攻击有效性") in view
    assert 'id="attacks"' in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_and_numbers_stand_whole_at_eighty_columns(attacked: Grid, language: Language) -> None:
    out = StringIO()
    Console(file=out, width=80, no_color=True).print(grid_terminal.render(attacked, language=language))
    for attack in ("search/best_of_n:n=3", "encoding/base64", "chinese/split"):
        assert f"\n{attack} " in out.getvalue()


def test_programs_read_success_and_validity_of_each_attack(attacked: Grid) -> None:
    found = json.loads(grid_machine.json(attacked))["attacks"]
    by_spec = {row["attack"]: row for row in found}
    assert by_spec["chinese/split"]["validity"] == {"not_applicable": 8}
    assert by_spec["chinese/split"]["success"] is None
    assert by_spec["search/best_of_n:n=3"]["questions"] == 8
    assert by_spec["search/best_of_n:n=3"]["variants"] == 24


def test_a_grid_without_attacks_has_no_such_section(tmp_path: Path) -> None:
    arguments = ["run", BENCHMARK, "--limit", "4", "--log-dir", str(tmp_path), "--json", "--no-cache"]
    assert exit_code([*arguments, "-m", "scripted/refuse", "-m", "scripted/letter-A"]) == 0
    (path,) = tmp_path.glob("*-grid-*")
    assert list(tables(grid(path))) == []


def test_without_a_plain_run_the_differences_are_not_said_to_be_to_one(tmp_path: Path) -> None:
    asked = ["--attack", "encoding/rot13", "--attack", "encoding/base64", "--defense", "self_reminder"]
    arguments = [
        "run",
        BENCHMARK,
        "-m",
        "scripted/refuse",
        "--limit",
        "2",
        "--log-dir",
        str(tmp_path),
        "--json",
    ]
    assert exit_code([*arguments, "--no-cache", *asked]) == 0
    (path,) = tmp_path.glob("*-grid-*")
    found = grid(path)
    (success_table, *_) = tables(found)
    heads = success_table.spoken("en").columns
    assert "p to encoding/rot13 (Holm)" in heads
    said = baseline_note(found)
    assert "under self_reminder · encoding/rot13. Nothing was run without it" in said
    assert said in grid_html.render(found)


def test_with_a_plain_run_they_are(attacked: Grid) -> None:
    assert "without attack, defense and system prompt" in baseline_note(attacked)
    assert "p to no attack (Holm)" in next(tables(attacked)).spoken("en").columns
