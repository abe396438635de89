"""Bytes -> a file that is there whole or not at all."""

from collections.abc import Iterable
from pathlib import Path


def write_atomically(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file beside and rename it over, so that a reader sees the old or the new one."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.writelines(chunks)
    temporary.replace(path)
