"""What a client sends -> a file of bounded size that the entrance may read."""

from typing import BinaryIO, Literal, NamedTuple

Kind = Literal["predictions", "run"]


class Upload(NamedTuple):
    """The bytes of a submission, seekable, already held to the size limit, with their SHA-256."""

    file: BinaryIO
    size: int
    sha256: str
