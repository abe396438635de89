"""A package of somebody else that does not import: one sentence with place and remedy, and the rest works."""

import os
from pathlib import Path

import pytest

from tests.support.shell import plimsoll

BROKEN = {
    "ModuleNotFoundError": "import nothing_of_that_name\n",
    "RuntimeError": "\n\nraise RuntimeError('first\\nsecond')\n",
    "SyntaxError": "def (\n",
    "SystemExit": "import sys\nsys.exit(3)\n",
}
LINE = {"RuntimeError": 3, "SystemExit": 2}


def package(folder: Path, content: str) -> str:
    """Lay a package down that has a judge and a benchmark; returns the path to import it from."""
    made = folder / "packages"
    about = made / "theirs-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    points = (
        "[plimsoll.judges]\nbroken = their_part:judge\n[plimsoll.benchmarks]\nbroken = their_part:bench\n"
    )
    (about / "entry_points.txt").write_text(points)
    (made / "their_part.py").write_text(content)
    return os.pathsep.join([str(made), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.mark.parametrize("kind", BROKEN)
def test_a_package_that_does_not_import_is_told_in_one_sentence(kind: str, tmp_path: Path) -> None:
    path = package(tmp_path, BROKEN[kind])
    for words in (("show", "broken"), ("run", "broken", "-m", "scripted")):
        done = plimsoll(tmp_path, *words, PYTHONPATH=path)
        assert done.code == 2, done
        assert done.out == ""
        assert len(done.err.splitlines()) == 1
        assert "'broken' of the package theirs cannot be imported" in done.err
        assert kind in done.err
        assert f"their_part.py, line {LINE.get(kind, 1)}" in done.err
        assert "pip uninstall theirs" in done.err


def test_a_package_that_does_not_import_hides_no_other_part(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "list", "judges", PYTHONPATH=package(tmp_path, BROKEN["SystemExit"]))
    assert done.code == 0
    assert "refusal" in done.out
    assert done.err.count("cannot be imported") == 1
    assert "Traceback" not in done.err
