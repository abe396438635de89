"""Two checkpoints -> which tensors of them belong together, or one sentence on why they are no one model.

A text model belongs to the language part of one that sees as well: what only the latter has stays its own.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from plimsoll.core import UserError, decoding, files
from plimsoll.internals.checkpoint import Checkpoint

LANGUAGE = "language_model."
"""Stands in the names of a seeing model's tensors that its text model has under the rest of the name."""
SEGMENTS = "segments.safetensors"
"""The vectors by which a model is told who speaks."""
DECIDING = ("model_type", "num_attention_heads", "num_key_value_heads", "tie_word_embeddings")
"""Settings under which tensors of equal shape mean another thing."""


def matched(first: Checkpoint, other: Checkpoint) -> dict[str, str]:
    """Tensor of the first -> its like in the other; raises `UserError` where they are of different models.

    Of a model that sees beside one that does not, some tensors have no like.
    """
    sees = is_seeing(first) and not is_seeing(other)
    wanted = {name: name.replace(LANGUAGE, "", 1) if sees else name for name in first.places}
    found = {name: own for name, own in wanted.items() if own in other.places}
    lacking = [name for name in wanted if name not in found and (not sees or LANGUAGE in name)]
    more = sorted(other.places.keys() - set(found.values()))
    if lacking or more:
        said = f"lacks {wanted[min(lacking)]}" if lacking else f"has {more[0]} beside"
        count = len(lacking) + len(more)
        raise UserError(f"{other.folder} {said} ({count} tensors differ from {first.folder}): no one model")
    for name, own in found.items():
        ours, theirs = first.layouts[name].shape, other.layouts[own].shape
        if ours != theirs and not (sees and ours[1:] == theirs[1:] and ours[0] >= theirs[0]):
            raise UserError(f"{own} is {theirs} in {other.folder} and {ours} in {first.folder}: no one model")
    _refuse_other_settings(first, other)
    _refuse_other_words(first, other)
    return found


def keep_speakers(kept: Checkpoint, others: Sequence[Checkpoint]) -> None:
    """Refuse a join in which vectors that say who speaks would be lost: they go with the folder that is kept.

    Raises `UserError`.
    """
    lost = next((each.folder for each in others if (each.folder / SEGMENTS).is_file()), None)
    if lost is not None and not (kept.folder / SEGMENTS).is_file():
        raise UserError(
            f"{lost} has segments (realign ise) and {kept.folder} has none, so that they would be lost: join "
            "the model from before, and run realign ise on what comes of it"
        )


class Changed(NamedTuple):
    """How many of a checkpoint's numbers another one does not share."""

    numbers: int
    all: int


def changed(before: Checkpoint, after: Checkpoint) -> Changed:
    """Count the numbers that differ, some at a time. Raises `UserError` for different models."""
    found = whole = 0
    for name, own in matched(before, after).items():
        for old, new in zip(before.parts(name), after.parts(own), strict=True):
            found += int((old != new).sum())
            whole += old.size
    return Changed(found, whole)


def is_seeing(held: Checkpoint) -> bool:
    """Whether a language model is only a part of it."""
    return any(LANGUAGE in name for name in held.places)


def _refuse_other_settings(first: Checkpoint, other: Checkpoint) -> None:
    ours, theirs = (_text_settings(each) for each in (first, other))
    for name in DECIDING:
        if name in ours and name in theirs and ours[name] != theirs[name]:
            raise UserError(
                f"{name} is {theirs[name]} in {other.folder} and {ours[name]} in {first.folder}: no one model"
            )


def _text_settings(held: Checkpoint) -> Mapping[str, Any]:
    return held.config.get("text_config") or held.config


def _refuse_other_words(first: Checkpoint, other: Checkpoint) -> None:
    ours, theirs = (vocabulary(each.folder) for each in (first, other))
    apart = [place for place in ours.keys() & theirs.keys() if ours[place] != theirs[place]]
    if apart:
        place = min(apart)
        raise UserError(
            f"{other.folder} and {first.folder} have different vocabularies: token {place} is "
            f"{theirs[place]!r} in one and {ours[place]!r} in the other ({len(apart)} tokens differ)"
        )


class _Listed(msgspec.Struct):
    vocab: dict[str, int] | list[tuple[str, float]]

    @property
    def words(self) -> dict[int, str]:
        if isinstance(self.vocab, list):
            return {place: token for place, (token, _) in enumerate(self.vocab)}
        return {place: token for token, place in self.vocab.items()}


class _Added(msgspec.Struct):
    id: int
    content: str


class _Tokenizer(msgspec.Struct):
    model: _Listed
    added_tokens: list[_Added] = []


def vocabulary(folder: Path) -> dict[int, str]:
    """Place -> token, as the tokenizer's file says; nothing where it lacks or is of another kind."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        return {}
    try:
        told = decoding.decode(files.read(path), _Tokenizer)
    except msgspec.ValidationError:
        return {}
    except ValueError as error:
        raise UserError(f"{path} is no tokenizer's file: {error}") from None
    return told.model.words | {each.id: each.content for each in told.added_tokens}
