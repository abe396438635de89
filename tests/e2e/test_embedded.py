"""The embedded model and a random one, end to end."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.shell import PLIMSOLL, environment, plimsoll

SPEC = "safetybench:split=starter,language=en"


def submitted(folder: Path, run: str) -> dict[str, str]:
    rows = plimsoll(folder, "records", run, "--full").rows
    return {row["sample"]["id"]: row["verdicts"]["strict"]["label"] for row in rows}


@pytest.mark.llm
@pytest.mark.slow
def test_the_embedded_model_resumes_after_a_kill_and_answers_alike_twice(tmp_path: Path) -> None:
    command = ("run", SPEC, "--sample", "24", "--no-cache", "--json")
    process = subprocess.Popen(
        [*PLIMSOLL, *command, "--log-dir", "a"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    lines: list[bytes] = []
    while len(lines) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
        lines = [
            line for path in tmp_path.glob("a/*/records.jsonl") for line in path.read_bytes().splitlines()
        ]
    process.send_signal(signal.SIGKILL)
    process.wait()
    first = plimsoll(tmp_path, *command, "--log-dir", "a", timeout=600)
    assert first.code == 0, first.err
    kept = (tmp_path / first.last_json["run"] / "records.jsonl").read_bytes().splitlines()
    assert kept[: len(lines) - 1] == lines[: len(lines) - 1], "what was there before the kill was asked again"
    second = plimsoll(tmp_path, *command, "--log-dir", "b", timeout=600)
    assert submitted(tmp_path, first.last_json["run"]) == submitted(tmp_path, second.last_json["run"])
    assert json.loads((tmp_path / first.last_json["run"] / "summary.json").read_text())["means"] == {
        "loglikelihood": 24
    }


@pytest.mark.llm
@pytest.mark.slow
def test_two_official_submissions_of_the_embedded_model_are_byte_equal(
    tmp_path: Path, official: Path
) -> None:
    command = ("run", "safetybench:language=en,split=sample", "--limit", "30", "--no-cache", "--json")
    written: list[bytes] = []
    for folder in ("a", "b"):
        done = plimsoll(
            tmp_path, *command, "--log-dir", folder, timeout=600, PLIMSOLL_DATA=str(official.parent)
        )
        assert done.code == 0, done.err
        target = tmp_path / f"{folder}.json"
        made = plimsoll(
            tmp_path,
            *("export", done.last_json["run"], "--to", "submission", "-o", str(target)),
            PLIMSOLL_DATA=str(official.parent),
        )
        assert made.code == 0, made.err
        written.append(target.read_bytes())
    assert written[0] == written[1]
    assert len(json.loads(written[0])) == 30


@pytest.mark.torch
def test_a_transformer_of_random_weights_scores_as_chance_does(tmp_path: Path) -> None:
    made = tmp_path / "random"
    from tests.support.tiny import write_tiny

    write_tiny(made, max_position_embeddings=4096)
    done = plimsoll(
        tmp_path,
        *("run", "safetybench:split=starter,language=zh,order=cyclic", "--model", f"transformers/{made}"),
        *("--json", "--no-cache"),
        timeout=600,
    )
    assert done.code == 0, done.err
    accuracy = next(
        one for one in done.last_json["estimates"] if one["name"] == "accuracy" and not one.get("group")
    )
    baselines = [
        row
        for row in json.loads((tmp_path / done.last_json["run"] / "summary.json").read_text())["references"]
        if row["name"] == "random guess"
    ]
    chance = sum(row["values"][""] for row in baselines) / len(baselines)
    error = (chance * (1 - chance) / 112) ** 0.5
    assert abs(accuracy["value"] - chance) <= 3 * error
