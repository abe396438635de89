"""A folder of safetensors files -> its tensors, one at a time; and back, without ever holding two copies.

Only safetensors are read: other formats run code when they are opened. A tensor that is another's alias
(an output layer tied to the embedding) is left out, as in what the library writes.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from plimsoll.core import DataError, UserError, decoding, files
from plimsoll.internals.library import torch

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
TIED = "lm_head.weight"
"""The one tensor that models of this kind tie to their embedding."""
PART = 1 << 22
"""Numbers that are looked at together: a whole tensor's would take its memory again."""
KEPT = ("*.json", "*.jinja", "*.model", "merges.txt", "vocab.txt")
"""What else of a model's folder belongs to it: configuration and tokenizer."""
MADE = ("finetuning.json", "realignment.json")
"""How a model came about: not how the next one that is made of it does."""
NAMES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "uint8": "U8",
    "bool": "BOOL",
}


class Layout(NamedTuple):
    """What is known of a tensor without reading it."""

    dtype: str
    """As safetensors call it."""
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A model's folder."""

    folder: Path

    @cached_property
    def places(self) -> Mapping[str, Path]:
        """Tensor -> the file that holds it. Raises `UserError` where the folder holds no safetensors."""
        index = self.folder / INDEX
        if index.is_file():
            try:
                listed: Mapping[str, str] = decoding.decode(files.read(index), dict[str, Any])["weight_map"]
            except (ValueError, KeyError) as error:
                raise DataError(f"{index}: {error}") from None
            return self._without_alias({name: self.folder / Path(file).name for name, file in listed.items()})
        path = self.folder / WEIGHTS
        if not path.is_file():
            raise UserError(
                f"{self.folder} holds no {WEIGHTS}: weights are read from safetensors only "
                "(other formats run code when they are opened)"
            )
        return self._without_alias(dict.fromkeys(_keys(path), path))

    @cached_property
    def layouts(self) -> Mapping[str, Layout]:
        """Tensor -> its number format and shape."""
        return {name: self._layout(name) for name in self.places}

    def read(self, name: str) -> Any:
        """One tensor. Raises `DataError` where its file is damaged."""
        with opened(self.places[name]) as file:
            return file.get_tensor(name)

    @property
    def bytes(self) -> int:
        """Of all its weights."""
        return sum(path.stat().st_size for path in set(self.places.values()))

    def _layout(self, name: str) -> Layout:
        with opened(self.places[name]) as file:
            part = file.get_slice(name)
            return Layout(part.get_dtype(), tuple(part.get_shape()))

    def _without_alias(self, found: Mapping[str, Path]) -> dict[str, Path]:
        tied = self.config.get("tie_word_embeddings", False)
        return {name: path for name, path in found.items() if not (tied and name == TIED)}

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The model's configuration. Raises `UserError` where there is none."""
        path = self.folder / "config.json"
        if not path.is_file():
            raise UserError(f"{self.folder} holds no config.json: name the folder of a model")
        return decoding.decode(files.read(path), dict[str, Any])


def refuse_unlike(checkpoints: Iterable[Checkpoint]) -> None:
    """Refuse checkpoints that are not of one model: other tensors, other shapes. Raises `UserError`."""
    first, *others = checkpoints
    for other in others:
        lacking = sorted(first.places.keys() - other.places.keys())
        more = sorted(other.places.keys() - first.places.keys())
        if lacking or more:
            said = f"lacks {lacking[0]}" if lacking else f"has {more[0]} beside"
            count = len(lacking) + len(more)
            raise UserError(
                f"{other.folder} {said} ({count} tensors differ from {first.folder}): no one model"
            )
        for name, layout in first.layouts.items():
            if other.layouts[name].shape != layout.shape:
                raise UserError(
                    f"{name} is {other.layouts[name].shape} in {other.folder} and {layout.shape} in "
                    f"{first.folder}: no one model"
                )


class Changed(NamedTuple):
    """How many of a checkpoint's numbers another one does not share."""

    numbers: int
    all: int


def changed(before: Checkpoint, after: Checkpoint) -> Changed:
    """Count the numbers that differ, a tensor at a time. Raises `UserError` for different models."""
    refuse_unlike((before, after))
    found = whole = 0
    for name in before.places:
        pairs = (each.read(name).flatten().split(PART) for each in (before, after))
        for old, new in zip(*pairs, strict=True):
            found += int((old.float() != new.float()).sum())
            whole += old.numel()
    return Changed(found, whole)


def write(folder: Path, like: Checkpoint, tensors: Iterator[tuple[str, Any]]) -> None:
    """Write a model whose tensors come one by one, in the order of `like.places`, with its shapes.

    The folder appears whole, by one rename. Raises `UserError` where it is there already, or where the
    disk has no room, and `DataError` for a tensor that holds NaN.
    """
    if folder.exists():
        raise UserError(f"{folder} is there already: name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    if free < like.bytes * 1.05:
        raise UserError(
            f"{folder.parent} has {free / 1e9:.1f} GB free and {like.bytes / 1e9:.1f} GB are needed"
        )
    made = folder.with_name(f".{folder.name[:40]}.{uuid4().hex[:12]}{files.ENDING}")
    made.mkdir()
    try:
        for path in (path for kept in KEPT for path in like.folder.glob(kept)):
            if path.name not in (INDEX, *MADE) and path.is_file():
                files.write(made / path.name, [files.read(path)])
        _stream(made / WEIGHTS, like, tensors)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _stream(path: Path, like: Checkpoint, tensors: Iterator[tuple[str, Any]]) -> None:
    """The safetensors format: the header's length, the header, and the tensors' bytes one after the other."""
    files.write(path, _chunks(like, tensors))


def _chunks(like: Checkpoint, tensors: Iterator[tuple[str, Any]]) -> Iterator[bytes | memoryview]:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, layout in like.layouts.items():
        size = _width(layout.dtype)
        for length in layout.shape:
            size *= length
        header[name] = {"dtype": layout.dtype, "shape": list(layout.shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little")
    yield text
    for (name, tensor), (wanted, layout) in zip(tensors, like.layouts.items(), strict=True):
        yield _bytes(name, tensor, wanted, layout)


def _bytes(name: str, tensor: Any, wanted: str, layout: Layout) -> memoryview:
    library = torch()
    if name != wanted or tuple(tensor.shape) != layout.shape:
        raise ValueError(f"{name} {tuple(tensor.shape)} came where {wanted} {layout.shape} belongs")
    made = tensor.to(getattr(library, next(own for own, said in NAMES.items() if said == layout.dtype)))
    if has_nan(made):
        raise DataError(f"{name} would hold NaN: nothing was written")
    return made.contiguous().cpu().reshape(-1).view(library.uint8).numpy().data


def has_nan(tensor: Any) -> bool:
    """Whether any of its numbers is none; looked at part by part."""
    if not tensor.is_floating_point():
        return False
    return any(bool(part.isnan().any()) for part in tensor.flatten().split(PART))


def _width(dtype: str) -> int:
    """Bytes of a number. Raises `DataError` for a format that weights here do not have."""
    known = {said: getattr(torch(), own).itemsize for own, said in NAMES.items()}
    if dtype not in known:
        raise DataError(f"weights in {dtype} cannot be computed with: dequantise them first")
    return known[dtype]


def _keys(path: Path) -> list[str]:
    with opened(path) as file:
        return list(file.keys())


def opened(path: Path) -> Any:
    """A file of safetensors, to be read tensor by tensor. Raises `DataError` where it is none."""
    from safetensors import SafetensorError, safe_open

    try:
        return safe_open(path, framework="pt")
    except (SafetensorError, OSError) as error:
        raise DataError(f"{path}: {error}") from None
