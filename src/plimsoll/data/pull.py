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
from dataclasses import dataclass
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
LARGEST = 256 << 20
"""Bytes of a file whose size is not known, whatever a server says."""


class Patience(NamedTuple):
    """How long a server may take."""

    silent: float = 30.0
    """Seconds without a byte."""
    slowest: float = 256.0
    """Bytes in a second that are waited for ..."""
    after: float = 60.0
    """... after so many seconds."""


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


@dataclass(frozen=True)
class _Download:
    """A file that is to come from one address."""

    origin: Source
    file: SourceFile
    path: Path
    address: str
    watch: Watch | None
    patience: Patience

    @property
    def part(self) -> Path:
        """What has come of it."""
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def most(self) -> int:
        """Bytes that it may have."""
        return self.file.bytes or LARGEST

    def report(self, done: int, total: int | None) -> None:
        """Say how far it is."""
        if self.watch is not None:
            self.watch(Progress(self.file.name, done, total))


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
    origin: Source,
    file: SourceFile,
    into: Path,
    *,
    watch: Watch | None,
    environ: Mapping[str, str],
    patience: Patience = Patience(),  # noqa: B008, a value
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
        wanted = _Download(origin, file, path, address, watch, patience)
        try:
            return Pulled(path, _fetch(wanted), fresh=True, pinned=bool(file.sha256))
        except _Stopped as stopped:
            reasons.append(f"{_public(address)}: {stopped}")
    raise DataError(_by_hand(path, addresses, reasons) + _agreement(origin))


def _fetch(wanted: _Download) -> str:
    try:
        wanted.path.parent.mkdir(parents=True, exist_ok=True)
        with lock.waited_for(wanted.path.parent):
            return _brought(wanted)
    except OSError as error:
        remedy = "; make room: the same command goes on from there" if error.errno in files.FULL else ""
        raise DataError(f"{wanted.part}: cannot be written: {error.strerror or error}{remedy}") from error


def _brought(wanted: _Download) -> str:
    """The checksum of the file, once it lies under its name; one process at a time fills what is begun."""
    if wanted.path.is_file():
        return _verify(wanted.origin, wanted.file, wanted.path)
    part = wanted.part
    if part.is_symlink() or (part.exists() and not part.is_file()) or _size(part) > wanted.most:
        part.unlink()
    if part.exists() and (digest := _filled(wanted)):
        part.replace(wanted.path)
        return digest
    # What an earlier attempt had left was of another version: once more, from the start.
    digest = _filled(wanted)
    part.replace(wanted.path)
    return digest


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _filled(wanted: _Download) -> str:
    """Fill the part and verify it; nothing where what it was resumed from proved wrong."""
    resumed = wanted.part.exists()
    _download(wanted)
    try:
        return _verify(wanted.origin, wanted.file, wanted.part)
    except DataError as error:
        wanted.part.unlink(missing_ok=True)
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


def _download(wanted: _Download) -> None:
    """Fill the part, going on where an earlier attempt stopped. Raises `_Stopped`, `OSError`."""
    reason = ""
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE * 2**attempt if attempt else 0)
        try:
            if _attempt(wanted):
                return
            reason = "the connection ended before the file did"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:
                wanted.part.unlink(missing_ok=True)
            elif error.code < 500 and error.code != 429:
                raise _Stopped(f"HTTP {error.code}") from error
            reason = f"HTTP {error.code}"
        except urllib.error.URLError as error:
            raise _Stopped(f"no connection ({error.reason})") from error
        except ValueError as error:
            raise _Stopped(f"an address that is none ({error})") from error
        except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
            reason = f"{type(error).__name__}: {error}"
    raise _Stopped(reason)


def _attempt(wanted: _Download) -> bool:
    """One request; true when all that the server promised has arrived."""
    have = _size(wanted.part)
    request = urllib.request.Request(_web(wanted.address), headers={"User-Agent": "plimsoll"})
    if (token := os.environ.get("HF_TOKEN", "")) and wanted.address.startswith(f"{HUB}/"):
        # Unredirected: the hub sends us on to other hosts, which must not see the token.
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    if have:
        request.add_header("Range", f"bytes={have}-")
    with _WEB.open(request, timeout=wanted.patience.silent) as reply:
        start = have if reply.status == 206 else 0
        total = _total(reply, start, wanted)
        if reply.status != 206:
            wanted.part.unlink(missing_ok=True)
        with os.fdopen(os.open(wanted.part, files.GROWING | os.O_APPEND, 0o666), "ab") as out:
            done = _copy(reply, out, wanted, start, total)
    return total is None or done >= total


def _total(reply: http.client.HTTPResponse, start: int, wanted: _Download) -> int | None:
    """How many bytes the whole file has, as the server says. Raises `_Stopped` for what cannot be."""
    length = reply.headers.get("Content-Length") or ""
    if not length:
        return wanted.file.bytes or None
    if not (length.isascii() and length.isdigit() and len(length) <= 15):
        raise _Stopped(f"the server says a length of {length[:40]!r}")
    total = start + int(length)
    if total > wanted.most:
        raise _Stopped(f"the server wants to send {total:,} bytes, and the file has at most {wanted.most:,}")
    return total


def _copy(
    reply: http.client.HTTPResponse, out: IO[bytes], wanted: _Download, done: int, total: int | None
) -> int:
    wanted.report(done, total)
    began, came = time.monotonic(), 0
    while chunk := reply.read1(CHUNK):
        done, came = done + len(chunk), came + len(chunk)
        if done > (wanted.most if total is None else total):
            raise _Stopped("the server sends more than it said, or without an end")
        if came < wanted.patience.slowest * (time.monotonic() - began - wanted.patience.after):
            raise _Stopped(f"the server sends less than {wanted.patience.slowest:g} bytes in a second")
        out.write(chunk)
        wanted.report(done, total)
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
    if not _is_web(address):
        raise _Stopped("not an http address")
    return address


def _mirrored(addresses: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Hub addresses moved to `HF_ENDPOINT`, which then come first."""
    mirror = environ.get("HF_ENDPOINT", "").rstrip("/")
    if mirror and not _is_web(mirror):
        raise UserError("HF_ENDPOINT is no address: write https://HOST, or leave it out")
    if not mirror or mirror == HUB:
        return tuple(addresses)
    moved = [mirror + a.removeprefix(HUB) for a in addresses if a.startswith(HUB)]
    return (*moved, *(a for a in addresses if not a.startswith(HUB)))


def _is_web(address: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


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
