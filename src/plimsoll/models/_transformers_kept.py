"""Dequantised weights -> a folder of the user's cache, from which they are read in two seconds.

Taking a GGUF file apart takes the library many times longer than reading weights. What it makes is
kept under the file's SHA-256, the number format and the library's version. A folder appears whole,
by one rename, so that processes may make it at once; one that is not as it was written is made
anew; where nothing can be written, nothing is kept.
"""

import copy
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from shutil import disk_usage, rmtree
from typing import Any

from plimsoll.core import files
from plimsoll.models._local_files import seal

FORMAT = 1
"""Changes when what is written here changes."""
LARGEST = 2 * 2**30
"""Bytes of weights that are kept at most: a large model would fill the disk unasked."""
SEAL = "whole.txt"
UNFINISHED = ".unfinished-"
OLD = 3600
"""Seconds after which an unfinished folder is one whose process died."""


def weights_folder() -> Path:
    """`weights` in the user's cache folder (`PLIMSOLL_CACHE` overrides the folder)."""
    if folder := os.environ.get("PLIMSOLL_CACHE"):
        return Path(folder) / "weights"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plimsoll" / "weights"


def place(file: Path, kind: str, library: str) -> Path:
    """Where a GGUF file's weights are kept in one number format."""
    return weights_folder() / f"{files.digest(file)}-{kind}-{library}-{FORMAT}"


def is_whole(folder: Path) -> bool:
    """Whether a folder is as it was written."""
    try:
        return files.read_text(folder / SEAL) == seal(folder)
    except (OSError, UnicodeDecodeError):
        return False


def keep(folder: Path, module: Any, tokenizer: Any) -> None:
    """Write a dequantised model; does nothing where it is too large or there is no place for it."""
    size = sum(weight.nbytes for weight in module.state_dict().values())
    with suppress(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        if size > LARGEST or disk_usage(folder.parent).free < 2 * size:
            return
        _sweep(folder)
        made = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder.parent))
        try:
            _plain(module).save_pretrained(made)
            tokenizer.save_pretrained(made)
            files.write_text(made / SEAL, seal(made))
            made.rename(folder)
        finally:
            rmtree(made, ignore_errors=True)


def drop(folder: Path) -> None:
    """Remove a folder, out of everyone's sight first."""
    if not folder.exists():
        return
    with suppress(OSError):
        aside = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder.parent))
        with suppress(OSError):
            folder.rename(aside / "dropped")
        rmtree(aside, ignore_errors=True)


def _plain(module: Any) -> Any:
    """The same weights in a module that knows nothing of where they come from, so that it can be saved."""
    import torch

    config = copy.deepcopy(module.config)
    with suppress(AttributeError):
        del config.quantization_config
    with torch.device("meta"):
        plain = type(module)(config)
    plain.load_state_dict(module.state_dict(), assign=True)
    plain.tie_weights()
    plain.generation_config = module.generation_config
    return plain


def _sweep(folder: Path) -> None:
    """Remove what died halfway, and the same weights as another version of the library made them."""
    file, kind, *_ = folder.name.split("-")
    for path in folder.parent.iterdir():
        unfinished = path.name.startswith(UNFINISHED) and time.time() - path.stat().st_mtime > OLD
        if unfinished or (path != folder and path.name.startswith(f"{file}-{kind}-")):
            rmtree(path, ignore_errors=True)
