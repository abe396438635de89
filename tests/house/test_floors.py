import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from importlinter.api import read_configuration

from tests.support.house import ROOT, SOURCE, imports, modules, name_of

ARCHITECTURE = ROOT / "docs" / "architecture.md"
ENTRANCES = {"__init__", "__main__"}
"""Files that are no room: they only let in."""


def floors() -> list[set[str]]:
    """The floors of the contract, the highest first."""
    (contract,) = read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    return [
        {room.strip().removeprefix("plimsoll.") for room in floor.split("|")} for floor in contract["layers"]
    ]


def rooms() -> set[str]:
    """What lies directly under the package."""
    folders = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    return folders | {path.stem for path in SOURCE.glob("*.py")} - ENTRANCES


def fenced(page: Path, beginning: str) -> list[str]:
    """The lines of the one block of a page that begins so."""
    blocks = page.read_text(encoding="utf-8").split("```")[1::2]
    (block,) = (block for block in blocks if block.partition("\n")[2].startswith(beginning))
    return block.splitlines()[1:]


def test_no_room_imports_what_stands_beside_or_above_it() -> None:
    # In a process of its own: its console keeps the streams of whoever imported it first.
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as c; c()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_stands_on_exactly_one_floor() -> None:
    listed = [room for floor in floors() for room in floor]
    assert sorted(listed) == sorted(rooms())


def test_the_document_shows_the_floors_as_they_are() -> None:
    shown = [
        line.lstrip("0123456789").split("#")[0]
        for line in fenced(ARCHITECTURE, f"{len(floors())} ")
        if line[:1].isdigit()
    ]
    assert [{room.strip() for room in line.split("|")} for line in shown] == floors()


@pytest.mark.parametrize("room", sorted(rooms()))
def test_no_circle_runs_inside_a_room(room: str) -> None:
    inside = {name_of(path): path for path in modules() if name_of(path).split(".")[1:2] == [room]}
    graph = {
        name: {other for other in imports(path) if other in inside and other != name}
        for name, path in inside.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(error.args[1][::-1]))
