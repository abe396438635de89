import json
from pathlib import Path

import pytest

from plimsoll.cli import USAGE, exit_code
from plimsoll.core import user
from tests.support.logs import write_run
from tests.support.turns import WORKED, asked_of, record


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


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (
            ["--outcome", "refusd"],
            "no outcome is called 'refusd'; did you mean refused or judge_refused? (there are answered,",
        ),
        (["--outcome", "wrong"], "no outcome is called 'wrong'"),
        (["--category", "Privcy"], "has no category 'Privcy'; did you mean Privacy? (it has Privacy)"),
        (["--category", ""], "has no category ''"),
    ],
)
def test_a_filter_that_nothing_is_called_by_is_an_error_and_no_empty_list(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], filters: list[str], said: str
) -> None:
    write_run(tmp_path, "a", [record(*WORKED, sample=asked_of(user("Who?"), category="Privacy"))])
    folder = str(tmp_path / "a")
    for form in ([], ["--full"]):
        assert exit_code(["records", folder, *form, *filters]) == USAGE
        assert said in capfd.readouterr().err
    assert exit_code(["records", folder, "--category", "Privacy", "--outcome", "refused"]) == 0
