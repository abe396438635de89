"""Records from elsewhere -> a run folder."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from plimsoll.core import Record, UserError
from plimsoll.run.keep import journal
from plimsoll.run.keep.folder import RunFolder, slug
from plimsoll.run.keep.manifest import Manifest, Summary


def write_run(log_dir: Path, manifest: Manifest, records: Iterable[Record]) -> RunFolder:
    """Write a run folder; without estimates until it is judged (`plimsoll judge`)."""
    stamp = "".join(letter for letter in manifest.created if letter.isdigit())[:14] or "0"
    name = slug(f"{manifest.spec.benchmark.partition(':')[0]}-{manifest.id}")
    path = log_dir / f"{stamp[:8]}-{stamp[8:]}-{name}"
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        raise UserError(f"{path} is there already: that log was imported before") from None
    folder = RunFolder(path)
    folder.write_manifest(manifest)
    outcomes: Counter[str] = Counter()
    sink = journal.Journal(folder.records_path)
    try:
        for record in records:
            sink.append(record)
            outcomes[record.outcome.value] += 1
    finally:
        sink.close()
    folder.write_summary(Summary(records=outcomes.total(), outcomes=dict(sorted(outcomes.items()))))
    return folder
