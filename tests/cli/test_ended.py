"""Commands on weights that are ended in the middle: nothing half-written, and the same command goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from tests.support import planted
from tests.support.tiny import write_tiny

pytestmark = [pytest.mark.torch, pytest.mark.slow]
NEEDS_SIGNALS = pytest.mark.skipif(os.name != "posix", reason="this system knows no polite kill")


def _examples(path: Path) -> Path:
    rows = ({"prompt": prompt, "reply": "refuse"} for prompt in planted.HARMFUL)
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def _begun(arguments: list[str], seen: Path) -> subprocess.Popen[str]:
    """A command in a process of its own, once it has written something."""
    process = subprocess.Popen(
        [sys.executable, "-m", "plimsoll", *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not list(seen.parent.glob(seen.name)):
        time.sleep(0.01)
    return process


@NEEDS_SIGNALS
@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_fine_tuning_that_was_ended_goes_on_and_tells_the_seconds_of_both(
    ended: signal.Signals, tmp_path: Path
) -> None:
    model, on, out = planted.write(tmp_path / "model"), _examples(tmp_path / "on.jsonl"), tmp_path / "out"
    steps = ["--template", "raw", "--steps", "300", "--batch", "1"]
    command = ["finetune", str(model), "--on", str(on), "--out", str(out), *steps]
    kept = tmp_path / ".out.training"
    process = _begun(command, kept / "training.json")
    process.send_signal(ended)
    _, said = process.communicate(timeout=60)
    if ended != signal.SIGKILL:
        assert "interrupted" in said
        assert process.returncode == 130
    assert "Traceback" not in said
    assert not out.exists()
    done = json.loads((kept / "training.json").read_text("utf-8"))["losses"]
    before = json.loads((kept / "seconds.json").read_text("utf-8"))
    assert 0 < len(done) < 300
    assert before > 0
    assert exit_code(command) == 0
    record = json.loads((out / "finetuning.json").read_text("utf-8"))
    assert record["losses"][: len(done)] == done
    assert len(record["losses"]) == 300
    assert record["seconds"] >= round(before, 1)
    assert not list(tmp_path.glob(".*"))


@NEEDS_SIGNALS
@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGKILL])
def test_a_merge_that_was_ended_leaves_no_model_and_the_next_one_sweeps(
    ended: signal.Signals, tmp_path: Path
) -> None:
    sizes = {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 4}
    model, out = write_tiny(tmp_path / "model", **sizes), tmp_path / "out"
    command = ["realign", "linear", str(model), str(model), "--out", str(out)]
    process = _begun(command, tmp_path / ".*.part")
    process.send_signal(ended)
    process.communicate(timeout=60)
    assert process.returncode != 0, "64 MB are not written between two looks"
    assert not out.exists()
    assert bool(list(tmp_path.glob(".*"))) is (ended == signal.SIGKILL)
    assert exit_code(command) == 0
    assert not list(tmp_path.glob(".*"))
