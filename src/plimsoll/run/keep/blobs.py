"""Pictures in records -> files named by their digests, each picture once, and back.

A record names a picture by the SHA-256 of its bytes. Whoever asks or judges anew has the bytes put
back; whoever shows a record finds them under `blobs/` in the run's folder.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from plimsoll.core import DataError, Image, Message, PlimsollError, Record, Sample, Transcript, files, replace

FOLDER = "blobs"
REMEMBERED = 16
"""Pictures whose digest is known without reckoning: variants and epochs bring the same ones again."""

T = TypeVar("T", Sample, Record)


class Blobs:
    """The pictures of a run."""

    def __init__(self, run: Path) -> None:
        self.path = run / FOLDER
        self._digests: dict[str, str] = {}

    def get(self, digest: str) -> bytes:
        """The bytes of a picture. Raises `DataError` where they are not here or not what they were."""
        path = self.path / digest
        if not (digest.isalnum() and path.is_file()):
            raise DataError(f"the picture {digest[:12]}... is not in {self.path}")
        body = files.read(path)
        if hashlib.sha256(body).hexdigest() != digest:
            raise DataError(f"{path} does not hold the picture that it is named after")
        return body

    def put_away(self, value: T) -> T:
        """A record or sample with its pictures by digest, their bytes kept."""
        return _with_images(value, self._kept) if _has_images(value) else value

    def brought_back(self, value: T) -> T:
        """A record or sample with the bytes of its pictures. Raises `DataError`."""
        return _with_images(value, self._filled) if _has_images(value) else value

    def shown(self, value: T) -> T:
        """The same for people who look at it: a picture that is lost or damaged stays a digest."""
        return _with_images(value, self._at_hand) if _has_images(value) else value

    def _at_hand(self, image: Image) -> Image:
        try:
            return self._filled(image)
        except DataError:
            return image

    def _kept(self, image: Image) -> Image:
        if not image.data:
            return image
        digest = self._digests.get(image.data) or self._stored(image.data)
        return replace(image, data="", digest=digest) if digest else image

    def _stored(self, data: str) -> str:
        """Keep the bytes; nothing for data that would not come back as they are."""
        try:
            body = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            return ""
        if base64.b64encode(body).decode() != data:
            return ""
        digest = hashlib.sha256(body).hexdigest()
        path = self.path / digest
        if not path.exists():
            self._write(path, body)
        if len(self._digests) >= REMEMBERED:
            self._digests.clear()
        self._digests[data] = digest
        return digest

    def _write(self, path: Path, body: bytes) -> None:
        try:
            self.path.mkdir(exist_ok=True)
            files.write(path, [body])
        except OSError as error:
            raise PlimsollError(
                f"cannot write {path}: {error.strerror}; free some space and resume the run"
            ) from error

    def _filled(self, image: Image) -> Image:
        if image.data or not image.digest:
            return image
        return replace(image, data=base64.b64encode(self.get(image.digest)).decode(), digest="")


def _has_images(value: Sample | Record) -> bool:
    sample = value if isinstance(value, Sample) else value.sample
    for message in sample.messages:
        if message.images:
            return True
    if isinstance(value, Sample) or value.transcript is None:
        return False
    return any(message.images for message in value.transcript.messages)


def _with_images(value: T, changed: Callable[[Image], Image]) -> T:
    def messages(given: tuple[Message, ...]) -> tuple[Message, ...]:
        return tuple(
            replace(each, images=tuple(map(changed, each.images))) if each.images else each for each in given
        )

    if isinstance(value, Sample):
        return replace(value, messages=messages(value.messages))
    transcript: Transcript | None = value.transcript
    if transcript is not None:
        transcript = replace(transcript, messages=messages(transcript.messages))
    sample = replace(value.sample, messages=messages(value.sample.messages))
    return replace(value, sample=sample, transcript=transcript)
