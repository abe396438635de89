"""Analyses of weights, kept beside the runs of a log folder -> those that are of a run's own weights.

A run through llama.cpp and an analysis through torch of one GGUF file are of the same weights: what counts
is the first word of a revision, which is a file's hash, a folder's fingerprint or a commit.
"""

from hashlib import sha256
from pathlib import Path

import msgspec

from plimsoll.core import Analysed, DataError, UserError, decoding, files

FOLDER = "findings"


def refuse_place(log_dir: Path) -> None:
    """Refuse a log folder that cannot be written, before an analysis takes its time. Raises `UserError`."""
    try:
        (log_dir / FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--log-dir {log_dir} cannot be written: {error.strerror}") from error


def keep(log_dir: Path, found: Analysed) -> Path:
    """Write an analysis; the same one, of the same weights on the same prompts, takes the place of an
    earlier one."""
    told = msgspec.json.encode([found.analysis, dict(found.models), dict(found.arguments)])
    name = f"{found.analysis.partition(':')[0]}-{sha256(told).hexdigest()[:12]}.json"
    path = log_dir / FOLDER / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, [msgspec.json.format(msgspec.json.encode(found))])
    except OSError as error:
        raise UserError(f"--log-dir {log_dir} cannot be written: {error.strerror}") from error
    return path


def of(log_dir: Path, revision: str) -> tuple[Analysed, ...]:
    """What was found in these weights, by name; what cannot be read is left out."""
    wanted = weights_of(revision)
    if not wanted or not (log_dir / FOLDER).is_dir():
        return ()
    kept = (_read(path) for path in sorted((log_dir / FOLDER).glob("*.json")))
    return tuple(
        found for found in kept if found and wanted in {weights_of(each) for each in found.models.values()}
    )


def weights_of(revision: str) -> str:
    """What of a revision tells the weights apart; nothing where it does not tell them."""
    first = revision.partition(" ")[0]
    return first if first.startswith(("sha256:", "files:", "commit:")) else ""


def _read(path: Path) -> Analysed | None:
    try:
        return decoding.decode(files.read(path), Analysed)
    except (OSError, ValueError, DataError):
        return None
