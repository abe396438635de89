"""A folder with a low-rank adapter, as `peft` writes it -> the adapter within the model it was made for."""

import importlib
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.core import DataError, MissingExtra, UserError, decoding, files
from plimsoll.internals.handle import Handle
from plimsoll.internals.stored import Layout, tensors
from plimsoll.internals.training import Trained, let_go

SETTINGS, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
RECORD = "finetuning.json"
"""What `plimsoll finetune` writes beside an adapter: of which model it is."""


@contextmanager
def within(handle: Handle, folder: Path) -> Generator[Trained]:
    """The model with the adapter at work while the block runs; then bit for bit what it was.

    Raises `UserError` for an adapter of another model.
    """
    refuse_other_model(handle, folder)
    try:
        opened: Any = importlib.import_module("peft").PeftModel.from_pretrained
    except ImportError:
        raise MissingExtra("internals.adapters", "whitebox") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of one library about the other
            module = opened(handle.module, str(folder))
    except (RuntimeError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{folder} cannot be put into {handle.name}: {str(error).splitlines()[0]}") from None
    trained = Trained(module=module.eval(), losses=[])
    try:
        yield trained
    finally:
        let_go(trained)


def matrices(trained: Trained) -> dict[str, Any]:
    """Module -> its weights, for both matrices of every adapted projection."""
    return {
        name: part.weight
        for name, part in trained.module.base_model.model.named_modules()
        if name.endswith((".lora_A.default", ".lora_B.default"))
    }


def refuse_other_model(handle: Handle, folder: Path) -> None:
    """Refuse an adapter whose matrices do not belong into a model. Raises `UserError`, `DataError`."""
    if not (folder / WEIGHTS).is_file() or not (folder / SETTINGS).is_file():
        raise UserError(
            f"{folder} holds no {SETTINGS} with {WEIGHTS}: adapters are read from safetensors only"
        )
    _refuse_other_record(handle, folder)
    for name, each in tensors(folder / WEIGHTS).items():
        module, _, half = name.removeprefix("base_model.model.").rpartition(".lora_")
        if not _belongs(handle, module, half, each.layout):
            raise UserError(
                f"{folder} is an adapter for another model: {handle.name} has no place for {name} "
                f"{each.layout.shape}"
            )


def _belongs(handle: Handle, module: str, half: str, layout: Layout) -> bool:
    try:
        outputs, inputs = handle.module.get_submodule(module).weight.shape
    except (AttributeError, ValueError):
        return False
    if len(layout.shape) != 2:
        return False
    return layout.shape[1] == inputs if half.startswith("A") else layout.shape[0] == outputs


def _refuse_other_record(handle: Handle, folder: Path) -> None:
    path = folder.absolute().parent / RECORD
    if not path.is_file():
        return
    try:
        told = decoding.decode(files.read(path), _Record)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None
    # What stands behind the weights' own mark, as the library's version, tells no other weights.
    if told.revision.partition(" ")[0] != handle.revision.partition(" ")[0]:
        raise UserError(
            f"{folder} is an adapter for another model: it was trained on {told.model} ({told.revision}), "
            f"and {handle.name} is {handle.revision}"
        )


class _Record(msgspec.Struct):
    model: str
    revision: str
