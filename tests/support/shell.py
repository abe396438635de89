"""The command line as a user calls it: a process of its own, in a folder of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

PLIMSOLL = (sys.executable, "-m", "plimsoll")


class Finished(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def last_json(self) -> Any:
        return json.loads(self.out.splitlines()[-1])

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A user's environment without settings of this machine's user."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PLIMSOLL", "OPENAI"))}
    own = {"PLIMSOLL_CACHE": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "share"), "NO_COLOR": "1"}
    return {**kept, **own, "COLUMNS": "100", **more}


def plimsoll(folder: Path, *arguments: str, timeout: float = 120, **more: str) -> Finished:
    done = subprocess.run(
        [*PLIMSOLL, *arguments],
        check=False,
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Finished(done.returncode, done.stdout, done.stderr)
