"""What a terminal shows keeps to its width, also where signs are two cells wide."""

from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.words.wrapping import cells
from tests.support.shell import plimsoll

RUN = ("run", "multijail:split=starter", "-m", "scripted/refuse", "--limit", "4", "--no-cache")
COMMANDS = {
    "report": ["report", "one"],
    "compare": ["compare", "one", "other"],
    "grid": ["report", "logs-grid/grid"],
    "guard": ["guard", "words:file=words.txt", "--on", "mine.csv"],
    "list": ["list", "judges"],
    "show": ["show", "safetybench"],
    "cards": ["card", "list"],
    "data": ["data", "list"],
    "help": ["run", "--help"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs, a grid of them under attack, and a set for a guard."""
    made = tmp_path_factory.mktemp("widths")
    for name in ("one", "other"):
        assert plimsoll(made, *RUN, "--log-dir", f"logs-{name}").code == 0
        (run,) = (made / f"logs-{name}").iterdir()
        run.rename(made / name)
    attacked = ("--attack", "none", "--attack", "encoding/rot13", "--attack", "roleplay/role")
    assert plimsoll(made, *RUN, *attacked, "--defense", "none", "--defense", "self_reminder",
                    "--log-dir", "logs-grid").code == 0  # fmt: skip
    (grid,) = (path.parent for path in (made / "logs-grid").glob("*/grid.json"))
    (made / "words.txt").write_text("[birds]\nparrot\n鹦鹉\n", encoding="utf-8")
    lines = [f"Where is the {'parrot' if n % 3 else 'kettle'} {n}?,{int(n % 3 > 0)}" for n in range(24)]
    (made / "mine.csv").write_text("\n".join(["prompt,label", *lines]) + "\n", encoding="utf-8")
    grid.rename(grid.with_name("grid"))
    return made


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_is_wider_than_the_terminal(  # noqa: PLR0917
    name: str,
    language: str,
    width: int,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PLIMSOLL_LANG", language)
    monkeypatch.setenv("COLUMNS", str(width))
    assert exit_code(COMMANDS[name]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines
    # A name or an address that holds no blank cannot be broken.
    wide = [line for line in lines if cells(line.rstrip()) > width and len(line.split()) > 2]
    assert wide == []
