"""A request's body as it streams in -> an upload that was cut off at its limit."""

import hashlib
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from starlette.requests import ClientDisconnect, Request

from plimsoll.leaderboard.errors import BoardError, TooLarge
from plimsoll.leaderboard.upload import RUN_LIMIT, Upload

_IN_MEMORY = 2**20


async def read_upload(request: Request, limit: int = RUN_LIMIT) -> Upload:
    """Read the body to a file, in memory while it is small. Raises `TooLarge` as soon as it is."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and (len(said) > 15 or int(said) > limit):
        raise TooLarge(f"at most {limit:,} bytes are read")
    try:
        return await _spooled(request.stream(), limit)
    except ClientDisconnect:
        raise BoardError("the body ended too early") from None


async def read_bytes(request: Request, limit: int) -> bytes:
    """Read a small body whole."""
    upload = await read_upload(request, limit)
    with upload.file as file:
        return file.read()


async def _spooled(chunks: AsyncIterator[bytes], limit: int) -> Upload:
    file = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    try:
        digest, size = hashlib.sha256(), 0
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"at most {limit:,} bytes are read")
            digest.update(chunk)
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Upload(file, size, digest.hexdigest())
