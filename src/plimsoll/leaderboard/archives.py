"""A packed run folder -> its files in a fresh folder, or the reason why not.

Only names that a run folder has are taken out, at the top or inside one folder, and each is written
under our own name for it: no path of an archive is ever used. Links, devices, foreign names, files
that unpack to far more than was sent, and archives that claim one size and hold another are refused.
"""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, Self, cast

from plimsoll.core import files
from plimsoll.leaderboard.errors import Unreadable
from plimsoll.leaderboard.nouns import Fault
from plimsoll.leaderboard.upload import Upload

FILES = frozenset({"run.json", "records.jsonl", "summary.json", "seal.json"})
IGNORED = frozenset({"records.index", "lock"})
"""What a run folder may hold beside; not needed here."""
MOST_MEMBERS = 32
MOST_UNPACKED = 256 * 2**20
MOST_TIMES = 50
"""Unpacked bytes for one that was sent; journals of multiple choice pack 10 to 25 times."""
ALWAYS_ALLOWED = 8 * 2**20
"""So much may be unpacked from however little."""
LONGEST_NAME = 4 * 2**10
"""Bytes of a tar's extended header: the reader takes it whole into memory."""
_CHUNK = 64 * 2**10
_EXTENDED = frozenset((
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
))  # fmt: skip
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 2**16
_LONGEST_DIRECTORY = 64 * 2**10
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)


class _Member(NamedTuple):
    name: str
    is_file: bool
    is_folder: bool
    content: IO[bytes] | None


def unpack(upload: Upload, folder: Path) -> None:
    """Write the run's files into an empty folder. Raises `Unreadable`."""
    left = _room(upload)
    seen: set[str] = set()
    try:
        for count, member in enumerate(_members(upload), start=1):
            if count > MOST_MEMBERS:
                raise _refused(f"the archive holds more than {MOST_MEMBERS} entries")
            name = _wanted(member)
            if name is None or member.content is None:
                continue
            if name in seen:
                raise _refused(f"{name} stands twice in the archive")
            seen.add(name)
            left -= _copy(member.content, folder / name, left)
    except (*_BROKEN, RuntimeError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in files.FULL:
            raise  # our own disk: the archive may be as good as any
        raise _refused(f"the archive cannot be unpacked ({type(error).__name__})") from None
    if missing := {"run.json", "records.jsonl"} - seen:
        raise _refused(f"the archive is no run folder: it has no {' and no '.join(sorted(missing))}")


def _members(upload: Upload) -> Iterator[_Member]:
    upload.file.seek(0)
    start = upload.file.read(2)
    upload.file.seek(0)
    return _of_zip(upload) if start == b"PK" else _of_tar(upload, packed=start == b"\x1f\x8b")


def _of_zip(upload: Upload) -> Iterator[_Member]:
    _refuse_long_directory(upload)
    with zipfile.ZipFile(upload.file) as archive:
        listed = archive.infolist()
        if len(listed) > MOST_MEMBERS:
            raise _refused(f"the archive holds more than {MOST_MEMBERS} entries")
        for info in listed:
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _refused("the archive is packed in an unusual way: use deflate")
            kind = info.external_attr >> 16 & 0o170000
            plain = kind in (0, 0o100000) and not info.is_dir()
            if not plain:
                yield _Member(info.filename, False, info.is_dir(), None)
                continue
            with archive.open(info) as content:
                yield _Member(info.filename, True, False, content)


def _refuse_long_directory(upload: Upload) -> None:
    """The reader takes the whole list of members into memory, so its length is looked at first."""
    start = max(0, upload.size - _END_SIZE - _LONGEST_COMMENT)
    upload.file.seek(start)
    tail = upload.file.read()
    plain = tail[-_END_SIZE:].startswith(_END) and tail.endswith(b"\0\0")
    at = len(tail) - _END_SIZE if plain else tail.rfind(_END)
    end = tail[at : at + _END_SIZE]
    if at < 0 or len(end) < _END_SIZE:
        raise _refused("the archive is cut off")
    is_large = tail[max(0, at - 20) :].startswith(b"PK\x06\x07")
    if is_large or int.from_bytes(end[12:16], "little") > _LONGEST_DIRECTORY:
        raise _refused(f"the archive holds more than {MOST_MEMBERS} entries")
    upload.file.seek(0)


class _Header(tarfile.TarInfo):
    """A header of a tar; one that claims a name of megabytes is refused before it is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read a header."""
        found = super().frombuf(buf, encoding, errors)
        if found.type in _EXTENDED and found.size > LONGEST_NAME:
            raise _refused("the archive holds a name that is far too long")
        return found


class _Counted:
    """A packed stream that ends in a refusal where it has unpacked to too much, whatever is in it."""

    def __init__(self, content: IO[bytes], room: int) -> None:
        self.content = content
        self.room = room

    def read(self, size: int) -> bytes:
        """Read on."""
        chunk = self.content.read(size)
        self.room -= len(chunk)
        if self.room < 0:
            raise _refused("the archive unpacks to far more than was sent")
        return chunk


def _room(upload: Upload) -> int:
    return min(MOST_UNPACKED, max(ALWAYS_ALLOWED, MOST_TIMES * upload.size))


def _of_tar(upload: Upload, *, packed: bool) -> Iterator[_Member]:
    # Read as a stream: nothing is looked up ahead, so sizes are counted as they come.
    stream = gzip.GzipFile(fileobj=upload.file, mode="rb") if packed else upload.file
    counted = cast("IO[bytes]", _Counted(cast("IO[bytes]", stream), _room(upload) + 2**20))
    with tarfile.open(fileobj=counted, mode="r|", tarinfo=_Header) as archive:
        for info in archive:
            content = archive.extractfile(info) if info.isreg() else None
            yield _Member(info.name, info.isreg(), info.isdir(), content)


def _wanted(member: _Member) -> str | None:
    """Our name for a member, `None` for what is passed over."""
    pieces = member.name.removeprefix("./").rstrip("/").split("/")
    strange = "\\" in member.name or "\0" in member.name or member.name.startswith("/") or ".." in pieces
    if strange or len(pieces) > 2:
        raise _refused("the archive holds a path that a run folder has not")
    if member.is_folder:
        return None
    if not member.is_file:
        raise _refused("the archive holds a link or a device")
    if pieces[-1] in IGNORED:
        return None
    if pieces[-1] not in FILES:
        raise _refused(f"the archive holds other files than {', '.join(sorted(FILES))}")
    return pieces[-1]


def _copy(content: IO[bytes], path: Path, left: int) -> int:
    written = 0
    with files.new(path) as file:
        while chunk := content.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise _refused("the archive unpacks to far more than was sent")
            file.write(chunk)
    return written


def _refused(message: str) -> Unreadable:
    return Unreadable((Fault(code="archive", message=message),))
