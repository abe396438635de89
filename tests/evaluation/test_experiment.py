"""Run files: everything a command line can say."""

import json
from pathlib import Path

import pytest

from plimsoll.cli.run import command as run_command
from plimsoll.core import DataError
from plimsoll.run.ask.experiment import Experiment, is_experiment, load
from plimsoll.run.keep.folder import open_run
from tests.support.shell import plimsoll

STARTER = "safetybench:split=starter,language=en"
TOML = """
title = "Two letters"
benchmark = "safetybench"
arguments = { split = "starter", language = "en" }
model = ["scripted/letter-A", { model = "scripted/random", options = { seed = 7 } }]
attack = ["none", "encoding/rot13"]
system_prompt = "Be brief."
limit = 4
temperature = 0.5
seed = 3
log_dir = "out"
cache = false
"""
YAML = """
title: Two letters
benchmark: safetybench
arguments: {split: starter, language: en}
model:
  - scripted/letter-A
  - {model: scripted/random, options: {seed: 7}}
attack: [none, encoding/rot13]
system_prompt: Be brief.
limit: 4
temperature: 0.5
seed: 3
log_dir: out
cache: false
"""
CARRIED_OUT = {"dry-run", "json", "resume", "help"}
"""Options that are about this one call."""
NAMED = {"-M": "options", "-T": "arguments", "-J": "judge_options"}


@pytest.mark.parametrize(("name", "text"), [("a.toml", TOML), ("a.yaml", YAML)])
def test_a_file_says_what_a_command_line_says(name: str, text: str, tmp_path: Path) -> None:
    if name.endswith(".yaml"):
        pytest.importorskip("yaml", reason="the extra 'data' is not installed")
    (tmp_path / name).write_text(text)
    by_file = plimsoll(tmp_path, "run", name, "--json")
    assert by_file.code == 0, by_file.err
    cells = by_file.last_json["cells"]
    assert by_file.last_json["title"] == "Two letters"
    assert [(cell["model"], cell["attack"]) for cell in cells] == [
        ("scripted/letter-A", "none"),
        ("scripted/letter-A", "encoding/rot13"),
        ("scripted/random", "none"),
        ("scripted/random", "encoding/rot13"),
    ]
    specs = [open_run(tmp_path / cell["run"]).manifest().spec for cell in cells]
    assert {spec.benchmark for spec in specs} == {STARTER}
    assert [dict(spec.options) for spec in specs] == [{}, {}, {"seed": "7"}, {"seed": "7"}]
    assert {(spec.limit, spec.seed, spec.system_prompt) for spec in specs} == {(4, 3, "Be brief.")}
    assert {spec.sampling["temperature"] for spec in specs} == {0.5}
    assert (tmp_path / "out").is_dir()


def test_one_run_in_a_file_is_the_run_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(f'benchmark = "{STARTER}"\nmodel = "scripted/letter-A"\nlimit = 3\n')
    by_file = plimsoll(tmp_path, "run", "one.toml", "--json").last_json
    by_hand = plimsoll(
        tmp_path, "run", STARTER, "-m", "scripted/letter-A", "--limit", "3", "--json"
    ).last_json
    ids = {json.loads((tmp_path / each["run"] / "run.json").read_text())["id"] for each in (by_file, by_hand)}
    assert len(ids) == 1


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TOML)
    done = plimsoll(tmp_path, "run", "a.toml", "-m", "scripted/letter-B", "--limit", "2", "--json")
    cells = done.last_json["cells"]
    assert {cell["model"] for cell in cells} == {"scripted/letter-B"}
    assert {cell["headline"]["n"] for cell in cells} == {2}


def test_a_file_can_say_every_option_that_decides_a_run() -> None:
    flags = {max(option.opts, key=len) for option in run_command.params if option.opts[0].startswith("-")}
    known = {NAMED.get(flag, flag.lstrip("-").replace("-", "_")) for flag in flags}
    assert known - CARRIED_OUT - {"dry_run"} <= {*Experiment.__struct_fields__}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('benchmark = "x"\nlimits = 3', "has a key 'limits'; did you mean limit"),
        ('benchmark = "x"\nlimit = 0', r"Expected `int` >= 1 - at `\$.limit`"),
        ('benchmark = "x"\nepochs = "many"', r"at `\$.epochs`"),
        ('benchmark = "x', "a.toml: "),
    ],
)
def test_a_file_that_says_something_else_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        load(str(path))


def test_suites_experiments_and_tables_are_told_apart(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="the extra 'data' is not installed")
    files = {
        "experiment.toml": 'benchmark = "x"',
        "suite.toml": 'title = "S"\n[[run]]\nbenchmark = "x"',
        "experiment.yaml": "benchmark: x",
        "prompts.yaml": "- prompt: Hello",
        "rubric.toml": 'event = "x"',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = {name: is_experiment(str(tmp_path / name)) for name in (*files, "missing.toml")}
    assert [name for name, is_one in found.items() if is_one] == ["experiment.toml", "experiment.yaml"]


def test_a_file_of_prompts_in_yaml_is_still_one(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="the extra 'data' is not installed")
    (tmp_path / "prompts.yaml").write_text("- prompt: Hello\n")
    done = plimsoll(tmp_path, "run", "prompts.yaml", "-m", "scripted/refuse", "--json")
    assert done.code == 0, done.err


def test_a_file_that_is_neither_says_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('model = "scripted/letter-A"\n')
    done = plimsoll(tmp_path, "run", "odd.toml")
    assert done.code != 0
    assert "[[run]]" in done.err
    assert "benchmark" in done.err
