"""A spec -> what `plimsoll generate` makes of it, and a folder killed in the middle."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code


def generated(capsys: pytest.CaptureFixture[str], spec: str, out: Path, *more: str) -> dict[str, Any]:
    """What the command tells of a generation."""
    code = exit_code(["generate", spec, "--out", str(out), *more, "--json"])
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert code == (0 if told["kept"] else 1), said.err
    return told


def rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSON lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def killed(spec: str, out: Path, *more: str, after: int) -> None:
    """Begin a generation and kill it when its log has so many lines."""
    asked = [sys.executable, "-m", "plimsoll", "generate", spec, "--out", str(out), *more]
    log = out / "decisions.jsonl"
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not (log.exists() and log.read_bytes().count(b"\n") >= after):
            time.sleep(0.01)
        assert process.poll() is None, "it came to its end before it could be killed"
        process.send_signal(signal.SIGKILL)
