"""From labelled conversations to a guard of one's own: examples, learned, measured before and after."""

import json
from math import exp
from pathlib import Path
from typing import Any

import pytest

from plimsoll import cli
from tests.support import planted_guard
from tests.support.endpoint import FakeEndpoint, weighed

pytestmark = pytest.mark.torch


def command(*given: object) -> None:
    assert cli.exit_code(list(map(str, given))) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy, a set to learn from, another to measure on, a model, and the guard that it became."""
    held = tmp_path_factory.mktemp("guard")
    (held / "flags.toml").write_text(planted_guard.POLICY, encoding="utf-8")
    planted_guard.write(held / "model")
    planted_guard.conversations(held / "learn.csv", 24)
    planted_guard.conversations(held / "test.csv", 60)
    policy = ("--policy", held / "flags.toml")
    command("train", "llama_guard", "--on", held / "learn.csv", *policy, "-o", held / "learn.jsonl")
    learned = ("--on", held / "learn.jsonl", "--out", held / "tuned", "--template", "raw")
    command("finetune", held / "model", *learned, "--steps", "40", "--batch", "6", "--rate", "0.02")
    return held


def measured(folder: Path, capsys: pytest.CaptureFixture[str], *guards: str, **more: object) -> Any:
    options = [word for name, value in more.items() for word in (f"--{name}", str(value))]
    given = ["guard", *guards, "--on", str(folder / "test.csv"), "--log-dir", str(folder / "logs")]
    capsys.readouterr()
    assert cli.exit_code([*given, "--no-cache", "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def spec(folder: Path, name: str, *more: str) -> str:
    model = f"model=transformers/{folder / name}"
    return f"llama_guard:{','.join((f'policy={folder}/flags.toml', model, *more))}"


def test_a_model_becomes_a_guard_and_the_difference_has_an_interval(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weighed_by = [spec(folder, name, "way=choice") for name in ("model", "tuned")]
    found = measured(folder, capsys, *weighed_by)
    before, after = found["guards"]
    assert (before["scored"], after["scored"]) == (60, 60)
    assert after["f1"]["low"] > 0.9 > before["f1"]["high"]
    assert before["split_sha256"] == after["split_sha256"]
    assert before["prompt_sha256"] == after["prompt_sha256"]
    (pair,) = found["pairs"]
    assert pair["differences"]["f1"]["high"] < 0
    assert pair["p"]["f1"] < 0.01


def test_the_guard_keeps_to_the_form_that_its_model_did_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = measured(folder, capsys, spec(folder, "tuned"))
    assert (after["scored"], after["unparsed"]) == (60, 0)
    assert after["recall"]["low"] > 0.8
    given = ["guard", spec(folder, "model"), "--on", str(folder / "test.csv"), "--limit", "8", "--json"]
    assert cli.exit_code([*given, "--no-cache", "--log-dir", str(folder / "logs")]) == 1
    assert json.loads(capsys.readouterr().out)["unparsed"] == 8


def test_only_the_verdict_was_learned(folder: Path) -> None:
    from plimsoll.cli.analyse import opened_model
    from plimsoll.internals import examples, training
    from plimsoll.internals.handle import handle
    from plimsoll.internals.losses import IGNORED, padded

    held = handle(opened_model(f"transformers/{folder / 'model'}"))
    rows = training.fitting(held, examples.read(folder / "learn.jsonl"), training.Recipe(template="raw"))
    ids, labels, _ = padded(held.module, rows)
    learned = {
        held.tokenizer.decode([token for token in row.tolist() if token != IGNORED]).split(" ")[0]
        for row in labels
    }
    assert learned == {"safe", "unsafe"}
    assert all((row != IGNORED).sum() <= 3 < len(shown) for row, shown in zip(labels, ids, strict=True))


def test_a_guard_scores_alike_through_an_endpoint_and_with_its_weights_at_hand(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_hand = measured(folder, capsys, spec(folder, "tuned"), limit=12)
    asked: list[str] = []
    with FakeEndpoint(reply=lambda prompt: asked.append(prompt) or "safe") as endpoint:
        listening = ("--model", "openai/tuned", "-M", f"base_url={endpoint.url}", "--max-connections", "1")
        guard = f"llama_guard:policy={folder}/flags.toml"
        given = ["guard", guard, "--on", str(folder / "test.csv"), "--limit", "12", *listening]
        cli.exit_code([*given, "--no-cache", "--log-dir", str(folder / "listening")])
    told = [planted_guard.first_token(folder / "tuned", prompt) for prompt in asked]
    faults = []
    for chances in told:
        (token, own), *rivals = sorted(chances.items(), key=lambda pair: -pair[1])
        faults.append(weighed(token, own, (token, own), *rivals))
    with FakeEndpoint(faults=faults) as endpoint:
        serving = ("--model", "openai/tuned", "-M", f"base_url={endpoint.url}", "--max-connections", "1")
        given = ["guard", guard, "--on", str(folder / "test.csv"), "--limit", "12", *serving]
        assert cli.exit_code([*given, "--no-cache", "--log-dir", str(folder / "serving"), "--json"]) == 0
    served = json.loads(capsys.readouterr().out.splitlines()[-1])
    here, there = (scores(Path(found["run"])) for found in (at_hand, served))
    assert len(here) == len(there) == 12
    assert here == pytest.approx(there, abs=1e-3)
    assert here == pytest.approx([exp(chances["unsafe"]) for chances in told], abs=1e-3)
    assert max(here) > 0.5 > min(here)


def scores(run: Path) -> list[float]:
    lines = (run / "records.jsonl").read_text(encoding="utf-8").splitlines()
    found = sorted(map(json.loads, lines), key=lambda row: int(row["sample"]["id"]))
    return [row["verdicts"]["llama_guard"]["detail"]["score"] for row in found]
