"""A model whose weights are at hand -> its layers, heads and tokens, under names that all models share."""

import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from plimsoll.core import UserError, WhiteBox
from plimsoll.internals import segments
from plimsoll.internals.library import torch
from plimsoll.internals.products import quick

Template = Literal["chat", "raw"]
"""How a prompt becomes text: by the model's chat template, or as it stands."""

Unit = Literal["query_head", "kv_head"]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes of a decoder."""

    layers: int
    heads: int
    """Query heads of a layer."""
    kv_heads: int
    """Key and value heads of a layer; each serves `heads / kv_heads` query heads."""
    head_dim: int
    hidden: int
    vocabulary: int

    def units(self, unit: Unit) -> int:
        """How many of them a layer has."""
        return self.heads if unit == "query_head" else self.kv_heads


@dataclass(frozen=True, kw_only=True)
class Handle:
    """A causal language model built as Llama is, with its tokenizer."""

    name: str
    revision: str
    module: Any
    tokenizer: Any

    @property
    def torch(self) -> Any:
        """The library."""
        return torch()

    @property
    def decoder(self) -> Any:
        """The module without its head over the vocabulary."""
        return self.module.model

    @property
    def layers(self) -> Any:
        """The decoder's layers, the first one first."""
        return self.decoder.layers

    @property
    def device(self) -> Any:
        """Where the weights lie."""
        return self.module.device

    @property
    def dtype(self) -> Any:
        """The weights' number format."""
        return self.module.dtype

    @cached_property
    def shape(self) -> Shape:
        """The sizes, read off the configuration."""
        config = self.module.config
        heads = config.num_attention_heads
        return Shape(
            layers=config.num_hidden_layers,
            heads=heads,
            kv_heads=getattr(config, "num_key_value_heads", None) or heads,
            head_dim=getattr(config, "head_dim", None) or config.hidden_size // heads,
            hidden=config.hidden_size,
            vocabulary=config.vocab_size,
        )

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Tokens that end a reply."""
        found: Any = getattr(self.module.generation_config, "eos_token_id", None)
        return () if found is None else (found,) if isinstance(found, int) else tuple(found)

    def tokens(self, prompt: str, template: Template = "chat") -> Any:
        """A prompt as one row of token ids, on the model's device, ending where the reply begins."""
        return self.torch.tensor([self.ids(prompt, template)], device=self.device)

    def ids(self, prompt: str, template: Template = "chat", system: str = "") -> list[int]:
        """A prompt's token ids, ending where the reply begins."""
        above = [{"role": "system", "content": system}] if system else []
        messages = [*above, {"role": "user", "content": prompt}]
        if template == "chat":
            if not self.tokenizer.chat_template:
                raise UserError(f"{self.name} has no chat template: write template=raw")
            return self.chat_ids(messages)
        if self.segmented:
            texts = [f"{system}\n\n", prompt] if system else [prompt]
            roles = [segments.segment_of(each["role"]) for each in messages]
            return self._segmented(list(map(segments.Piece, texts, roles)))
        found = self.known(self.tokenizer(f"{system}\n\n{prompt}" if system else prompt)["input_ids"])
        if not found:
            raise UserError(f"{self.name}: the prompt {prompt!r} has no token: write longer ones")
        return found

    def chat_ids(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """A conversation's token ids in the chat template, ending where the reply begins."""
        if not self.tokenizer.chat_template:
            raise UserError(f"{self.name} has no chat template, in which the conversation would be put")
        if self.segmented:
            return self._segmented(segments.spoken(self.tokenizer, messages))
        text = self.tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
        return self.known(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def known(self, ids: Sequence[int]) -> list[int]:
        """Token ids, each of which the model has. Raises `UserError` for one that it has not."""
        rows = self.module.get_input_embeddings().num_embeddings
        if ids and max(ids) >= rows:
            raise UserError(
                f"{self.name}: its tokenizer writes token {max(ids):,}, and its weights know {rows:,} "
                "tokens: they are of different models"
            )
        return list(ids)

    @property
    def segmented(self) -> bool:
        """Whether the model is told of every token who speaks."""
        return segments.table_of(self.module) is not None

    def _segmented(self, pieces: Sequence[segments.Piece]) -> list[int]:
        return segments.ids(self.tokenizer, pieces, self.module.get_input_embeddings().num_embeddings)

    def logits(self, states: Any) -> Any:
        """States after the final norm -> logits over the vocabulary, scaled and bounded as by the module."""
        config, found = self.module.config, self.module.lm_head(states)
        times, over = (getattr(config, name, None) or 1 for name in ("logit_scale", "logits_scaling"))
        if (times, over) != (1, 1):  # Cohere multiplies, Granite divides
            found = found * (times / over)
        most = getattr(config, "final_logit_softcapping", None)  # Gemma 2
        return (found / most).tanh() * most if most else found

    @property
    def embedding_scale(self) -> float:
        """What the embedding's rows are multiplied by where they enter the model: not 1 for Gemma."""
        found = getattr(self.module.get_input_embeddings(), "embed_scale", None)
        return 1.0 if found is None else float(found)

    @contextmanager
    def evaluating(self) -> Generator[None]:
        """No gradients are kept while the block runs, and products are computed the quicker way."""
        with self.torch.inference_mode(), quick(self.module):
            yield

    def parameters(self) -> int:
        """How many numbers the model consists of, tied ones counted once."""
        return sum(weight.numel() for weight in self.module.parameters())

    def digest(self) -> str:
        """Twelve hex digits over every weight: whether an analysis left a trace."""
        digest = hashlib.sha256()
        for name, weight in self.module.state_dict().items():
            digest.update(name.encode())
            digest.update(weight.detach().cpu().contiguous().view(self.torch.uint8).numpy().tobytes())
        return digest.hexdigest()[:12]


def handle(model: WhiteBox) -> Handle:
    """Take hold of a model; loads it. Raises `UserError` where it is not built as Llama is."""
    held = Handle(name=model.name, revision=model.revision, module=model.module, tokenizer=model.tokenizer)
    lacking = list(_lacking(held.module))
    if lacking:
        raise UserError(
            f"{model.name}: analyses of weights know decoders built as Llama is (Llama, Mistral, Qwen, "
            f"Gemma, SmolLM ...); this {type(held.module).__name__} has no {lacking[0]}"
        )
    held.known(range(held.tokenizer.vocab_size))  # tokens that were added later may be unknown, and unused
    return held


def revisions(held: Sequence[Handle]) -> dict[str, str]:
    """Name -> revision of several models; those of one name are numbered, so that none is lost."""
    found: dict[str, str] = {}
    for each in held:
        same = sum(name == each.name or name.startswith(f"{each.name} #") for name in found)
        found[f"{each.name} #{same + 1}" if same else each.name] = each.revision
    return found


def same_vocabulary(first: Handle, second: Handle) -> None:
    """Refuse two models whose tokens do not mean the same. Raises `UserError`."""
    if first.tokenizer.get_vocab() != second.tokenizer.get_vocab():
        raise UserError(
            f"{first.name} and {second.name} have different vocabularies: their probabilities of a token "
            "cannot be held against each other"
        )
    if first.shape.vocabulary != second.shape.vocabulary:
        raise UserError(
            f"{first.name} tells {first.shape.vocabulary:,} tokens apart and {second.name} "
            f"{second.shape.vocabulary:,}: their probabilities cannot be held against each other"
        )


def same_sizes(first: Handle, second: Handle, what: str) -> None:
    """Refuse two models whose layers are not of one size. Raises `UserError` that says what is lost."""
    ours, theirs = (
        {name: tuple(weight.shape) for name, weight in held.module.named_parameters()}
        for held in (first, second)
    )
    if first.shape != second.shape or ours != theirs:
        raise UserError(f"{first.name} and {second.name} are of different sizes: {what}")


def batched(rows: Sequence[Sequence[int]], most: int) -> Iterator[list[int]]:
    """Places of rows, gathered by length, so that no row of a batch needs padding."""
    by_length = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    batch: list[int] = []
    for place in by_length:
        if batch and (len(batch) == most or len(rows[place]) != len(rows[batch[0]])):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _lacking(module: Any) -> Iterator[str]:
    for path in (
        "model.layers.0.self_attn.q_proj",
        "model.layers.0.self_attn.k_proj",
        "model.layers.0.self_attn.o_proj",
        "model.layers.0.mlp",
        "model.norm",
        "lm_head",
    ):
        try:
            module.get_submodule(path)
        except AttributeError:
            yield path
