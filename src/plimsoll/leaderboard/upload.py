"""What a client sends -> a file of bounded size that may be read."""

import hashlib
import io
from typing import BinaryIO, Literal, NamedTuple

Kind = Literal["predictions", "run"]
PREDICTIONS_LIMIT = 4 * 2**20
"""Bytes of a predictions file: the official one has 0.2 MB."""
RUN_LIMIT = 64 * 2**20
"""Bytes of a packed run folder."""
_PACKED = {b"PK": "zip", b"\x1f\x8b": "tar"}


class Upload(NamedTuple):
    """The bytes of a submission, seekable, already held to the size limit, with their SHA-256."""

    file: BinaryIO
    size: int
    sha256: str

    @property
    def kind(self) -> Kind:
        """Packed files are run folders; all else is read as predictions."""
        self.file.seek(0)
        start = self.file.read(265)
        packed = start[:2] in _PACKED or start[257:262] == b"ustar"
        return "run" if packed else "predictions"


def of_bytes(content: bytes) -> Upload:
    """An upload that is already in memory."""
    return Upload(io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())


def of_file(file: BinaryIO) -> Upload:
    """An upload that already lies in a file of bounded size."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(2**20):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return Upload(file, size, digest.hexdigest())
