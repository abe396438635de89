"""What the command line does where nobody reads to the end, or a terminal lacks a character."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.shell import PLIMSOLL, environment, plimsoll

STARTER = "safetybench:split=starter"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pipes")
    for model in ("scripted/letter-A", "scripted/letter-B"):
        done = plimsoll(made, "run", STARTER, "-m", model, "--limit", "5", "--log-dir", model)
        assert done.code == 0, done.err
    return made


def unheard(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and the errors of a command whose output nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PLIMSOLL, *arguments],
        check=False,
        cwd=folder,
        env=environment(folder),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writer)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("samples", STARTER),
        ("records", "--log-dir", "scripted/letter-A"),
        ("report", "--log-dir", "scripted/letter-A"),
        ("report", "--log-dir", "scripted/letter-A", "--json"),
        ("list", "judges"),
        ("--help",),
        ("run", "--help"),
        ("--version",),
    ],
)
def test_a_reader_that_goes_ends_a_command_quietly(folder: Path, arguments: tuple[str, ...]) -> None:
    assert unheard(folder, *arguments) == (0, "")


def test_a_gate_that_nobody_hears_out_has_not_passed(folder: Path) -> None:
    first, second = (str(next((folder / "scripted" / f"letter-{letter}").iterdir())) for letter in "AB")
    code, said = unheard(folder, "gate", second, "--baseline", first)
    assert code != 0
    assert "Traceback" not in said


def test_a_shell_may_ask_how_a_line_goes_on(folder: Path) -> None:
    done = plimsoll(folder, _PLIMSOLL_COMPLETE="bash_complete", COMP_WORDS="plimsoll sam", COMP_CWORD="1")
    assert (done.code, done.out) == (0, "plain,samples\n")


def test_a_terminal_without_a_character_shows_another(folder: Path) -> None:
    done = plimsoll(folder, "report", "--log-dir", "scripted/letter-A", PYTHONIOENCODING="ascii")
    assert done.code == 0, done.err
    assert "?" in done.out
    assert "letter-A" in done.out
