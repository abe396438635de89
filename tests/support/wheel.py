"""This checkout -> a wheel and a source distribution, and empty environments that they are installed into.

They are built once in a run of the tests. Where no package index answers, the tests are skipped.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.house import ROOT

LEFT_OUT = ("PYTHON", "VIRTUAL_ENV", "PLIMSOLL", "PYTEST", "OPENAI", "UV_PROJECT")
"""Beginnings of variables of the tests' own environment, which a newcomer does not have."""


class Ended(NamedTuple):
    """How a line ended, and what it printed."""

    code: int
    printed: str


@dataclass(frozen=True)
class Newcomer:
    """Someone with an empty folder, a Python, `uv`, and a package index that has our wheel."""

    folder: Path

    @property
    def prefix(self) -> Path:
        """The environment of their own."""
        return self.folder / "env"

    def environment(self) -> dict[str, str]:
        """Their variables."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        path = (self.prefix / "bin", Path(uv()).parent, *kept["PATH"].split(os.pathsep))
        cache_folder = kept.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
        return kept | {
            "HOME": str(self.folder),
            "PATH": os.pathsep.join(map(str, path)),
            "UV_CACHE_DIR": cache_folder,
            "UV_FIND_LINKS": str(dist()),
            "PIP_FIND_LINKS": f"{dist()} {kept.get('PIP_FIND_LINKS', '')}".strip(),
            "COLUMNS": "100",
        }

    def begin(self, *, pip: bool = False) -> None:
        """Make the environment, with a `pip` of its own or without any package."""
        venv.create(self.prefix, with_pip=pip, symlinks=True)

    def types(self, line: str) -> Ended:
        """Type a line."""
        return shell(line, self.folder, self.environment())

    def doctor(self) -> dict[str, dict[str, Any]]:
        """What `plimsoll doctor` finds, by its name."""
        told = self.types("plimsoll doctor --json")
        assert told.code == 0, told.printed
        return {each["name"]: each for each in json.loads(told.printed)["checks"]}


def shell(line: str, folder: Path, environment: dict[str, str] | None = None) -> Ended:
    """Type a line in a folder."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=280,
    )
    return Ended(done.returncode, done.stdout)


@cache
def uv() -> str:
    """The `uv` of this environment, or of the machine; skips where there is none."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None:
        pytest.skip("uv is not installed")
    return found


@cache
def need_index() -> None:
    """Skip where no package index answers."""
    asked = f'"{uv()}" pip install --quiet --dry-run --target nowhere click'
    if (told := shell(asked, Path(tempfile.gettempdir()))).code:
        pytest.skip(f"no package index answers: {told.printed[-200:]}")


@cache
def dist() -> Path:
    """A folder with the wheel and the source distribution of this checkout (or `PLIMSOLL_DIST`)."""
    need_index()
    if given := os.environ.get("PLIMSOLL_DIST"):
        return Path(given)
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-dist-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = shell(f'"{uv()}" build --quiet -o "{folder}" "{ROOT}"', folder)
    assert made.code == 0, made.printed
    return folder
