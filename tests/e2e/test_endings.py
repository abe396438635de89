"""However a command ends, it says so in a line and in its exit code."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.shell import plimsoll

RUN = ("run", "safetybench:split=starter", "--model", "scripted/letter-A", "--limit", "3")
CTRL_C = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"


@pytest.fixture
def occupied(tmp_path: Path) -> Path:
    """A file where a folder should be: no user may write below it, not even root."""
    path = tmp_path / "occupied"
    path.touch()
    return path


@pytest.mark.parametrize("library", ["click", "msgspec"])
def test_ctrl_c_while_libraries_are_loaded_leaves_one_line(tmp_path: Path, library: str) -> None:
    (tmp_path / f"{library}.py").write_text(CTRL_C)
    done = plimsoll(tmp_path, "list", PYTHONPATH=str(tmp_path))

    assert done.code == 130
    assert done.out == ""
    assert done.err.split("\n")[-2:] == ["plimsoll: interrupted", ""]
    assert "Traceback" not in done.err


@pytest.mark.skipif(os.name != "posix", reason="this system knows no polite kill")
@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGINT])
def test_how_a_run_goes_on_is_said_below_its_tables(ended: signal.Signals, tmp_path: Path) -> None:
    slow = ("-m", "scripted/random", "-M", "latency=2", "--max-connections", "1", "--no-cache")
    run = ("run", "safetybench:split=starter", *slow, "--log-dir", str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-m", "plimsoll", *run], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    while process.poll() is None and not list(tmp_path.glob("*/records.jsonl")):
        time.sleep(0.01)
    process.send_signal(ended)
    *_, report, onward, last = process.communicate(timeout=60)[0].splitlines()
    assert report.startswith("report  ")
    assert "; go on with: plimsoll run --resume " in onward
    assert last == "plimsoll: interrupted"


def test_a_log_folder_that_cannot_be_written_is_named(tmp_path: Path, occupied: Path) -> None:
    done = plimsoll(tmp_path, *RUN, "--no-cache", "--log-dir", str(occupied / "logs"))

    assert done.code == 2
    assert done.err.startswith(f"plimsoll: --log-dir {occupied / 'logs'}: ")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("command", [RUN, ("cache", "info"), ("cache", "clear", "--yes")])
def test_a_cache_folder_that_cannot_be_written_is_named_with_the_remedy(
    tmp_path: Path, occupied: Path, command: tuple[str, ...]
) -> None:
    done = plimsoll(tmp_path, *command, PLIMSOLL_CACHE=str(occupied))

    assert done.code == 2
    assert f"plimsoll: the response cache {occupied / 'responses.sqlite'} cannot be used" in done.err
    assert "set PLIMSOLL_CACHE to another folder" in done.err
    assert "Traceback" not in done.err


def test_any_other_file_that_cannot_be_written_is_named(tmp_path: Path, occupied: Path) -> None:
    assert plimsoll(tmp_path, *RUN, "--no-cache", "--log-dir", "logs").code == 0
    done = plimsoll(tmp_path, "export", "--to", "inspect", "--output", str(occupied / "logs"))

    assert done.code == 1
    assert done.err.startswith(f"plimsoll: {occupied}")
    assert len(done.err.splitlines()) == 1
