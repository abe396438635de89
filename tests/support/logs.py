"""Log folders as runs leave them, finished or under way, for tests of what reads them."""

import os
from collections.abc import Sequence
from pathlib import Path

from plimsoll.core import Record, replace
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.journal import Journal
from tests.support.runs import view_of


def write_run(
    log_dir: Path,
    name: str,
    records: Sequence[Record],
    *,
    model: str = "llamacpp/smollm2",
    created: str = "2026-03-01T09:30:00Z",
    finished: bool = True,
    total: int = 0,
) -> RunFolder:
    """A run folder of these records; one that is not finished belongs to this process."""
    view = view_of(records, model=model)
    folder = RunFolder(log_dir / name)
    folder.path.mkdir(parents=True)
    total = total or len(records)
    folder.write_manifest(replace(view.manifest, created=created, total=total, id=name[-12:]))
    append(folder, records)
    if finished:
        folder.write_summary(view.summary)
    else:
        (folder.path / "lock").write_text(str(os.getpid()), encoding="utf-8")
    return folder


def append(folder: RunFolder, records: Sequence[Record]) -> None:
    """More records of the run."""
    journal = Journal(folder.records_path)
    for record in records:
        journal.append(record)
    journal.close()
