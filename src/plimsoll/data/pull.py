"""Addresses of a data set -> verified files in the data folder.

Downloads go to `<name>.part`, resume there by an HTTP range, are checked (checksum where one is
published, number of records, trust on first use otherwise) and only then take their name.
"""

import http.client
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence, Sized
from pathlib import Path
from typing import IO, Any, NamedTuple

from plimsoll.core import DataError, UserError, did_you_mean, files, lock
from plimsoll.data import locate, trust
from plimsoll.data.rows import checksum, read_bytes, read_json
from plimsoll.data.sources import Source, SourceFile, source

HUB = "https://huggingface.co"
CHUNK = 1 << 16
ATTEMPTS = 4
PAUSE = 0.25
"""Seconds before a second attempt; doubled each time."""
TIMEOUT = 30.0
LARGEST = 8 << 30
"""Bytes of a file, whatever a server says."""
SLOWEST, PATIENCE = 256, 60.0
"""Bytes in a second that are waited for, after so many seconds."""


class Progress(NamedTuple):
    """How far a download is."""

    file: str
    done: int
    total: int | None


class Pulled(NamedTuple):
    """A file that is now here."""

    path: Path
    sha256: str
    fresh: bool
    """Downloaded by this call; otherwise it was here and sound."""
    pinned: bool
    """Checked against a published checksum; otherwise trusted on first use."""


class _Stopped(Exception):
    """One address did not give the file; the message says why."""


Watch = Callable[[Progress], None]
Report = Callable[[int, int | None], object]


def pull(
    slug: str,
    *,
    only: Sequence[str] = (),
    watch: Watch | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Pulled, ...]:
    """Bring the files of a data set to this machine; those that are here and sound stay."""
    origin = source(slug)
    environ = os.environ if environment is None else environment
    into = locate.folder(slug)
    return tuple(pull_file(origin, file, into, watch=watch, environ=environ) for file in chosen(origin, only))


def chosen(origin: Source, only: Sequence[str]) -> tuple[SourceFile, ...]:
    """The named files of a source, or all. Raises `UserError` for an unknown name."""
    names = [file.name for file in origin.files]
    for name in only:
        if name not in names:
            raise UserError(f"{origin.slug} has no file {name!r}{did_you_mean(name, names)}")
    return tuple(file for file in origin.files if not only or file.name in only)


def pull_file(
    origin: Source, file: SourceFile, into: Path, *, watch: Watch | None, environ: Mapping[str, str]
) -> Pulled:
    """Bring one file to the folder `into`."""
    path = into / file.name
    if path.is_file():
        return Pulled(path, _verify(origin, file, path), fresh=False, pinned=bool(file.sha256))
    addresses = _mirrored(origin.addresses(file), environ)
    if environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        raise DataError(_by_hand(path, addresses, ["HF_HUB_OFFLINE is set"]))
    reasons: list[str] = []
    for address in addresses:
        try:
            return Pulled(path, _fetch(origin, file, path, address, watch), True, bool(file.sha256))
        except _Stopped as stopped:
            reasons.append(f"{_public(address)}: {stopped}")
    raise DataError(_by_hand(path, addresses, reasons) + _agreement(origin))


def _fetch(origin: Source, file: SourceFile, path: Path, address: str, watch: Watch | None) -> str:
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock.waited_for(path.parent):
            return _brought(origin, file, path, address, watch)
    except OSError as error:
        raise DataError(f"{part}: cannot be written: {error.strerror or error}") from error


def _brought(origin: Source, file: SourceFile, path: Path, address: str, watch: Watch | None) -> str:
    """The checksum of the file, once it lies under its name; one process at a time fills what is begun."""
    part = path.with_name(f"{path.name}.part")
    if path.is_file():
        return _verify(origin, file, path)
    if part.is_symlink():
        part.unlink()
    if part.exists() and (digest := _filled(origin, file, part, address, watch)):
        part.replace(path)
        return digest
    # What an earlier attempt had left was of another version: once more, from the start.
    digest = _filled(origin, file, part, address, watch)
    part.replace(path)
    return digest


def _filled(origin: Source, file: SourceFile, part: Path, address: str, watch: Watch | None) -> str:
    """Fill `part` and verify it; nothing where what it was resumed from proved wrong."""
    resumed = part.exists()
    _download(address, part, lambda done, total: watch and watch(Progress(file.name, done, total)))
    try:
        return _verify(origin, file, part)
    except DataError as error:
        part.unlink(missing_ok=True)
        if resumed:
            return ""
        raise _Stopped(str(error)) from error


def _verify(origin: Source, file: SourceFile, path: Path) -> str:
    digest = checksum(read_bytes(path))
    if file.sha256 and digest != file.sha256:
        raise DataError(
            f"{path}: SHA-256 is {digest}, but the official file has {file.sha256}; delete it and pull again"
        )
    if file.records:
        _verify_count(file, path)
    if not file.sha256:
        trust.hold(origin.slug, file.name, digest)
    return digest


def _verify_count(file: SourceFile, path: Path) -> None:
    content = read_json(path, object)
    found = len(content) if isinstance(content, Sized) else 0
    if found != file.records:
        raise DataError(f"{path}: holds {found} records, but the official file has {file.records}")


def _download(address: str, part: Path, report: Report) -> None:
    """Fill `part`, going on where an earlier attempt stopped. Raises `_Stopped`, `OSError`."""
    reason = ""
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE * 2**attempt if attempt else 0)
        try:
            if _attempt(address, part, report):
                return
            reason = "the connection ended before the file did"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:
                part.unlink(missing_ok=True)
            elif error.code < 500 and error.code != 429:
                raise _Stopped(f"HTTP {error.code}") from error
            reason = f"HTTP {error.code}"
        except urllib.error.URLError as error:
            raise _Stopped(f"no connection ({error.reason})") from error
        except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
            reason = f"{type(error).__name__}: {error}"
    raise _Stopped(reason)


def _attempt(address: str, part: Path, report: Report) -> bool:
    """One request; true when all that the server promised has arrived."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(_web(address), headers={"User-Agent": "plimsoll"})
    if (token := os.environ.get("HF_TOKEN", "")) and address.startswith(f"{HUB}/"):
        # Unredirected: the hub sends us on to other hosts, which must not see the token.
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    if have:
        request.add_header("Range", f"bytes={have}-")
    with _WEB.open(request, timeout=TIMEOUT) as reply:
        resumed = reply.status == 206
        start = have if resumed else 0
        length = reply.headers.get("Content-Length") or ""
        if length and not (length.isascii() and length.isdigit() and len(length) <= 15):
            raise _Stopped(f"the server says a length of {length[:40]!r}")
        total = start + int(length) if length else None
        if total is not None and total > LARGEST:
            raise _Stopped(f"the server wants to send {total:,} bytes, more than any data set has")
        if not resumed:
            part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, files.GROWING | os.O_APPEND, 0o666), "ab") as out:
            done = _copy(reply, out, start, total, report)
    return total is None or done >= total


def _copy(
    reply: http.client.HTTPResponse,
    out: IO[bytes],
    done: int,
    total: int | None,
    report: Report,
) -> int:
    report(done, total)
    began, came = time.monotonic(), 0
    while chunk := reply.read1(CHUNK):
        done, came = done + len(chunk), came + len(chunk)
        if done > (LARGEST if total is None else total):
            raise _Stopped("the server sends more than it said, or without an end")
        if came < SLOWEST * (time.monotonic() - began - PATIENCE):
            raise _Stopped(f"the server sends less than {SLOWEST} bytes in a second")
        out.write(chunk)
        report(done, total)
    return done


class _Onward(urllib.request.HTTPRedirectHandler):
    """Follows redirects to web addresses only."""

    def redirect_request(  # noqa: PLR0917, the standard library calls it so
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """The next request. Raises `_Stopped` for an address that is none of the web."""
        return super().redirect_request(req, fp, code, msg, headers, _web(newurl))


_WEB = urllib.request.build_opener(_Onward)


def _web(address: str) -> str:
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise _Stopped("not an http address")
    return address


def _mirrored(addresses: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Hub addresses moved to `HF_ENDPOINT`, which then come first."""
    mirror = environ.get("HF_ENDPOINT", "").rstrip("/")
    if not mirror or mirror == HUB:
        return tuple(addresses)
    moved = [mirror + a.removeprefix(HUB) for a in addresses if a.startswith(HUB)]
    return (*moved, *(a for a in addresses if not a.startswith(HUB)))


def _public(address: str) -> str:
    """An address without the name and password that a mirror may need."""
    parts = urllib.parse.urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _agreement(origin: Source) -> str:
    return f". Its files are gated: {origin.gated}, then set HF_TOKEN" if origin.gated else ""


def _by_hand(path: Path, addresses: Sequence[str], reasons: Sequence[str]) -> str:
    return (
        f"{path.name} could not be downloaded ({'; '.join(reasons)}). "
        f"On a machine with a network, fetch {' or '.join(map(_public, addresses))} and put it at {path}"
    )
