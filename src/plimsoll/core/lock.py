"""A file or folder -> a lock on it that dies with its process, on every system and most file systems.

Where the file system cannot lock (some network and FUSE mounts), the number of the process that stands
in the file is asked for instead: who lives is left alone.
"""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plimsoll.core.errors import UserError
from plimsoll.core.files import GROWING, named
from plimsoll.core.processes import lives

UNABLE = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.ENOTTY})
"""What file systems say that know no locks."""
FAR = 1 << 30
"""Where one system locks a byte, since it lets nobody read a byte that is locked."""
FOLDERS = ".lock"
"""The file that is locked in a folder's stead where folders cannot be."""


class Taken(Exception):
    """Another process holds the lock; its number, where it is known."""


@contextmanager
def held(path: Path) -> Generator[None]:
    """Hold the lock of a file, with our number in it. Raises `Taken` at once where another has it."""
    descriptor = os.open(path, GROWING, 0o644)
    try:
        locked = _locked(descriptor, wait=False)
        owner = _read(descriptor)
        if not locked and _lives(owner):
            raise Taken(owner)
        with named(path):
            _write(descriptor, str(os.getpid()))
        yield
        if not locked:
            _write(descriptor, "")
    finally:
        os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Be the one process that writes to a folder. Raises `UserError` where another one does."""
    try:
        with held(folder / "lock"):
            yield
    except Taken as taken:
        raise UserError(
            f"another process (pid {taken}) is writing to {folder}: wait for it, or write to another folder"
        ) from None


@contextmanager
def waited_for(folder: Path) -> Generator[None]:
    """Wait for the lock of a folder, and hold it."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
    else:
        descriptor = os.open(folder / FOLDERS, GROWING, 0o644)
    try:
        _locked(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int, *, wait: bool) -> bool:
    """Lock; false where the system cannot. Raises `Taken`."""
    try:
        if not _lock(descriptor, wait=wait):
            return False
    except OSError as error:
        if error.errno in UNABLE:
            return False
        raise Taken(_read(descriptor) or "unknown") from None
    return True


def _lock(descriptor: int, *, wait: bool) -> bool:
    try:
        import fcntl
    except ImportError:
        return _lock_byte(descriptor, wait=wait)
    fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True


def _lock_byte(descriptor: int, *, wait: bool) -> bool:
    try:
        import msvcrt
    except ImportError:
        return False
    system: Any = msvcrt
    os.lseek(descriptor, FAR, os.SEEK_SET)
    system.locking(descriptor, system.LK_LOCK if wait else system.LK_NBLCK, 1)
    return True


def _lives(owner: str) -> bool:
    """Whether a process of that number is there and is not ourselves."""
    return owner.isdecimal() and int(owner) != os.getpid() and lives(int(owner))


def _read(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 32).decode(errors="replace").strip()


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, text.encode())
