"""The file of an Inspect log, `.json` or `.eval` -> its header and its samples, not yet believed.

A truncated or malformed file gives a `DataError` that names file and place, and one that would
unfold beyond the limit is refused before it fills the memory.
"""

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from io import SEEK_CUR, BytesIO
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from plimsoll.core import DataError, MissingExtra, decoding, files

T = TypeVar("T")
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    struct.error,
)

LIMIT = 256 * 1024 * 1024
"""Bytes that one JSON document of a log may hold."""

MOST_TIMES = 200
"""Unpacked bytes of all samples for one of the file; so many as `LIMIT` may always be."""

ZSTANDARD = 93
"""The zip format's number for zstd, which Inspect writes and Python knows from 3.14 on."""


def read_header(path: Path, limit: int) -> dict[str, Any]:
    """The log without its samples."""
    if not _zipped(path):
        return {key: value for key, value in _whole(path, limit).items() if key != "samples"}
    with _archive(path) as archive:
        names = archive.namelist()
        # An interrupted evaluation has no header yet, only what it began with.
        for name in ("header.json", "_journal/start.json"):
            if name in names:
                return _member(path, archive, archive.getinfo(name), limit)
    raise DataError(f"{path} holds neither header.json nor _journal/start.json: no log of Inspect")


def read_samples(path: Path, limit: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each sample with its place in the file."""
    if not _zipped(path):
        for number, sample in enumerate(_whole(path, limit).get("samples") or ()):
            yield f"samples[{number}]", sample
        return
    with _archive(path) as archive:
        left = most = max(limit, MOST_TIMES * path.stat().st_size)
        for name, info in archive.NameToInfo.items():
            if re.search(r"^samples/.*_epoch_\d+/sample\.json$", name):
                raise DataError(
                    f"{path}, {name}: a sample in pieces; write it anew with `inspect log convert`"
                )
            if re.search(r"^samples/.*_epoch_\d+\.json$", name):
                sample = _member(path, archive, info, limit)
                if (left := left - info.file_size) < 0:
                    raise DataError(
                        f"{path}, {name}: the samples up to it unpack to more than {most:,} bytes"
                    )
                yield name, sample


def _zipped(path: Path) -> bool:
    try:
        with files.opened(path) as file:
            return file.read(2) == b"PK"
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (*UNREADABLE, ValueError, OverflowError) as error:
        raise DataError(f"{path} is no complete zip file: {error}") from None


def _whole(path: Path, limit: int) -> dict[str, Any]:
    if path.stat().st_size > limit:
        raise DataError(
            f"{path} is larger than {limit} bytes; have `inspect log convert` make an .eval of it"
        )
    return _parsed(path, "document", files.read(path))


def _member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> dict[str, Any]:
    if info.file_size > limit:
        raise DataError(f"{path}, {info.filename}: unpacks to more than {limit} bytes")
    unpack = _zstandard if info.compress_type == ZSTANDARD else _plain
    try:
        content = unpack(archive, info, limit + 1)
    except UNREADABLE as error:
        raise DataError(f"{path}, {info.filename}: cannot be unpacked: {error}") from None
    if len(content) > limit:
        raise DataError(f"{path}, {info.filename}: unpacks to more than {limit} bytes")
    return _parsed(path, info.filename, content)


def _plain(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(f"compression {info.compress_type}")
    with archive.open(info) as member:
        return member.read(size)


def _zstandard(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    """At most `size` bytes of a member, unpacked piece by piece: a bomb is met before it goes off."""
    try:
        zstandard: Any = import_module("zstandard")
    except ModuleNotFoundError:
        raise MissingExtra("reading this log", "inspect") from None
    with files.opened(Path(str(archive.filename))) as file:
        file.seek(info.header_offset)
        name, extra = struct.unpack("<26x2H", file.read(30))
        file.seek(name + extra, SEEK_CUR)
        packed = BytesIO(file.read(info.compress_size))
    try:
        content: bytes = (
            zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read(size)
        )
    except zstandard.ZstdError as error:
        raise zipfile.BadZipFile(str(error)) from None
    if len(content) < min(size, info.file_size) or (len(content) < size and zlib.crc32(content) != info.CRC):
        raise zipfile.BadZipFile("cut short or changed")
    return content


def _integer(digits: str) -> int | float:
    """Integers beyond 64 bits become floats, as no journal holds them."""
    return int(digits) if len(digits) < 19 else float(digits)


def _parsed(path: Path, place: str, content: bytes) -> dict[str, Any]:
    try:
        # Inspect writes unscored as a bare NaN, which only the standard library reads.
        document: Any = decoding.loosely(content, integer=_integer)
        if re.search(rb"\\u[dD][89a-fA-F]", content):
            # Half a surrogate pair is no text: it could not be written into a journal.
            whole = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
            document = decoding.loosely(whole, integer=_integer)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}, {place}: no JSON: {error}") from None
    if not isinstance(document, dict):
        raise DataError(f"{path}, {place}: not a JSON object")
    return cast("dict[str, Any]", document)


def placed(path: Path, place: str, read: Callable[..., T], *given: Any) -> T:
    """Read a piece of the log, its faults named by file and place."""
    try:
        return read(*given)
    except (msgspec.ValidationError, DataError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise DataError(f"{path}, {place}: {error}") from None
