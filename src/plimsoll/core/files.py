"""Paths -> the bytes of regular files, and bytes -> files that are there whole or not at all.

A folder that somebody else packed may hold a pipe that never ends, a link that leads elsewhere or a
name that a half-finished write left behind. Reading opens regular files only; writing goes to a name
that nobody else uses and is moved over, so that a link is replaced and never followed.
"""

import errno
import os
import stat
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

BINARY: int = getattr(os, "O_BINARY", 0)
"""Keeps one system from writing line ends of its own."""
NEVER_WAIT: int = getattr(os, "O_NONBLOCK", 0)
"""Keeps the opening of a pipe from waiting for who writes to it."""
NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
GROWING: int = os.O_RDWR | os.O_CREAT | BINARY | NEVER_WAIT | NO_LINK
"""How a file that is changed in place is opened: a link is not followed, a pipe not waited for."""
ENDING = ".part"
"""Of what is being written."""
LARGEST = 1 << 30
"""Bytes of a file that is read whole."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What systems say where there is no room for more."""


def opened(path: Path) -> BufferedReader:
    """A regular file, opened for reading. Raises `OSError`, for every other kind of thing too."""
    descriptor = os.open(path, os.O_RDONLY | BINARY | NEVER_WAIT)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read(path: Path, most: int = LARGEST) -> bytes:
    """The bytes of a regular file. Raises `OSError` where there is none, or more than wanted."""
    with opened(path) as file:
        # Asked for a number of bytes, Python takes as much memory before it reads the first.
        body = file.read() if os.fstat(file.fileno()).st_size <= most else None
    if body is None or len(body) > most:
        raise OSError(errno.EFBIG, f"is larger than {most:,} bytes", str(path))
    return body


def read_text(path: Path) -> str:
    """The text of a regular file in UTF-8, with or without its mark, lines ending as Python ends them.

    Raises `OSError`, `UnicodeDecodeError`.
    """
    return read(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def digest(path: Path) -> str:
    """SHA-256 of a regular file, in hex; taken once while size and time of change stay. Raises `OSError`."""
    facts = path.stat()
    return _digest(path, facts.st_size, facts.st_mtime_ns)


@cache
def _digest(path: Path, _size: int, _changed: int) -> str:
    import hashlib

    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Write a file whole or not at all: a reader sees the old or the new one. Raises `OSError`."""
    with writing(path) as file:
        file.writelines(chunks)


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all. Raises `OSError`."""
    write(path, [text.encode("utf-8", "replace")])


def append(path: Path, body: bytes) -> None:
    """Add to the end of a file, which is made where there is none. Raises `OSError`."""
    with named(path), os.fdopen(os.open(path, GROWING | os.O_APPEND, 0o666), "ab") as file:
        file.write(body)


@contextmanager
def named(path: Path) -> Generator[None]:
    """Let a failure name the file: one of an open file (the disk is full) says only what went wrong."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


@contextmanager
def new(path: Path, mode: int = 0o666) -> Generator[BinaryIO]:
    """A file that was not there before, and is gone when the block ends badly. Raises `FileExistsError`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_LINK | BINARY, mode)
    try:
        with named(path), os.fdopen(descriptor, "w+b") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def writing(path: Path) -> Generator[BinaryIO]:
    """A file that takes its name when the block ends well, and is gone when it does not."""
    if path.parts[1:2] == ("dev",):  # `-o /dev/stdout`: a way, no file
        with path.open("wb") as way:
            yield way
        return
    if path.name in ("", ".."):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    unfinished = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}{ENDING}")
    # Whoever asked for `path` is told of it, and not of the name that stands for it meanwhile.
    with named(path), new(unfinished) as file, named(path):
        yield file
        file.flush()
        os.replace(unfinished, path)
