"""The bytes of a file that may be packed with gzip -> its own bytes, as far as a limit."""

import zlib
from pathlib import Path

from plimsoll.core import DataError, files

ENDING = ".gz"
GZIP = 16 + zlib.MAX_WBITS


def unpacked(content: bytes, path: Path) -> bytes:
    """What is packed in a file whose name ends with .gz; any other as it is. Raises `DataError`."""
    if path.suffix.lower() != ENDING:
        return content
    found: list[bytes] = []
    room, rest = files.LARGEST, content
    while rest:
        part = zlib.decompressobj(GZIP)
        try:
            found.append(part.decompress(rest, room))
        except zlib.error as error:
            raise DataError(f"{path}: no sound gzip file: {error}; fetch it again") from None
        room -= len(found[-1])
        if part.unconsumed_tail or room <= 0:
            raise DataError(f"{path}: holds more than {files.LARGEST:,} bytes when it is unpacked")
        if not part.eof:
            raise DataError(f"{path}: ends in the middle of its gzip data: fetch it again")
        rest = part.unused_data
    return b"".join(found)
