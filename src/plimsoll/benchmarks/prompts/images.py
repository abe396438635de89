"""The image cell of a row -> pictures: by path beside the table, by address, or the bytes themselves."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from plimsoll.benchmarks.prompts.options import Unusable
from plimsoll.core import Image, files

MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
"""First bytes of a picture -> its type; WebP, which has its mark further in, is told apart."""
ADDRESSES = ("http://", "https://")
WRITTEN_OUT = "data:"
"""How an address begins that holds the picture itself."""


@dataclass(frozen=True)
class Picture:
    """A picture that is read when it is asked about, so that a big set never lies in memory."""

    path: Path | None = None
    url: str = ""
    content: bytes = b""

    def image(self) -> Image:
        """The picture as a message carries it. Raises `Unusable` where it is none."""
        if self.url:
            return Image(media_type="image/*", url=self.url)
        content = self._bytes()
        return Image(media_type=_type(content, self.path), data=base64.b64encode(content).decode())

    def digest(self) -> str:
        """What tells this picture from another; a changed file is another run. Raises `Unusable`."""
        if self.url:
            return self.url
        content = self._bytes()
        _type(content, self.path)
        return sha256(content).hexdigest()

    def _bytes(self) -> bytes:
        if self.path is None:
            return self.content
        try:
            return files.read(self.path)
        except OSError as error:
            raise Unusable(
                f"image {self.path} cannot be read: {error.strerror}; paths begin at the table's folder"
            ) from None


def pictures_of(cell: Any, folder: Path) -> tuple[Picture, ...]:
    """The pictures that a cell names or holds. Raises `Unusable`."""
    if cell is None or cell == "":
        return ()
    if isinstance(cell, bytes):
        return (Picture(content=cell),)
    if isinstance(cell, Mapping):  # as data sets on the hub keep them: {"bytes": ..., "path": ...}
        held: Any = cell.get("bytes") or cell.get("path")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        return pictures_of(held, folder)
    if isinstance(cell, str):
        said = cell.strip()
        return (_named(said, folder),) if said else ()
    if isinstance(cell, Sequence):
        return tuple(picture for each in cell for picture in pictures_of(each, folder))  # pyright: ignore[reportUnknownVariableType]
    raise Unusable(f"image is a {type(cell).__name__}: give a path or an address")


def _named(said: str, folder: Path) -> Picture:
    """A picture by its address, by its path, or written out after `data:`. Raises `Unusable`."""
    if said.lower().startswith(ADDRESSES):
        return Picture(url=said)
    if not said.startswith(WRITTEN_OUT):
        return Picture(path=folder / said)
    head, _, written = said.partition(",")
    try:
        if not head.endswith(";base64"):
            raise ValueError
        return Picture(content=base64.b64decode(written, validate=True))
    except ValueError:
        raise Unusable(f"image {head[:40]} is not in Base64: write data:image/png;base64,...") from None


def _type(content: bytes, path: Path | None) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for mark, kind in MAGIC if content.startswith(mark)), "")
    if not found:
        raise Unusable(
            f"image {path or ''} is no PNG, JPEG, GIF or WebP picture: convert it".replace("  ", " ")
        )
    return found
