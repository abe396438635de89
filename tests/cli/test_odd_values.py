"""Values that no command can mean: not a number, no file, a terminal of no width."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from plimsoll.cli import exit_code, group
from tests.support.shell import plimsoll as called


def options(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Option]]:
    """Every option of every command."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            if inner is not None:
                yield from options(inner, f"{name} {each}".strip())
    for option in command.params:
        if isinstance(option, click.Option):
            yield name, option


NUMBERS = [(name, each) for name, each in options(group) if isinstance(each.type, click.types.FloatParamType)]


def test_commands_take_numbers_at_all() -> None:
    assert len(NUMBERS) > 20


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-inf", "1e999"])
def test_no_option_takes_what_is_no_finite_number(text: str) -> None:
    for name, option in NUMBERS:
        with pytest.raises(click.BadParameter):
            option.type.convert(text, option, click.Context(click.Command(name)))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logs = tmp_path_factory.mktemp("logs")
    command = ["run", "safetybench:split=starter", "-m", "scripted/random", "--limit", "3", "--no-cache"]
    assert exit_code([*command, "--log-dir", str(logs), "--json"]) == 0
    return next(logs.glob("*/run.json")).parent


@pytest.mark.parametrize("target", ["/", ".", "..", "./.", "x/.."])
@pytest.mark.parametrize("form", ["html", "markdown", "json"])
def test_a_folder_is_no_file_to_write_to(
    *,
    target: str,
    form: str,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(["report", str(run), "--format", form, "-o", target]) in (1, 2)
    told = capsys.readouterr().err
    assert told.startswith("plimsoll: ")
    assert told.count("\n") <= 2
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("columns", ["0", "1", "-5", "99999999", "80.5", "x"])
def test_a_terminal_of_any_width_is_written_to(columns: str, run: Path) -> None:
    for command in (["report", str(run)], ["list", "attacks"], ["show", "safetybench"], ["--help"]):
        said = called(run, *command, COLUMNS=columns)
        assert said.code == 0
        words = sum(map(str.isalpha, said.out))
        assert words > 200, command
        assert len(said.out) < 200_000
