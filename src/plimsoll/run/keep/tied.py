"""The file of a folder that ties runs together: written anew as they are done, read, and gone on with."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from plimsoll.core import DataError, decoding, files
from plimsoll.run.keep import folder

M = TypeVar("M", bound=msgspec.Struct)


def write(log_dir: Path, rest: str, file: str, manifest: msgspec.Struct) -> Path:
    """Make a folder beside those of the runs, named by the time and `rest`; returns it."""
    made = folder.make(log_dir, datetime.now(UTC).strftime("%Y%m%d-%H%M%S"), rest)
    rewrite(made / file, manifest)
    return made


def rewrite(path: Path, manifest: msgspec.Struct) -> None:
    """Write the file anew."""
    body = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    files.write(path, [body, b"\n"])


def read(path: Path, kind: type[M]) -> M:
    """What the file says. Raises `DataError`."""
    try:
        return decoding.decode(files.read(path), kind)
    except (OSError, msgspec.MsgspecError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def newest(log_dir: Path, pattern: str, waits: Callable[[Path], bool]) -> Path | None:
    """The newest folder of a file that still waits for a run."""
    paths = sorted(log_dir.glob(pattern), reverse=True)
    return next((path.parent for path in paths if waits(path.parent)), None)
