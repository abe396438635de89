"""A folder of safetensors files -> its tensors, one at a time; and back, without ever holding two copies.

Only safetensors are read: other formats run code when they are opened. A tensor that is another's alias
(an output layer tied to the embedding) is left out, as in what the library writes.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from plimsoll.core import DataError, UserError, decoding, files
from plimsoll.internals import appearing
from plimsoll.internals.stored import Layout, Stored, is_unsound, narrowed, tensors

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
TIED = "lm_head.weight"
"""The one tensor that models of this kind tie to their embedding."""
PART = 1 << 22
"""Numbers of a tensor in memory that are written together."""
KEPT = ("*.json", "*.jinja", "*.model", "merges.txt", "vocab.txt", "segments.safetensors")
"""What else of a model's folder belongs to it: configuration and tokenizer."""
MADE = ("finetuning.json", "realignment.json")
"""How a model came about: not how the next one that is made of it does."""
ROUTED = "mogu.json"
"""What says that a folder's weights are half of a model: routers decide beside them."""


@dataclass(frozen=True)
class Checkpoint:
    """A model's folder."""

    folder: Path

    @cached_property
    def places(self) -> Mapping[str, Path]:
        """Tensor -> the file that holds it. Raises `UserError` where the folder holds no safetensors."""
        if (self.folder / ROUTED).is_file():
            raise UserError(
                f"{self.folder} decides by routers beside its weights: name the model that it was made from"
            )
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
        return self._without_alias(dict.fromkeys(tensors(path), path))

    @cached_property
    def stored(self) -> Mapping[str, Stored]:
        """Tensor -> where it lies. Raises `DataError` where files do not hold what the index says."""
        held = {path: tensors(path) for path in dict.fromkeys(self.places.values())}
        for name, path in self.places.items():
            if name not in held[path]:
                raise DataError(f"{path}: lacks {name}, which {INDEX} says it holds")
        return {name: held[path][name] for name, path in self.places.items()}

    @cached_property
    def layouts(self) -> Mapping[str, Layout]:
        """Tensor -> its number format and shape."""
        return {name: each.layout for name, each in self.stored.items()}

    def read(self, name: str) -> Any:
        """One tensor, as torch has it. Raises `DataError` where its file is damaged."""
        with opened(self.places[name]) as file:
            return file.get_tensor(name)

    def parts(self, name: str) -> Iterator[Any]:
        """The numbers of one tensor, some at a time."""
        return self.stored[name].parts()

    @property
    def bytes(self) -> int:
        """Of all its weights."""
        return sum(path.stat().st_size for path in set(self.places.values()))

    def _without_alias(self, found: Mapping[str, Path]) -> dict[str, Path]:
        tied = self.config.get("tie_word_embeddings", False)
        return {name: path for name, path in found.items() if not (tied and name == TIED)}

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The model's configuration. Raises `UserError` where there is none."""
        path = self.folder / "config.json"
        if not path.is_file():
            raise UserError(f"{self.folder} holds no config.json: name the folder of a model")
        try:
            return decoding.decode(files.read(path), dict[str, Any])
        except ValueError as error:
            raise DataError(f"{path}: {error}") from None


def made_by(folder: Path) -> Mapping[str, Any]:
    """How a model came about, as its folder says; nothing where it says nothing. Raises `DataError`."""
    path = next((folder / name for name in MADE if (folder / name).is_file()), None)
    if path is None:
        return {}
    try:
        return decoding.decode(files.read(path), dict[str, Any])
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None


def refuse_nan(held: Checkpoint) -> None:
    """Refuse weights that are no numbers or infinite, or in a format that nothing here computes with.

    Raises `DataError`, before anything is computed.
    """
    for name, each in held.stored.items():
        each.layout.bytes  # noqa: B018 - raises for such a format
        if each.layout.is_float and any(map(is_unsound, each.parts())):
            raise DataError(f"{name} of {held.folder} holds NaN or infinite numbers: nothing was written")


def refuse_place(folder: Path, like: Checkpoint, size: int = 0) -> None:
    """Refuse a folder that is there already, or whose disk has no room. Raises `UserError`.

    Args:
        size: Bytes that are needed, where they are not those of `like`.
    """
    needed = size or like.bytes
    if os.path.lexists(folder):
        raise UserError(f"{folder} is there already: name a new folder")
    above = next(each for each in folder.absolute().parents if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise UserError(f"{folder} cannot be made: {above} is no folder that can be written to")
    free = shutil.disk_usage(above).free
    if free < needed * 1.05:
        raise UserError(f"{above} has {free / 1e9:.1f} GB free and {needed / 1e9:.1f} GB are needed")


def write(
    folder: Path,
    like: Checkpoint,
    given: Iterator[tuple[str, Any]],
    also: Callable[[Path], None] | None = None,
    layouts: Mapping[str, Layout] | None = None,
) -> None:
    """Write a model whose tensors of torch come one by one, in the order of `like.places`, with its shapes.

    Raises as `stream` does.

    Args:
        also: Puts more into the folder.
        layouts: Of the tensors, in their order, where they are not those of `like`.
    """
    planned = layouts or like.layouts
    parts = ((name, _parts(name, tensor, planned[name])) for name, tensor in given)
    stream(folder, like, parts, also, planned)


def stream(
    folder: Path,
    like: Checkpoint,
    given: Iterator[tuple[str, Iterable[Any]]],
    also: Callable[[Path], None] | None = None,
    layouts: Mapping[str, Layout] | None = None,
) -> None:
    """Write a model whose numbers come in parts, tensor by tensor in the order of `like.places`.

    The folder appears whole, by one rename; `also` may put more into it before. Raises `UserError` where it
    is there already, or where the disk has no room, and `DataError` for a number that is none or infinite.
    """
    planned = layouts or like.layouts
    refuse_place(folder, like, sum(each.bytes for each in planned.values()))
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = appearing.unfinished(folder)
    made.mkdir()
    try:
        for path in (path for kept in KEPT for path in like.folder.glob(kept)):
            if path.name not in (INDEX, *MADE) and path.is_file():
                files.write(made / path.name, [files.read(path)])
        files.write(made / WEIGHTS, _chunks(planned, given))
        if also:
            also(made)
        appearing.appear(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _chunks(
    planned: Mapping[str, Layout], given: Iterator[tuple[str, Iterable[Any]]]
) -> Iterator[bytes | memoryview]:
    """The safetensors format: the header's length, the header, and the tensors' bytes one after the other."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, layout in planned.items():
        begin, end = end, end + layout.bytes
        header[name] = {"dtype": layout.dtype, "shape": list(layout.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little")
    yield text
    for (name, parts), (wanted, layout) in zip(given, planned.items(), strict=True):
        if name != wanted:
            raise ValueError(f"{name} came where {wanted} belongs")
        yield from _written(name, parts, layout)


def _written(name: str, parts: Iterable[Any], layout: Layout) -> Iterator[memoryview]:
    left = layout.numbers
    for part in parts:
        left -= part.size
        if is_unsound(part):
            raise DataError(f"{name} would hold NaN or infinite numbers: nothing was written")
        yield narrowed(part, layout.dtype)
    if left:
        raise ValueError(f"{name} came with another number of numbers than {layout.shape} holds")


def _parts(name: str, tensor: Any, layout: Layout) -> Iterator[Any]:
    """A tensor of torch, in parts that numpy has."""
    if tuple(tensor.shape) != layout.shape:
        raise ValueError(f"{name} {tuple(tensor.shape)} came where {layout.shape} belongs")
    for part in tensor.detach().flatten().split(PART):
        yield (part.float() if part.is_floating_point() and part.itemsize < 4 else part).cpu().numpy()


def opened(path: Path) -> Any:
    """A file of safetensors, to be read tensor by tensor. Raises `DataError` where it is none."""
    from safetensors import SafetensorError, safe_open

    try:
        return safe_open(path, framework="pt")
    except (SafetensorError, OSError) as error:
        raise DataError(f"{path}: {error}") from None
