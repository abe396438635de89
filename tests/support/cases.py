"""Inputs on which the software was once wrong, with the right answers: files beside the official data."""

import json
import os
from pathlib import Path
from typing import Any

from plimsoll.data import locate


def official_root() -> Path:
    """Where the official data lie, or would lie."""
    given = os.environ.get(locate.VARIABLE)
    return Path(given) if given else Path(__file__).parents[2].parent / "shared" / "data"


def case_rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of cases; none where it is not on this machine, so that its tests are skipped."""
    return _rows(official_root().parent / "cases" / name)


def reply_rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of real replies, labelled by hand."""
    return _rows(official_root() / "real-replies" / name)


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
