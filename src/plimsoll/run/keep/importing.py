"""Records from elsewhere -> a run folder."""

import os
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from plimsoll.core import Record, UserError
from plimsoll.run.keep import journal
from plimsoll.run.keep.folder import RunFolder, slug
from plimsoll.run.keep.manifest import Manifest, Summary


def write_run(log_dir: Path, manifest: Manifest, records: Iterable[Record]) -> RunFolder:
    """Write a run folder; without estimates until it is judged (`plimsoll judge`)."""
    stamp = "".join(letter for letter in manifest.created if letter.isdigit())[:14] or "0"
    name = slug(f"{manifest.spec.benchmark.partition(':')[0]}-{manifest.id}")
    path = log_dir / f"{stamp[:8]}-{stamp[8:]}-{name}"
    with made_whole(path) as folder:
        folder.write_manifest(manifest)
        outcomes: Counter[str] = Counter()
        sink = journal.Journal(folder.records_path)
        try:
            for record in records:
                sink.append(record)
                outcomes[record.outcome.value] += 1
        finally:
            sink.close()
        counts = dict(sorted(outcomes.items()))
        folder.write_summary(Summary(records=outcomes.total(), outcomes=counts))
    return RunFolder(path)


@contextmanager
def made_whole(path: Path) -> Generator[RunFolder]:
    """A run folder that takes its name when the block ends well, and is gone when it does not."""
    if path.exists():
        raise UserError(f"{path} is there already: that log was imported before")
    beside = path.with_name(f".{os.urandom(6).hex()}.part")
    beside.mkdir(parents=True)
    try:
        yield RunFolder(beside)
        beside.rename(path)
    except BaseException:
        rmtree(beside, ignore_errors=True)
        raise
