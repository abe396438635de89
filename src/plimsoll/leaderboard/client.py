"""A predictions file or a run folder -> a receipt from a board.

A run folder is packed while it is sent (nothing is written on this side). The idempotency key stands
for the file, the board and what is said of the model: the same command again, after a cut
connection or a crash of either side, is answered with the same receipt.
"""

import asyncio
import gzip
import hashlib
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from plimsoll.core import PlimsollError, UserError, decoding, files
from plimsoll.leaderboard.nouns import Receipt
from plimsoll.leaderboard.upload import RUN_LIMIT
from plimsoll.run.keep.folder import open_run

RUN_FILES = ("run.json", "records.jsonl", "summary.json", "seal.json")
TRIES = 5
LONGEST_ANSWER = 2**20
"""Bytes of a receipt or a refusal."""
_WAIT = 0.5
_PASSING = {502, 503, 504}


class Refused(PlimsollError):
    """The board says no; every fault is in the message."""


class Parcel(NamedTuple):
    """What is sent."""

    content: IO[bytes]
    media_type: str
    sha256: str


def parcel(path: Path) -> Parcel:
    """A file as it is, or a run folder packed."""
    if path.is_dir():
        return _packed(open_run(path).path)
    try:
        content = files.opened(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    return Parcel(content, "application/json", _digest(content))


def submit(
    path: Path,
    *,
    address: str,
    board: str,
    token: str,
    said: Mapping[str, str],
    submission: str = "",
    salt: str = "",
) -> Mapping[str, Any]:
    """Send, and send again while the connection fails; returns the receipt. Raises `Refused`."""
    refuse_open_roads(address)
    sent = parcel(path)
    with sent.content:
        if sent.content.seek(0, os.SEEK_END) > RUN_LIMIT:
            raise UserError(f"{path} is too large: a board reads at most {RUN_LIMIT:,} bytes")
        key = hashlib.sha256(repr((sent.sha256, board, submission, sorted(said.items()), salt)).encode())
        where = f"submissions/{quote(submission)}" if submission else f"boards/{quote(board)}/submissions"
        return asyncio.run(
            _sent(
                "PUT" if submission else "POST",
                f"{address.rstrip('/')}/api/v1/{where}",
                sent,
                params=dict(said),
                headers={
                    "Authorization": f"Bearer {token}",
                    "Content-Type": sent.media_type,
                    "Idempotency-Key": key.hexdigest(),
                },
            )
        )


def refuse_open_roads(address: str) -> None:
    """Raise `UserError` rather than send a token unencrypted over a network."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if not parts.hostname or any(letter.isspace() for letter in parts.netloc):
        raise UserError(f"--board {address}: is no address; write https://HOST or https://HOST:PORT")
    if parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return
    if parts.scheme != "http":
        raise UserError(f"--board {address}: write https://HOST")
    raise UserError(f"--board {address}: a token is not sent without encryption; use https://")


async def _sent(
    method: str, url: str, sent: Parcel, *, params: Mapping[str, str], headers: Mapping[str, str]
) -> Mapping[str, Any]:
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=600, sock_connect=20)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for attempt in range(TRIES):
            sent.content.seek(0)
            try:
                async with session.request(
                    method,
                    url,
                    params=params,
                    headers=headers,
                    data=sent.content.read(),
                    allow_redirects=False,
                ) as response:
                    if response.status not in _PASSING:
                        return _receipt(response.status, await _bounded(response))
            except aiohttp.ClientPayloadError:
                raise Refused("the board's answer cannot be read: check --board") from None
            except (aiohttp.ClientError, TimeoutError) as error:
                if attempt == TRIES - 1:
                    raise Refused(f"{url} cannot be reached: {type(error).__name__}") from None
            await asyncio.sleep(_WAIT * 2**attempt)
    raise Refused(f"{url} is not available now: try again later; nothing can be stored twice")


async def _bounded(response: Any) -> bytes:
    """The body, unpacked; a board that sends more than a receipt has is none. Raises `Refused`."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise Refused("the board's answer has no end: check --board")
    return bytes(body)


def _receipt(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        said = decoding.decode(body, dict[str, Any])
        if status in (200, 201):
            decoding.decode(body, Receipt)  # whoever shows it may rely on its shape
            return said
    except msgspec.MsgspecError:
        raise Refused(f"the board answered {status}, and not as a board does: check --board") from None
    given: Any = said.get("faults", ())
    listed: list[Any] = [*given] if isinstance(given, list) else []  # pyright: ignore[reportUnknownArgumentType]
    faults = [str(fault.get("message", ""))[:1000] for fault in listed[:20] if isinstance(fault, dict)]  # pyright: ignore
    message = str(said.get("message", ""))[:1000]
    raise Refused("\n  ".join(["refused:", *faults] if faults else [f"refused ({status}): {message}"]))


def _packed(run: Path) -> Parcel:
    """The run's files without owner, time or place: the same run packs to the same bytes."""
    packed = TemporaryFile()  # noqa: SIM115
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0, compresslevel=6) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|") as archive,
    ):
        for path in _files(run):
            info = tarfile.TarInfo(path.name)
            info.size = path.stat().st_size
            with files.opened(path) as file:
                archive.addfile(info, file)
    return Parcel(packed, "application/gzip", _digest(packed))


def _files(run: Path) -> list[Path]:
    return [run / name for name in RUN_FILES if _is_own(run / name)]


def _is_own(path: Path) -> bool:
    """Whether a file is there. Raises `UserError` for a link: it may lead to what nobody meant to send."""
    if path.is_symlink():
        raise UserError(f"{path} is a link: what it leads to is not sent (copy the file itself)")
    return path.is_file()


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(2**20):
        digest.update(chunk)
    return digest.hexdigest()
