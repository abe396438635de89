"""What options may say, and what is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from plimsoll.cli import USAGE, _options, exit_code, group
from plimsoll.core import UserError


def test_an_option_given_twice_is_refused_by_its_name_alone() -> None:
    assert _options.pairs(["seed=1", "base-url=x"], "-M") == {"seed": "1", "base_url": "x"}
    for twice in (["seed=1", "seed=2"], ["base-url=x", "base_url=x"]):
        with pytest.raises(UserError, match=r"^-M (seed|base_url) is given twice: keep one of them$"):
            _options.pairs(twice, "-M")


def test_scoring_refuses_what_the_benchmark_does_not_take(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    predictions = tmp_path / "predictions.json"
    predictions.write_text("{}")
    assert exit_code(["score", "safetybench:lnguage=zh", "--predictions", str(predictions)]) == USAGE
    assert "no argument 'lnguage'; did you mean language?" in capfd.readouterr().err
    arguments = ["score", "safetybench:split=starter,shots=5", "--predictions", str(predictions)]
    assert exit_code(arguments) == USAGE
    assert "split=starter has no official numbers" in capfd.readouterr().err


def options_of(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """The flag and the first variable of every option of a command and of those below it."""
    for option in command.params:
        if isinstance(option, click.Option):
            flag = max(option.opts, key=len).lstrip("-").replace("-", "_").upper()
            assert isinstance(option.envvar, list)
            yield f"{name.upper()}_{flag}", option.envvar[0]
    if isinstance(command, click.Group):
        for inner in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), inner)
            assert found is not None
            yield from options_of(found, f"{name}_{inner}")


def test_every_option_of_every_command_has_the_variable_of_its_flag() -> None:
    flags = [
        pair
        for name in group.list_commands(click.Context(group))
        if (command := group.get_command(click.Context(group), name))
        for pair in options_of(command, f"plimsoll_{name}")
    ]
    assert len(flags) > 50
    assert [variable for flag, variable in flags if flag != variable] == []
    variables = [variable for _, variable in flags]
    assert len(set(variables)) == len(variables)
    assert not {"PLIMSOLL_DATA", "PLIMSOLL_CACHE", "PLIMSOLL_CONFIG", "PLIMSOLL_TOKEN"} & set(variables)


def test_a_variable_stands_for_its_flag_and_the_flag_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def counted(*arguments: str) -> int:
        assert exit_code(["samples", "safetybench:split=starter", *arguments]) == 0
        return len(capfd.readouterr().out.splitlines())

    monkeypatch.setenv("PLIMSOLL_SAMPLES_LIMIT", "3")
    monkeypatch.setenv("PLIMSOLL_SAMPLES_T", "language=zh order=shuffled")
    assert (counted(), counted("--limit", "2")) == (3, 2)
    monkeypatch.setenv("PLIMSOLL_SAMPLES_LIMIT", "many")
    assert exit_code(["samples", "safetybench:split=starter"]) == USAGE
    assert "'--limit': 'many'" in capfd.readouterr().err


def test_a_variable_of_the_flag_alone_stands_for_it_in_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLIMSOLL_LIMIT", "3")
    asked = ["samples", "safetybench:split=starter"]
    assert exit_code(asked) == 0
    assert len(capfd.readouterr().out.splitlines()) == 3
    monkeypatch.setenv("PLIMSOLL_SAMPLES_LIMIT", "2")
    assert exit_code(asked) == 0
    assert len(capfd.readouterr().out.splitlines()) == 2


def test_no_flag_is_read_from_a_variable_that_means_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "kept"))
    arguments = ["run", "xstest:split=starter", "-m", "scripted", "--limit", "1", "--log-dir", str(tmp_path)]
    assert exit_code(arguments) == 0


def test_json_is_taken_where_every_line_is_json(capfd: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--json"]):
        assert exit_code(["samples", "safetybench:split=starter", "--limit", "2", *more]) == 0
    first, second, *again = capfd.readouterr().out.splitlines()
    assert [first, second] == again


def test_a_report_is_printed_as_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    logs = str(tmp_path / "logs")
    run = ["run", "safetybench:split=starter", "-m", "scripted/letter-A", "--limit", "3", "--no-cache"]
    assert exit_code([*run, "--log-dir", logs]) == 0
    capfd.readouterr()
    assert exit_code(["report", "--log-dir", logs, "--json"]) == 0
    printed = capfd.readouterr().out
    assert exit_code(["report", "--log-dir", logs, "--format", "json", "-o", "-"]) == 0
    assert json.loads(printed) == json.loads(capfd.readouterr().out)
    assert exit_code(["report", "--log-dir", logs, "--json", "-o", str(tmp_path / "r.json")]) == 0
    assert (tmp_path / "r.json").read_text(encoding="utf-8") == printed
    assert exit_code(["report", "--log-dir", logs, "--json", "--format", "html"]) == USAGE
    capfd.readouterr()
    for more in ([], ["--json"]):
        assert exit_code(["records", "--log-dir", logs, *more]) == 0
    rows = capfd.readouterr().out.splitlines()
    assert (len(rows), rows[:3]) == (6, rows[3:])
