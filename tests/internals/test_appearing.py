"""A folder that appears whole: what the dead left is swept, and the living are left alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.core import UserError
from plimsoll.internals.appearing import appear, unfinished


def _dead() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_what_a_dead_process_left_is_swept_and_what_a_living_one_makes_stays(tmp_path: Path) -> None:
    ours = unfinished(tmp_path / "out")
    number = str(os.getpid())
    assert number in ours.name
    dead, living = (
        ours.with_name(ours.name.replace(number, str(other))) for other in (_dead(), os.getppid())
    )
    others = [tmp_path / "out", tmp_path / ".other.part", dead.with_name(dead.name.replace("out", "outer"))]
    elsewhere = dead.with_name(".out.00000000-" + dead.name.partition("-")[2])
    for path in (ours, dead, living, elsewhere, *others):
        path.mkdir()
        (path / "model.safetensors").write_bytes(b"half")
    assert unfinished(tmp_path / "out") != ours
    assert not dead.exists()
    assert all(path.exists() for path in (ours, living, elsewhere, *others))


def test_a_folder_takes_its_name_whole_and_never_anothers_place(tmp_path: Path) -> None:
    for number in range(2):
        made = unfinished(tmp_path / "out")
        made.mkdir()
        (made / "number").write_text(str(number), encoding="utf-8")
        if not number:
            appear(made, tmp_path / "out")
            continue
        with pytest.raises(UserError, match="another process made it"):
            appear(made, tmp_path / "out")
    assert (tmp_path / "out" / "number").read_text("utf-8") == "0"
