"""What holds for every model of a grid is said once, in every view."""

from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.pages.markup import Said, spoken
from plimsoll.reports import grid_defenses
from plimsoll.reports.defended import Contract, contracts
from plimsoll.reports.grid import grid

MODELS = ("-m", "scripted/letter-A", "-m", "scripted/letter-B")
DEFENDED = ("--defense", "none", "--defense", "self_reminder", "--limit", "4")


@pytest.mark.parametrize(("form", "lead"), [("text", "• "), ("md", "- "), ("html", ">")])
def test_what_was_not_measured_for_any_model_is_said_once(
    form: str, lead: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ("run", "safetybench:split=starter,language=en", *MODELS, *DEFENDED, "--log-dir", str(tmp_path))
    assert exit_code([*run, "--json"]) == 0
    capsys.readouterr()
    (found,) = tmp_path.glob("*grid*")
    wanted = () if form == "text" else ("--format", form, "-o", str(tmp_path / "report"))
    assert exit_code(["report", str(found), *wanted]) == 0
    shown = capsys.readouterr().out if form == "text" else (tmp_path / "report").read_text("utf-8")
    assert shown.count(f"{lead}Harm was not measured") == 1
    two = list(contracts(grid(found)))
    assert len(two) == 2

    def of_the_first(each: Contract) -> list[Said]:
        return ["all", *(["one"] if each is two[0] else [])]

    told = [spoken(note, "en") for note in grid_defenses.remarks(two, of_the_first)]
    assert told == ["all", "scripted/letter-A: one"]
