"""A soft prompt -> a model's folder that any program loads: new tokens, whose embeddings are its vectors.

The chat template writes the new tokens into the system's place, before whatever else stands there. Nothing
can write them: each has the output row of the token that the model least expects where replies begin.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from plimsoll.core import DataError, UserError, files
from plimsoll.internals import checkpoint
from plimsoll.internals.checkpoint import Checkpoint, Layout
from plimsoll.internals.handle import Handle

FILE, TENSOR = "soft_prompt.safetensors", "soft_prompt"
"""The official file's one tensor, tokens x hidden."""
EMBEDDING, OUTPUT = "model.embed_tokens.weight", "lm_head.weight"
TEMPLATE = (
    "{%- set soft = SOFT -%}"
    "{%- if messages and messages[0]['role'] == 'system' -%}"
    "{%- set messages = [{'role': 'system', 'content': soft + '\\n\\n' + messages[0]['content']}]"
    " + messages[1:] -%}"
    "{%- else -%}{%- set messages = [{'role': 'system', 'content': soft}] + messages -%}{%- endif -%}"
)
"""Stands before the model's own template."""


class Slot(NamedTuple):
    """A tokenizer with new tokens, which its chat template writes into the system's place."""

    tokenizer: Any
    tokens: tuple[int, ...]
    """Their ids."""

    def ids(self, request: str) -> list[int]:
        """A request's token ids, ending where the reply begins."""
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": request}], tokenize=False, add_generation_prompt=True
        )
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])


def slot(held: Handle, length: int) -> Slot:
    """Room for a soft prompt. Raises `UserError` where the chat template takes no system text."""
    if held.segmented:
        raise UserError(f"{held.name} has segments: a soft prompt is learned before `realign ise`, not after")
    if not held.tokenizer.chat_template:
        raise UserError(f"{held.name} has no chat template: there is no system's place for a soft prompt")
    tokenizer = copy.deepcopy(held.tokenizer)
    known = tokenizer.get_vocab()
    first = sum(name.startswith("<|soft_") for name in known)
    names = [f"<|soft_{first + number}|>" for number in range(length)]
    tokenizer.add_tokens(names, special_tokens=True)
    text = TEMPLATE.replace("SOFT", json.dumps("".join(names)))
    tokenizer.chat_template = text + tokenizer.chat_template
    made = Slot(tokenizer, tuple(tokenizer.convert_tokens_to_ids(names)))
    ids = made.ids("?")
    places = [place for place, token in enumerate(ids) if token in made.tokens]
    if [ids[place] for place in places] != list(made.tokens) or places[-1] - places[0] != length - 1:
        raise UserError(f"the chat template of {held.name} takes no system text: there is no place for it")
    return made


def words(held: Handle, text: str) -> Any:
    """The embeddings of a text: what a soft prompt begins as."""
    ids = held.tokenizer(text, add_special_tokens=False)["input_ids"]
    rows = held.torch.tensor(list(ids), device=held.device)
    return held.module.get_input_embeddings()(rows).detach().float()


def embedded(held: Handle, made: Slot, rows: Sequence[Sequence[int]], soft: Any) -> tuple[Any, list[int]]:
    """Rows as embeddings with the soft prompt in its place, and where the last token of each stands.

    Shorter rows are filled up at the right: a token sees what stands before it, so that nothing changes.
    """
    torch, width = held.torch, max(map(len, rows))
    numbers = {token: number for number, token in enumerate(made.tokens)}
    plain = torch.zeros(len(rows), width, dtype=torch.long)
    places = torch.full((len(rows), width), -1)
    for row, ids in enumerate(rows):
        plain[row, : len(ids)] = torch.tensor([0 if token in numbers else token for token in ids])
        places[row, : len(ids)] = torch.tensor([numbers.get(token, -1) for token in ids])
    plain, places = plain.to(held.device), places.to(held.device)
    states = held.module.get_input_embeddings()(plain)
    put = soft.to(states.dtype)[places.clamp(min=0)]
    return torch.where((places >= 0)[..., None], put, states), [len(ids) - 1 for ids in rows]


class Carried(NamedTuple):
    """A soft prompt with its place."""

    slot: Slot
    soft: Any
    """Tokens x hidden."""
    unexpected: int
    """The token whose output row the new ones share."""
    scale: float = 1.0
    """What the model multiplies embeddings by as they enter it."""


def write(folder: Path, source: Checkpoint, carried: Carried, beside: Mapping[str, bytes]) -> None:
    """Write the model with the soft prompt, and more files beside it."""
    from safetensors.torch import save

    made, soft = carried.slot, carried.soft
    size = max(source.layouts[EMBEDDING].shape[0], max(made.tokens) + 1)
    config = {**source.config, "vocab_size": size, "tie_word_embeddings": False}
    layouts = {
        name: Layout(layout.dtype, (size, *layout.shape[1:])) if name in (EMBEDDING, OUTPUT) else layout
        for name, layout in source.layouts.items()
    }
    layouts.setdefault(OUTPUT, layouts[EMBEDDING])  # untied: what is read in is not what may be written
    checkpoint.write(
        folder,
        source,
        _tensors(source, carried, size),
        _beside(
            {
                **_tokenizer(made.tokenizer),
                "config.json": json.dumps(config, indent=2).encode(),
                FILE: save({TENSOR: soft.detach().float().cpu().contiguous()}),
                **beside,
            }
        ),
        layouts,
    )


def least_expected(held: Handle, states: Any, taken: Sequence[int]) -> tuple[int, float]:
    """The token that is least expected after some states, and how often it would be taken for new ones.

    Returns the token, and the largest share that as many copies of it get of any state's probability.
    """
    torch = held.torch
    with torch.inference_mode():
        logits = held.logits(states.to(held.device, held.dtype)).cpu().double()
    shares = logits.log_softmax(-1)
    token = int(shares.max(0).values.argmin())
    added = float(shares[:, token].exp().max()) * len(taken)
    return token, added / (1 + added)


def nearest(held: Handle, soft: Any) -> str:
    """The text of the tokens whose embeddings are nearest, for who can send nothing but text."""
    torch = held.torch
    known = torch.nn.functional.normalize(held.module.get_input_embeddings().weight.detach().float(), dim=-1)
    given = torch.nn.functional.normalize(soft.detach().float(), dim=-1)
    return held.tokenizer.decode((given @ known.T).argmax(-1).tolist())


def read(path: Path, hidden: int) -> Any:
    """A soft prompt in the official layout. Raises `DataError` where it is none for this model."""
    with checkpoint.opened(path) as file:
        if TENSOR not in file.keys():  # noqa: SIM118 - safetensors' own
            raise DataError(f"{path} holds no tensor {TENSOR}")
        found = file.get_tensor(TENSOR)
    if found.dim() != 2 or found.shape[1] != hidden or not len(found):
        raise DataError(f"{path}: {tuple(found.shape)} numbers; this model takes tokens x {hidden}")
    return found.float()


def _tensors(source: Checkpoint, carried: Carried, size: int) -> Iterator[tuple[str, Any]]:
    made, soft, unexpected = carried.slot, carried.soft / carried.scale, carried.unexpected
    embedding = source.read(EMBEDDING)
    for name in source.places:
        if name == EMBEDDING:
            yield name, _grown(embedding, made.tokens, soft.detach().cpu().to(embedding.dtype), size)
        elif name == OUTPUT:
            yield name, _shared(source.read(name), made.tokens, unexpected, size)
        else:
            yield name, source.read(name)
    if OUTPUT not in source.places:
        yield OUTPUT, _shared(embedding, made.tokens, unexpected, size)


def _beside(bodies: Mapping[str, bytes]) -> Callable[[Path], None]:
    def write(made: Path) -> None:
        for name, body in bodies.items():
            files.write(made / name, [body])

    return write


def _grown(tensor: Any, tokens: Sequence[int], rows: Any, size: int) -> Any:
    grown = tensor.new_zeros(size, tensor.shape[1])
    grown[: len(tensor)] = tensor
    grown[list(tokens)] = rows
    return grown


def _shared(tensor: Any, tokens: Sequence[int], unexpected: int, size: int) -> Any:
    return _grown(tensor, tokens, tensor[unexpected].expand(len(tokens), -1), size)


def _tokenizer(tokenizer: Any) -> dict[str, bytes]:
    with TemporaryDirectory() as kept:
        tokenizer.save_pretrained(kept)
        return {path.name: files.read(path) for path in Path(kept).iterdir() if path.is_file()}
