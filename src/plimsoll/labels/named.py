"""What a user calls a label pack -> the pack: a spec, a file of labelled replies, or a table."""

from pathlib import Path

from plimsoll import registry
from plimsoll.core import LabelPack, UserError, decoding, files
from plimsoll.data.tables import READERS, is_table
from plimsoll.labels import own, own_table

LONGEST = 1 << 20
"""Bytes of a file's first line that are looked at."""


def pack_of(text: str) -> LabelPack:
    """The pack of a spec, or of a file. Raises `UserError`, `DataError`."""
    path = Path(text)
    if text.partition(":")[0] in registry.names("labels") and not path.is_file():
        return registry.build("labels", text)
    if path.is_file() or is_table(text):
        return _read(path)
    return registry.build("labels", text)


def _read(path: Path) -> LabelPack:
    if not path.is_file():
        raise UserError(f"{path} is not there: name a file that ends with {', '.join(READERS)}")
    if path.suffix.lower() == ".jsonl" and not _is_flat(path):
        return own.read(path)
    return own_table.read(path)


def _is_flat(path: Path) -> bool:
    """Whether the lines have one label each, and not those of several raters."""
    try:
        with files.opened(path) as file:
            first = decoding.decode(file.readline(LONGEST).removeprefix(b"\xef\xbb\xbf"))
    except (OSError, ValueError):
        return False
    return isinstance(first, dict) and "label" in first and "labels" not in first
