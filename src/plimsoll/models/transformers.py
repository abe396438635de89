"""Weights in memory -> model: any causal language model that the transformers library can load.

Calls that come together are worked on together. Continuations are weighed by log-likelihood: each
is tokenised with its prompt, a beginning that requests share is evaluated once and kept, what
differs is packed into one row, and the vocabulary is computed only where letters are read.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from plimsoll.core import Need, Request, Response, UserError
from plimsoll.models._local_files import EMBEDDED, is_embedded
from plimsoll.models._local_prompt import OFFERS, WITH_TOOLS, Template
from plimsoll.models._templates import of_folder, of_gguf, of_tokenizer, takes_tools
from plimsoll.models._transformers_engine import Engine
from plimsoll.models._transformers_load import (
    Device,
    DType,
    Source,
    device_of,
    is_kept,
    kept_folder,
    library_version,
    load,
    number_format,
    source,
    tokenizer_of,
)
from plimsoll.models._transformers_worker import Worker
from plimsoll.registry import WAY, model

WIDTHS = {"float32": 4, "bfloat16": 2, "float16": 2, "auto": 0}
GATHERED = 256
"""Calls that are worked on together at most."""


class Transformers:
    """A causal language model with its weights at hand, loaded when it is first asked."""

    def __init__(
        self,
        found: Source,
        *,
        name: str,
        dtype: DType = "auto",
        device: Device = "auto",
        template: Template = "auto",
        batch_size: int = 0,
        context: int = 0,
    ) -> None:
        self.name = name
        self._found = found
        self._dtype: DType = dtype
        self._device: Device = device
        self._template: Template = template
        self._batch_size = batch_size
        self._context = context
        self._loading = Lock()
        self._loaded: Engine | None = None
        self._worker: Worker[Request, Response] = Worker(self._work, GATHERED)

    @cached_property
    def offers(self) -> frozenset[Need]:
        """What it can give; tool calls where its chat template has a place for tools."""
        takes = self._template != "raw" and takes_tools(self._templates())
        return WITH_TOOLS if takes else OFFERS

    @cached_property
    def revision(self) -> str:
        """The weights' hash or commit, the library's version, the number format, the way of rendering."""
        kind = number_format(self._dtype, self.device)
        # Which numbers are a file's own follows from the file, whose hash stands before this.
        kind = "own" if kind == "auto" else kind
        about = f"transformers:{library_version()} dtype:{kind} template:{self._template}"
        return f"{self._found.revision()} {about}"

    @property
    def module(self) -> Any:
        """The torch module; loads the model. Raises `UserError` where it is not all of the weights."""
        loaded = self.engine.loaded
        if loaded.strange:
            raise UserError(
                f"{self.name} holds {loaded.strange[0]} ({len(loaded.strange)} tensors), of which its "
                "configuration knows nothing: what is found in the rest would not be of this model"
            )
        return loaded.module

    @property
    def tokenizer(self) -> Any:
        """The tokenizer; loads the model."""
        return self.engine.loaded.tokenizer

    @property
    def device(self) -> str:
        """Where it runs, as torch calls it; loads nothing but the library."""
        return device_of(self._device)

    @property
    def width(self) -> int:
        """Bytes of a number in memory; 0 for as many as the weights are stored in."""
        return WIDTHS[number_format(self._dtype, self.device)]

    @property
    def file(self) -> Path | None:
        """The GGUF file that it comes from."""
        return self._found.file

    @property
    def folder(self) -> Path:
        """A folder of safetensors with its weights; a GGUF file's are read once. Raises `UserError`."""
        kind = number_format(self._dtype, self.device)
        if not is_kept(self._found, kind):
            self.engine  # noqa: B018 - what is read is kept
        return kept_folder(self._found, kind)

    @property
    def at_hand(self) -> Path | None:
        """The same folder, where there is one before anything is loaded or fetched."""
        local = self._found.file is not None or Path(self._found.id).is_dir()
        kind = number_format(self._dtype, self.device)
        return kept_folder(self._found, kind) if local and is_kept(self._found, kind) else None

    @property
    def engine(self) -> Engine:
        """What does the work; loads the model."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    async def generate(self, request: Request) -> Response:
        """Weigh the continuations of a request, or continue its prompt."""
        return await self._worker.call(request)

    async def close(self) -> None:
        """Stop working and free the weights."""
        await self._worker.stop()
        self._loaded = None

    @cached_property
    def chats(self) -> bool:
        """Whether it has a chat template."""
        return bool(self._templates())

    def _templates(self) -> str:
        """The chat templates, without loading the weights."""
        if self._loaded is not None:
            return of_tokenizer(self._loaded.loaded.tokenizer)
        if self._found.file is not None:
            return of_gguf(self._found.file)
        folder = Path(self._found.id)
        return of_folder(folder) if folder.is_dir() else of_tokenizer(tokenizer_of(self._found))

    def _load(self) -> Engine:
        loaded = load(self._found, dtype=self._dtype, device=self._device)
        return Engine(
            loaded, name=self.name, template=self._template, rows=self._batch_size, context=self._context
        )

    def _work(self, requests: Sequence[Request]) -> list[Response | Exception]:
        return self.engine.work(requests)


@model
def transformers(
    model_id: str = "",
    *,
    dtype: DType = "auto",
    device: Device = "auto",
    batch_size: Annotated[int, WAY] = 0,
    template: Template = "auto",
    revision: str = "",
    context: int = 0,
) -> Transformers:
    """A model on the transformers library, with its weights at hand; without an id, SmolLM2-135M-Instruct.

    Args:
        model_id: A folder, a GGUF file (its weights are dequantised and, up to 2 GiB, kept in the
            cache folder), a hub id, or `smollm2-135m-instruct`.
        dtype: Number format; `auto` for float32 on a CPU and the weights' own elsewhere.
        device: Where it runs; `auto` for a GPU where there is one.
        batch_size: Sequences in one forward pass at most; 0 for 16 on a CPU and 64 elsewhere.
        template: `chat` for the tokenizer's chat template, `raw` for the texts alone, `auto` for
            whichever the model is made for.
        revision: Commit, tag or branch on the hub.
        context: Tokens that prompt and answer may take; 0 for as many as the model was made for.
    """
    for option, value in (("batch_size", batch_size), ("context", context)):
        if value < 0:
            raise UserError(f"transformers: {option} is {value}; it must be at least 0")
    made = Transformers(
        source(model_id, revision),
        name=f"transformers/{EMBEDDED if is_embedded(model_id) else model_id}",
        dtype=dtype,
        device=device,
        template=template,
        batch_size=batch_size,
        context=context,
    )
    if template == "chat" and not made.chats:
        raise UserError(f"{made.name} has no chat template: write template=raw")
    return made
