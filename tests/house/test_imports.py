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

OF_ONE_SYSTEM = (
    "fcntl", "resource", "termios", "pwd", "grp", "pty", "tty", "readline", "curses", "syslog", "spwd", "nis",
    "uvloop", "winreg", "winsound", "msvcrt", "_winapi",
)  # fmt: skip
"""Modules that only some systems have."""
FROM_ONE_SYSTEM = (
    "chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgrouplist",
    "getgroups", "getloadavg", "getpgid", "getpriority", "getsid", "getuid", "killpg", "mkfifo", "nice",
    "openpty", "posix_fadvise", "posix_fallocate", "pread", "pwrite", "sched_getaffinity", "sched_yield",
    "setsid", "statvfs", "sysconf", "uname", "wait3", "wait4",
)  # fmt: skip
"""Functions of `os` that only some systems have."""
ELSEWHERE = """
import asyncio, concurrent.futures.process, importlib, json, os, signal, subprocess, sys, tempfile
modules, functions, names = map(json.loads, sys.argv[1:4])
for name in modules:
    sys.modules[name] = None
for name in functions:
    vars(os).pop(name, None)
for name in [name for name in vars(signal) if name.startswith("SIG") and name not in ("SIGINT", "SIGTERM")]:
    delattr(signal, name)
def missing(*_):
    raise NotImplementedError
asyncio.SelectorEventLoop.add_signal_handler = missing
for name in names:
    try:
        importlib.import_module(name)
    except BaseException as error:
        print(f"{name}: {error!r}")
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


def test_no_module_needs_what_only_one_system_has(tmp_path: Path) -> None:
    names = [name_of(path) for path in importable() if name_of(path) not in ASK_FOR_AN_EXTRA]
    given = map(json.dumps, (OF_ONE_SYSTEM, FROM_ONE_SYSTEM, names))
    made = python("-c", ELSEWHERE, *given, folder=tmp_path)
    assert (made.returncode, made.stdout) == (0, ""), made.stderr


def test_a_module_that_needs_one_system_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "narrow.py").write_text("import fcntl\n", encoding="utf-8")
    (tmp_path / "narrower.py").write_text("import os\nUSER = os.getuid()\n", encoding="utf-8")
    given = map(json.dumps, (OF_ONE_SYSTEM, FROM_ONE_SYSTEM, ("narrow", "narrower")))
    made = python("-c", ELSEWHERE, *given, folder=tmp_path)
    assert [line.partition(":")[0] for line in made.stdout.splitlines()] == ["narrow", "narrower"]


def test_a_run_and_its_report_need_nothing_that_only_one_system_has(tmp_path: Path) -> None:
    steps = """
from pathlib import Path
from plimsoll.cli import exit_code
asked = ["run", "safetybench:split=starter,language=en", "-m", "scripted/letter-A", "--limit", "4"]
codes = [exit_code([*asked, "--log-dir", "logs"])]
(run,) = (str(path.parent) for path in Path("logs").rglob("run.json"))
print(codes + [exit_code(words) for words in (["report", run], ["records", run], ["list", "models"])])
"""
    given = map(json.dumps, (OF_ONE_SYSTEM, FROM_ONE_SYSTEM, ()))
    made = python("-c", ELSEWHERE + steps, *given, folder=tmp_path)
    assert made.stdout.splitlines()[-1:] == ["[0, 0, 0, 0]"], made.stderr


OF_THE_LIBRARY = "\nsignal.SIGKILL = 9"
"""What the standard library of this system itself needs to end processes."""
OURS = tuple(name for name in FROM_ONE_SYSTEM if name != "statvfs")
"""The others without what that library needs to know how full a disk is."""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["view", "--help"], 0),
        (["label", "--help"], 0),
        (["board", "--help"], 0),
        (["board", "serve", "--help"], 0),
        (["doctor"], 0),
        (["board", "init", "--home", "board"], 0),
        (["run", "agents/starter", "-m", "scripted/tools", "--limit", "2", "--log-dir", "logs"], 0),
        (["generate", "grammar", "--quota", "1", "--out", "made"], 0),
        (["sign", "nowhere"], 2),
        (["view", "--port", "-1"], 2),
    ],
)
def test_a_command_on_another_system_works_or_says_one_sentence(
    words: list[str], code: int, tmp_path: Path
) -> None:
    if words[:2] == ["board", "init"]:
        pytest.importorskip("sqlalchemy", reason="the extra 'board' is not installed")
    steps = f"{OF_THE_LIBRARY}\nfrom plimsoll.cli import exit_code\nprint(exit_code({words!r}))"
    given = map(json.dumps, (OF_ONE_SYSTEM, OURS, ()))
    made = python("-c", ELSEWHERE + steps, *given, folder=tmp_path)
    assert made.stdout.splitlines()[-1:] == [str(code)], made.stderr
    assert "Traceback" not in made.stderr


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_the_doctor_says_what_a_system_does_not_do(system: str, tmp_path: Path) -> None:
    steps = f"""{OF_THE_LIBRARY}
import platform
platform.system = lambda: {system!r}
from plimsoll.cli import exit_code
print(exit_code(["doctor", "--json"]))
"""
    given = map(json.dumps, (OF_ONE_SYSTEM, OURS, ()))
    made = python("-c", ELSEWHERE + steps, *given, folder=tmp_path)
    *printed, code = made.stdout.splitlines()
    assert code == "0", made.stderr
    assert ("are not supported: use WSL for these" in "".join(printed)) == (system == "Windows")
