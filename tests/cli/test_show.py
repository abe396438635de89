import json
from pathlib import Path

import pytest

from plimsoll.cli import exit_code


def test_a_room_and_a_name_may_stand_apart(capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["show", "judges", "refusal"]) == 0
    assert capfd.readouterr().out.startswith("refusal  (judges)")


def test_a_judge_says_what_it_measures_before_any_model_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["show", "judges/sorry", "--json"]) == 0
    measured = json.loads(capfd.readouterr().out)["measures"]
    assert measured["event"] == "compliance"
    assert measured["labels"] == ["compliance", "refusal"]


def test_lists_on_a_card_read_as_words(capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["show", "xstest"]) == 0
    assert "safety-at-scale/over-refusal, evaluation/" in capfd.readouterr().out


def test_a_label_pack_that_is_none_is_called_a_pack(capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["calibrate", "refusal", "--labels", "nosuch"]) == 2
    assert "no label pack is called 'nosuch'" in capfd.readouterr().err


def test_the_folder_of_a_suite_is_told_from_a_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "suite.json").write_text("{}", "utf-8")
    assert exit_code(["records", str(tmp_path)]) != 0
    assert "is a suite, no run: name one of its runs" in capfd.readouterr().err


@pytest.mark.parametrize("written", ["sorry-bench", "sorry_bench", "benchmarks/sorry-bench"])
def test_a_part_is_shown_under_any_spelling_that_it_has_had(
    written: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["show", written]) == 0
    assert capfd.readouterr().out.startswith("sorry_bench  (benchmarks)")
