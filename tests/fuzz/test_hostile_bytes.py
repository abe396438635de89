"""Any bytes -> success or an error of ours in every reader of files: no traceback, nothing written."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.bridges.inspect import import_log
from plimsoll.core import PlimsollError
from plimsoll.data.tables import read_table
from plimsoll.run.ask import experiment
from plimsoll.run.keep import seal
from plimsoll.run.keep.folder import RunFolder
from tests.support.bounds import bounded

EXAMPLES = int(os.environ.get("PLIMSOLL_FUZZ", "40"))
"""Of each reader; `make fuzz` asks for many more."""
PIECES = (
    b"[", b"{", b"]", b"}", b",", b":", b'"id"', b'"sample"', b'"messages"', b"null", b"1e308", b"NaN",
    b"\n", b"\0", b"\xff", b"\\ud800", b"PK\x03\x04", b"PK\x05\x06", b"-", b"9" * 400, b"[" * 2000, b"&a *a",
)  # fmt: skip
BYTES = st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "manifest": ("run.json", lambda path: RunFolder(path.parent).manifest()),
    "summary": ("summary.json", lambda path: RunFolder(path.parent).summary()),
    "records": ("records.jsonl", lambda path: list(RunFolder(path.parent).records())),
    "index": ("records.index", lambda path: list(RunFolder(path.parent).entries())),
    "seal": ("seal.json", lambda path: seal.verify(path.parent)),
    "log": ("log.json", lambda path: list(import_log(path).records())),
    "archive": ("log.eval", lambda path: list(import_log(path).records())),
    "toml": ("run.toml", lambda path: experiment.load(str(path))),
    "yaml": ("run.yaml", lambda path: experiment.load(str(path))),
    "csv": ("rows.csv", read_table),
    "json": ("rows.json", read_table),
    "lines": ("rows.jsonl", read_table),
}


@pytest.mark.fuzz
@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(content=BYTES)
def test_any_bytes_end_in_success_or_in_an_error_of_ours(reader: str, content: bytes) -> None:
    name, read = READERS[reader]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "in" / name
        path.parent.mkdir()
        if name == "records.index":
            (path.parent / "records.jsonl").write_bytes(b"")
        path.write_bytes(content)
        try:
            with bounded():
                read(path)
        except PlimsollError as error:
            assert len(str(error)) < 5000  # noqa: PT017
        assert [each.name for each in Path(folder).iterdir()] == ["in"]
