import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.registry import ROOMS
from tests.support.house import SOURCE, importable, modules, name_of

HEAVY = ("aiohttp", "asyncio", "inspect_ai", "llama_cpp", "numpy", "rich", "sqlite3", "torch", "transformers")
ASK_FOR_AN_EXTRA = {"plimsoll.bridges._inspect_registry"}
"""Modules that another framework imports: only there, and only with it installed."""
ALL = """
import importlib, json, sys, warnings
warnings.simplefilter("error")
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in an empty folder that is also its home."""
    environment = {**os.environ, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = str(SOURCE.parent)  # this checkout's code, wherever another is installed
    for name in ("XDG_CACHE_HOME", "PLIMSOLL_CACHE", "PLIMSOLL_DATA"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def loaded(tmp_path: Path, *names: str) -> set[str]:
    made = python("-c", ALL, json.dumps(names), folder=tmp_path)
    assert made.returncode == 0, made.stderr
    return set(json.loads(made.stderr))


def test_the_command_line_starts_without_heavy_libraries(tmp_path: Path) -> None:
    assert loaded(tmp_path, "plimsoll.cli").isdisjoint({*HEAVY, "plimsoll.registry", "plimsoll.run"})


def test_help_and_version_import_nothing_more(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom plimsoll.cli import exit_code\n"
        "exit_code(['--help']); exit_code(['--version'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    assert python("-c", script, folder=tmp_path).stderr.strip() == "[]"


def test_importing_every_module_prints_nothing_and_writes_nothing(tmp_path: Path) -> None:
    names = [name_of(path) for path in importable() if name_of(path) not in ASK_FOR_AN_EXTRA]
    made = python("-c", ALL, json.dumps(names), folder=tmp_path)
    assert made.returncode == 0, made.stderr
    assert made.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_parts_and_commands_load_heavy_libraries_only_when_they_are_used(tmp_path: Path) -> None:
    rooms = tuple(f"plimsoll.{room}." for room in (*ROOMS, "cli", "run"))
    names = [name for name in map(name_of, modules()) if "._" not in name and name.startswith(rooms)]
    assert loaded(tmp_path, *names) & {*HEAVY} - {"asyncio", "sqlite3"} == set()


@pytest.mark.parametrize("name", [name_of(path) for path in importable() if path.name == "__init__.py"])
def test_a_room_can_be_entered_first(name: str, tmp_path: Path) -> None:
    assert name in loaded(tmp_path, name)


WITHOUT_DATABASE = """
import sys
for name in ("alembic", "psycopg", "python_multipart", "sqlalchemy"):
    sys.modules[name] = None
from pathlib import Path
from plimsoll.labelling import web as labelling
from plimsoll.viewer import web as viewer
viewer.application(Path())
labelling.application(labelling.Desk(labelling.Sheet(Path("labels.jsonl")), "me"))
"""


def test_to_view_and_to_label_need_no_database(tmp_path: Path) -> None:
    pytest.importorskip("starlette", reason="the extra 'view' is not installed")
    made = python("-c", WITHOUT_DATABASE, folder=tmp_path)
    assert made.returncode == 0, made.stderr
