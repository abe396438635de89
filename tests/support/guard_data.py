"""Where the golden files of guards lie, or why a test that needs them is skipped."""

import os
from pathlib import Path

import pytest


def golden(slug: str, name: str) -> Path:
    """A file below `PLIMSOLL_DATA`; the test is skipped where it is not there."""
    root = os.environ.get("PLIMSOLL_DATA", "")
    path = Path(root) / slug / name
    if not root or not path.is_file():
        pytest.skip(f"{slug}/{name} is not below PLIMSOLL_DATA")
    return path
