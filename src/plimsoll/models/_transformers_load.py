"""Model id -> module, tokenizer and what identifies them."""

import importlib
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple

from plimsoll.core import MissingExtra, PlimsollError, UserError
from plimsoll.internals import routing, segments
from plimsoll.internals.batches import REMEDY, or_say
from plimsoll.internals.routing import Routing
from plimsoll.models._local_files import fingerprint, gguf, is_embedded
from plimsoll.models._local_files import revision as file_revision
from plimsoll.models._transformers_kept import drop, is_whole, keep, place

_ONE_AT_A_TIME = Lock()

DType = Literal["auto", "float32", "bfloat16", "float16"]
Device = Literal["auto", "cpu", "cuda", "mps"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a model comes from."""

    id: str
    file: Path | None
    """The GGUF file, where it is one."""
    asked: str
    """The commit, tag or branch that was asked for on the hub; empty for the newest."""

    def revision(self) -> str:
        """A file's hash, a folder's fingerprint, or a commit of the hub."""
        if self.file is not None:
            return f"sha256:{file_revision(self.file)}"
        if Path(self.id).is_dir():
            return f"files:{fingerprint(Path(self.id))}"
        with _quiet(), _named(self):
            config = _library("transformers").AutoConfig.from_pretrained(self.id, **self.arguments())
        return f"commit:{getattr(config, '_commit_hash', None) or self.asked or 'unknown'}"

    def arguments(self) -> dict[str, str]:
        """What tells the library which files to read."""
        if self.file is not None:
            return {"gguf_file": self.file.name}
        return {"revision": self.asked} if self.asked else {}

    @property
    def place(self) -> str:
        """The folder or hub id that the library reads from."""
        return str(self.file.parent) if self.file else self.id


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model in memory."""

    torch: Any
    module: Any
    tokenizer: Any
    defaults: Any
    """The sampling that the model's makers recommend."""
    routing: Routing | None = None
    """Routers that decide in it, where its folder holds some."""
    strange: tuple[str, ...] = ()
    """Weights of its files that its configuration knows nothing of, so that nobody reads them."""


def source(model_id: str, asked: str) -> Source:
    """Find a model's files. Raises `UserError` or `MissingExtra` before anything is loaded."""
    required("torch", "transformers")
    if is_embedded(model_id) or model_id.lower().endswith(".gguf"):
        required("gguf", "accelerate")
        return Source(id=model_id, file=gguf(model_id, part="transformers"), asked="")
    path = Path(model_id).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise UserError(f"transformers: the folder {model_id!r} holds no config.json")
        return Source(id=str(path), file=None, asked="")
    if path.exists():
        raise UserError(f"transformers: {model_id!r} is no model: name a folder of weights, or a .gguf file")
    if path.is_absolute() or model_id.startswith((".", "~")) or model_id.count("/") > 1:
        raise UserError(f"transformers: there is no folder {model_id!r}")
    return Source(id=model_id, file=None, asked=asked)


def load(found: Source, *, dtype: DType, device: Device) -> Loaded:
    """Read module and tokenizer onto a device."""
    chosen = device_of(device)
    kind = number_format(dtype, chosen)
    # The library builds modules under settings of the whole process: two at once are left without weights.
    with _ONE_AT_A_TIME, _quiet(), _named(found):
        read = _from_file(found, kind) if found.file else _from(found, kind)
    with or_say(REMEDY):
        loaded = adopt(read.module.to(chosen), read.tokenizer)
    return replace(loaded, routing=routing.attached(Path(found.id), loaded.module), strange=read.strange)


def tokenizer_of(found: Source) -> Any:
    """The tokenizer alone, without the weights. Raises `UserError`."""
    with _ONE_AT_A_TIME, _quiet(), _named(found):
        return _library("transformers").AutoTokenizer.from_pretrained(found.place, **found.arguments())


class _Read(NamedTuple):
    """What lies in a model's files."""

    module: Any
    tokenizer: Any
    strange: tuple[str, ...]


def _from(found: Source, kind: str) -> _Read:
    library = _library("transformers")
    tokenizer = library.AutoTokenizer.from_pretrained(found.place, **found.arguments())
    module, strange = _module(library, found, kind)
    table = segments.read(Path(found.place)) if found.file is None else None
    if table is not None:
        segments.carry(module, table)
    return _Read(module, tokenizer, strange)


def _module(library: Any, found: Source, kind: str) -> tuple[Any, tuple[str, ...]]:
    """A language model; of one that sees as well, the whole: without pictures its language part answers.

    Raises `UserError` for weights with holes, which the library would fill with random numbers.
    """
    more: dict[str, Any] = {"dtype": kind, "output_loading_info": True, **found.arguments()}
    try:
        made, told = library.AutoModelForCausalLM.from_pretrained(found.place, **more)
    except ValueError as error:
        seeing = getattr(library, "AutoModelForImageTextToText", None)
        if seeing is None or "Unrecognized configuration class" not in str(error):
            raise
        made, told = seeing.from_pretrained(found.place, **more)
    if lacking := sorted(told["missing_keys"]):
        raise UserError(
            f"transformers: {found.id!r} lacks {lacking[0]} ({len(lacking)} tensors of its configuration are "
            "not in its weights)"
        )
    strange = sorted(name for name in told["unexpected_keys"] if name.endswith((".weight", ".bias")))
    return made, tuple(strange)


def _from_file(found: Source, kind: str) -> _Read:
    """A GGUF file's weights as they are kept; where they are not, dequantised and kept for next time."""
    assert found.file is not None
    folder = place(found.file, kind, library_version())
    if is_whole(folder):
        with suppress(OSError, ValueError, RuntimeError):
            return _from(Source(id=str(folder), file=None, asked=""), kind)
    drop(folder)
    read = _from(found, kind)
    keep(folder, read.module, read.tokenizer)
    return read


def is_kept(found: Source, kind: str) -> bool:
    """Whether a model's weights lie on this machine as safetensors."""
    return found.file is None or is_whole(place(found.file, kind, library_version()))


def kept_folder(found: Source, kind: str) -> Path:
    """Where a model's weights lie as safetensors. Raises `UserError` where they do not."""
    if found.file is not None:
        folder = place(found.file, kind, library_version())
        if not is_whole(folder):
            raise UserError(
                f"the weights of {found.file.name} could not be kept in {folder.parent}: they are too large, "
                "or there is no room; name a folder of safetensors"
            )
        return folder
    if Path(found.id).is_dir():
        return Path(found.id)
    snapshot = _library("huggingface_hub").snapshot_download
    with _quiet(), _named(found):
        return Path(snapshot(found.id, revision=found.asked or None, local_files_only=True))


def adopt(module: Any, tokenizer: Any) -> Loaded:
    """Take a module that is in memory, without the sampling that its makers recommend."""
    torch, library = _library("torch"), _library("transformers")
    defaults = module.generation_config
    ends = defaults.eos_token_id if defaults.eos_token_id is not None else tokenizer.eos_token_id
    module.generation_config = library.GenerationConfig(eos_token_id=ends)
    return Loaded(torch=torch, module=module.eval(), tokenizer=tokenizer, defaults=defaults)


def library_version() -> str:
    """The version of the library that runs the model."""
    return version("transformers")


def number_format(dtype: DType, device: str) -> DType:
    """What is computed in: where nothing is asked for, 32 bits on a CPU, and the weights' own elsewhere."""
    return dtype if dtype != "auto" or device != "cpu" else "float32"


def device_of(device: Device) -> str:
    """A device of this machine. Raises `UserError` where it has none of the kind."""
    torch = _library("torch")
    able = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(name for name, there in able.items() if there)
    if not able[device]:
        raise UserError(f"transformers: this machine has no {device} device; write device=cpu or device=auto")
    return device


def required(*libraries: str) -> None:
    """Raise `MissingExtra` unless all libraries are installed; imports none."""
    if any(find_spec(library) is None for library in libraries):
        raise MissingExtra("models/transformers", "whitebox")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtra("models/transformers", "whitebox") from None


@contextmanager
def _named(found: Source) -> Generator[None]:
    try:
        yield
    except PlimsollError:
        raise
    except Exception as error:  # a folder of somebody else makes the libraries raise anything
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise UserError(
            f"transformers: {found.id!r} cannot be loaded: {reason} "
            "(write a folder, a .gguf file or the id of a model on the hub)"
        ) from error


@contextmanager
def _quiet() -> Generator[None]:
    """Keep progress bars and notices off the terminal while a model is read."""
    logging = _library("transformers").utils.logging
    hub = _library("huggingface_hub").utils
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    hub_bars = not hub.are_progress_bars_disabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    hub.disable_progress_bars()
    # This one module takes its bar past the library's own switch.
    gguf_reading = _library("transformers.modeling_gguf_pytorch_utils")
    bar = getattr(gguf_reading, "tqdm", None)
    if bar is not None:
        gguf_reading.tqdm = partial(bar, disable=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        gguf_reading.tqdm = bar
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
        if hub_bars:
            hub.enable_progress_bars()
