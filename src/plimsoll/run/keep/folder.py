"""A run on disk: `run.json`, `records.jsonl`, `summary.json`, and the lock that keeps others out."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from plimsoll.core import DataError, Record, UserError, decoding, files, lock
from plimsoll.run.keep import index, journal
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.manifest import FORMAT, Manifest, Summary, manifest_of

STAMP = len("20260101-120000")
"""Characters of a folder's name that say when its run began."""

T = TypeVar("T", Manifest, Summary)


@dataclass(frozen=True)
class RunFolder:
    """The whole truth about one run."""

    path: Path

    @property
    def records_path(self) -> Path:
        """The file of records."""
        return self.path / "records.jsonl"

    def manifest(self) -> Manifest:
        """What the run is."""
        return _read(self.path / "run.json", lambda body: manifest_of(decoding.decode(body)))

    def summary(self) -> Summary | None:
        """What the run found, or `None` while nothing was summed up.

        A summary is made anew from the records: one that a power cut left empty or torn is as none.
        """
        path = self.path / "summary.json"
        return _read(path, decoding.Decoder(Summary).decode) if _is_whole(path) else None

    def records(self) -> Iterator[Record]:
        """Every record, once, in the order written."""
        return journal.read(self.records_path)

    def in_order(self) -> Iterator[Record]:
        """Every record, once, in the benchmark's order: for who shows them."""
        return journal.in_order(self.records_path)

    def record(self, sample_id: str, epoch: int = 0) -> Record:
        """One record, without reading the others."""
        found = journal.find(self.records_path, sample_id, epoch)
        if found is None:
            raise UserError(f"{self.path} holds no record of sample {sample_id!r}, epoch {epoch}")
        return Blobs(self.path).shown(found)

    def entries(self) -> Iterator[index.Entry]:
        """The list of records: id, epoch, outcome, category, language, label."""
        return journal.entries(self.records_path)

    def write_manifest(self, manifest: Manifest) -> None:
        """Write `run.json`."""
        _write(self.path / "run.json", manifest)

    def write_summary(self, summary: Summary) -> None:
        """Write `summary.json`."""
        _write(self.path / "summary.json", summary)

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes from writing here. Raises `UserError` when one already does."""
        return lock.alone(self.path)


def open_run(path: Path) -> RunFolder:
    """A run folder that exists. Raises `UserError` where none is."""
    if not (path / "run.json").is_file():
        for tied in ("suite", "grid"):
            if (path / f"{tied}.json").is_file():
                raise UserError(
                    f"{path} is a {tied}, no run: name one of its runs, beside it in {path.parent}"
                )
        raise UserError(f"{path} is no run folder: it has no run.json (plimsoll run --log-dir makes one)")
    folder = RunFolder(path)
    version = folder.manifest().format
    if version > FORMAT:
        raise UserError(f"{path} was written by a newer Plimsoll (format {version}, this one reads {FORMAT})")
    return folder


def runs(log_dir: Path) -> list[RunFolder]:
    """The run folders of a log folder, newest first; one whose name begins with a dot is not whole yet."""
    return [RunFolder(path.parent) for path in _newest_first(log_dir.glob("[!.]*/run.json"))]


def unfinished(log_dir: Path, run_id: str) -> RunFolder | None:
    """The newest run of that id that did not finish."""
    for path in _newest_first(log_dir.glob(f"*-{run_id}/run.json")):
        folder = RunFolder(path.parent)
        summary = folder.summary()
        if summary is None or summary.status != "finished":
            return folder
    return None


def slug(name: str) -> str:
    """A name as part of a folder's name: whatever it holds, it stays in the log folder."""
    kept = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in name)
    return kept[-60:].strip("-.")


def _newest_first(manifests: Iterable[Path]) -> list[Path]:
    """By the time in the folder's name, and within one second by the file's."""
    return sorted(manifests, key=lambda path: (path.parent.name[:STAMP], _written_at(path)), reverse=True)


def _written_at(path: Path) -> int:
    """When a file was written; 0 for a link to nowhere, which must hide no other run."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def begin(log_dir: Path, stamp: str, rest: str, manifest: Manifest) -> RunFolder:
    """A new run, in a folder of its own; there is none where its manifest cannot be written."""
    made = RunFolder(make(log_dir, stamp, rest))
    try:
        made.write_manifest(manifest)
    except OSError:
        made.path.rmdir()
        raise
    return made


def make(log_dir: Path, stamp: str, rest: str) -> Path:
    """A folder of its own, also for a second run within the same second."""
    for number in itertools.count():
        path = log_dir / (f"{stamp}.{number}-{rest}" if number else f"{stamp}-{rest}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable: the count has no end")


def _is_whole(path: Path) -> bool:
    """Whether a file holds a JSON object, be it of another format."""
    try:
        return bytes(decoding.decode(files.read(path), msgspec.Raw)).lstrip().startswith(b"{")
    except (OSError, ValueError):
        return False


def _read(path: Path, decode: Callable[[bytes], T]) -> T:
    try:
        return decode(files.read(path))
    except FileNotFoundError:
        raise UserError(f"{path} does not exist") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _write(path: Path, value: Manifest | Summary) -> None:
    body = msgspec.json.format(msgspec.json.encode(value), indent=2)
    files.write(path, [body, b"\n"])
