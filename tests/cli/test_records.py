import json
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from tests.support.logs import write_run
from tests.support.turns import WORKED, record


def test_records_are_json_for_programs_and_a_conversation_for_people(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, "a", [record(*WORKED)])
    folder = str(tmp_path / "a")
    assert exit_code(["records", folder, "--id", "q1"]) == 0
    assert json.loads(capfd.readouterr().out)["sample"]["id"] == "q1"
    assert exit_code(["records", folder, "--full", "--text"]) == 0
    shown = capfd.readouterr().out
    assert "── tool · look_up · failed ──" in shown
    assert "I need her address." in shown


def test_samples_are_shown_with_all_that_is_sent(capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["samples", "safetybench:split=starter", "--limit", "1"]
    assert exit_code([*asked, "--text"]) == 0
    assert "── user ──" in capfd.readouterr().out
    assert exit_code(asked) == 0
    assert json.loads(capfd.readouterr().out)["prompt"]
