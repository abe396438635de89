"""A disk without room, in the middle of any command: one sentence, nothing half-made, and later it goes on.

The disk is as full as a limit on the size of files makes it.
"""

import json
import signal
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from plimsoll.run.keep.folder import RunFolder, runs
from tests.support import planted
from tests.support.extras import need
from tests.support.shell import PLIMSOLL, environment, plimsoll

resource: Any = pytest.importorskip("resource", reason="this system sets no limit to a file's size")

RUN = (
    *("run", "simplesafetytests:split=starter", "--model", "scripted/echo", "--attack", "encoding/base64"),
    *("--no-cache", "--json", "--log-dir", "logs"),
)


def limited(most: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def without_room(folder: Path, most: int, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PLIMSOLL, *words],
        cwd=folder,
        env={**environment(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=partial(limited, most),
        capture_output=True,
        text=True,
        check=False,
    )


def named(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("most", [0, 2, 1500, 4000, 6000])
def test_a_run_without_room_stops_in_one_sentence_and_goes_on_later(most: int, tmp_path: Path) -> None:
    stopped = without_room(tmp_path, most, *RUN)
    assert stopped.returncode in (1, 2)
    assert "Traceback" not in stopped.stderr
    told = [line for line in stopped.stderr.splitlines() if line.startswith("plimsoll: ")]
    assert len(told) == 1
    assert "File too large" in told[0]
    assert "logs" in told[0]
    begun = runs(tmp_path / "logs")
    assert [folder.path for folder in begun] == sorted((tmp_path / "logs").glob("*"))
    assert not [name for name in named(tmp_path / "logs") if name.endswith(".part")]
    assert plimsoll(tmp_path, *RUN).code == 0
    (whole,) = runs(tmp_path / "logs")
    assert not begun or whole.path == begun[0].path
    held = [(record.sample.id, record.epoch) for record in RunFolder(whole.path).records()]
    assert len(held) == len(set(held)) == whole.manifest().total


@pytest.mark.parametrize(
    "words",
    [
        ("judge", "RUN", "--judge", "refusal"),
        ("report", "RUN", "--format", "html", "-o", "out.html"),
        ("export", "RUN", "--to", "inspect", "-o", "out"),
        ("view", "--bundle", "out"),
        ("sign", "RUN", "--key", "out"),
    ],
    ids=lambda words: words[0],
)
def test_a_command_without_room_names_the_file_and_leaves_nothing_behind(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    if words[0] in ("view", "sign"):
        need(words[0])
    assert plimsoll(tmp_path, *RUN).code == 0
    (run,) = runs(tmp_path / "logs")
    given = [str(run.path) if word == "RUN" else word for word in words]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    failed = without_room(tmp_path, 30, *given)
    assert failed.returncode in (1, 2), failed.stdout
    assert "Traceback" not in failed.stderr
    assert "File too large" in failed.stderr
    assert "out" in failed.stderr or "logs" in failed.stderr
    assert {path: path.read_bytes() for path in before} == before
    left = {path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size} - set(before)
    assert not left


@pytest.mark.torch
def test_a_repair_is_there_with_its_record_or_not_at_all(tmp_path: Path) -> None:
    planted.write(tmp_path / "model")
    rows = ({"prompt": prompt, "reply": "refuse"} for prompt in planted.HARMFUL)
    (tmp_path / "on.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    asked = ("realign", "sft:steps=2,batch=1,rank=2,template=raw", "model", "--on", "on.jsonl")
    # Room for the weights, and none for the page of their training.
    most = (tmp_path / "model" / "model.safetensors").stat().st_size + 4096
    stopped = without_room(tmp_path, most, *asked, "--out", "mended")
    assert stopped.returncode == 1
    assert "File too large" in stopped.stderr
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"model"}
    assert plimsoll(tmp_path, *asked, "--out", "mended").code == 0
    assert (tmp_path / "mended" / "realignment.json").is_file()
