"""Lines -> a file that only grows, safe against kill and full disk."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.core import PlimsollError
from plimsoll.core.files import GROWING

_encoder = msgspec.json.Encoder()


class Lines:
    """A growing file of lines; an interrupted last line is cut off when it is opened again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, GROWING | os.O_APPEND, 0o644)
        self.size = _drop_torn_line(self._file)
        self._synced = self.size

    def append(self, line: bytes) -> int:
        """Write a line; returns where it begins.

        Raises `PlimsollError` on a full disk and leaves the file whole.
        """
        at = self.size
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, at)
            raise PlimsollError(
                f"cannot write to {self.path}: {error.strerror}; all {at} bytes before are intact: "
                "free some space and resume the run"
            ) from error
        self.size += len(line)
        return at

    def sync(self) -> None:
        """Ask the disk to keep what was written (a power cut; a kill loses nothing anyway)."""
        if self._synced != self.size:
            self._synced = self.size
            with suppress(
                OSError
            ):  # what was written is there; a disk that cannot promise it is no fault of ours
                os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        try:
            self.sync()
        finally:
            os.close(self._file)


def encoded(value: Any) -> bytes:
    """A value as a line of JSON; half a character, which no encoding can carry, is replaced."""
    try:
        return _encoder.encode(value) + b"\n"
    except UnicodeEncodeError:
        return _encoder.encode(_mended(msgspec.to_builtins(value))) + b"\n"


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (list, tuple)):
        return [_mended(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _drop_torn_line(file: int) -> int:
    """Cut an interrupted last line off; returns the size."""
    size = os.fstat(file).st_size
    at = size
    while at > 0:
        step = min(65536, at)
        os.lseek(file, at - step, os.SEEK_SET)
        newline = os.read(file, step).rfind(b"\n")
        if newline >= 0:
            at = at - step + newline + 1
            break
        at -= step
    if at != size:
        os.ftruncate(file, at)
    return at
