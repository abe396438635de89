"""A file of safetensors -> the numbers of its tensors, part by part in 32 bits or more; and back into bytes.

Needs numpy alone. Who goes through a checkpoint in parts needs the memory of a part, neither that of a
tensor nor that of torch, and pages of the file count for nobody once they are read.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from plimsoll.core import DataError, decoding, files
from plimsoll.internals.library import numpy

PART = 1 << 20
"""Numbers that are looked at together."""
LONGEST = 100 << 20
"""Bytes of a header: as much as the library of the format reads."""
WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}
"""Number format -> bytes of a number, for the formats that weights here may have."""
FLOATS = ("F64", "F32", "F16", "BF16")
NUMPY = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "U8": "u1",
    "BOOL": "u1",
}
"""As numpy stores each; it knows no bfloat16, whose numbers are the upper halves of 32-bit ones."""
LARGEST = {"F16": 65520.0, "BF16": 3.3961775e38, "F32": 3.4028236e38}
"""From which size on a number is rounded to infinity."""


class Layout(NamedTuple):
    """What is known of a tensor without reading it."""

    dtype: str
    """As safetensors call it."""
    shape: tuple[int, ...]

    @property
    def numbers(self) -> int:
        """How many it holds."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    @property
    def bytes(self) -> int:
        """How long it is. Raises `DataError` for a format that weights here do not have."""
        if self.dtype not in WIDTHS:
            raise DataError(f"weights in {self.dtype} cannot be computed with: dequantise them first")
        return self.numbers * WIDTHS[self.dtype]

    @property
    def is_float(self) -> bool:
        """Whether it can be computed with."""
        return self.dtype in FLOATS


class Stored(NamedTuple):
    """A tensor in its file."""

    path: Path
    begin: int
    """Its first byte in the file."""
    layout: Layout

    def parts(self) -> Iterator[Any]:
        """Its numbers, some at a time: floats of 32 bits or more, others as they are."""
        library = numpy()
        left, kind = self.layout.numbers, library.dtype(NUMPY[self.layout.dtype])
        with files.opened(self.path) as file:
            file.seek(self.begin)
            while left:
                count = min(left, PART)
                read = library.frombuffer(file.read(count * kind.itemsize), kind)
                if len(read) < count:
                    raise DataError(f"{self.path}: ends within a tensor")
                yield widened(read, self.layout.dtype)
                left -= count


class _Entry(msgspec.Struct):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def tensors(path: Path) -> Mapping[str, Stored]:
    """The tensors of a file. Raises `DataError` where it is damaged, or no safetensors."""
    try:
        with files.opened(path) as file:
            size = path.stat().st_size
            length = int.from_bytes(file.read(8), "little")
            if length > min(size - 8, LONGEST):
                raise DataError(f"{path}: is no safetensors, or is cut off")
            header = decoding.decode(file.read(length), dict[str, Any])
            header.pop("__metadata__", None)
            entries = decoding.converted(header, dict[str, _Entry])
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {error}") from None
    return {name: _stored(path, name, each, 8 + length, size) for name, each in entries.items()}


def _stored(path: Path, name: str, entry: _Entry, first: int, size: int) -> Stored:
    begin, end = (first + place for place in entry.data_offsets)
    layout = Layout(entry.dtype, entry.shape)
    known = entry.dtype in WIDTHS
    if not first <= begin <= end <= size or (known and end - begin != layout.bytes):
        raise DataError(f"{path}: {name} does not lie where the file says")
    return Stored(path, begin, layout)


def widened(read: Any, dtype: str) -> Any:
    """Numbers as they are stored -> as they are computed with."""
    library = numpy()
    if dtype == "BF16":
        return (read.astype(library.uint32) << 16).view(library.float32)
    return read.astype(library.float32) if dtype == "F16" else read


def narrowed(part: Any, dtype: str) -> memoryview:
    """Numbers -> their bytes in a format, rounded to the nearest, to even ones between two.

    Raises `DataError` for a number that is too large for it.
    """
    library = numpy()
    wider = dtype in LARGEST and part.dtype != NUMPY[dtype]
    if wider and part.size and max(part.max(), -part.min()) >= LARGEST[dtype]:
        raise DataError(f"a number became too large for {dtype}: nothing was written")
    if dtype == "BF16":
        bits = library.ascontiguousarray(part, library.float32).view(library.uint32)
        odd = (bits >> 16) & 1
        part = ((bits + 0x7FFF + odd) >> 16).astype(library.uint16)
    return library.ascontiguousarray(part, NUMPY[dtype]).data.cast("B")


def is_unsound(part: Any) -> bool:
    """Whether any of these numbers is none, or infinite."""
    return part.dtype.kind == "f" and not bool(numpy().isfinite(part).all())
