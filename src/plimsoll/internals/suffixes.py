"""A conversation and the beginning of its reply -> the suffix in it that makes this beginning likelier.

Greedy coordinate gradient (Zou et al., 2023): gradients over the tokens of the suffix say which swaps may
help, some of these are drawn and tried, and the best one is kept. Weights stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from random import Random
from typing import Any, NamedTuple

from plimsoll.internals.batches import REMEDY, batches, or_say
from plimsoll.internals.frames import Frame
from plimsoll.internals.handle import Handle

FILLING = "!"
"""What a suffix consists of before the search."""
AT_ONCE = 32
"""Candidates in one forward pass."""


class Suffix(NamedTuple):
    """What a search found."""

    text: str
    loss: float
    """Mean negative log-likelihood of the reply's beginning after it."""
    first: float
    """The same before the search."""
    passes: int
    """Prompts that the model was run on."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long to search."""

    steps: int
    width: int
    """Swaps tried at each step."""
    top: int
    """Tokens with the steepest gradient that a place may be swapped for."""
    length: int
    """Tokens of the suffix."""


def searched(handle: Handle, frame: Frame, budget: Budget, draw: Random) -> Suffix:
    """Search for a suffix. The loss of what it gives is never above that of where it began."""
    allowed = plain_tokens(handle)
    best = _filled(handle, budget.length, allowed)
    (loss,) = losses_of(handle, frame, [best])
    first, passes = loss, 1
    for _ in range(budget.steps):
        gradient = _gradient(handle, frame, best)
        gradient[:, [token for token in range(gradient.shape[1]) if token not in allowed]] = float("inf")
        steep = (-gradient).topk(min(budget.top, len(allowed)), dim=1).indices.tolist()
        rows = list(_swaps(handle, best, steep, budget.width, draw))
        passes += 1 + len(rows)
        if not rows:
            continue
        losses = losses_of(handle, frame, rows)
        place = min(range(len(rows)), key=losses.__getitem__)
        if losses[place] < loss:
            best, loss = rows[place], losses[place]
    return Suffix(handle.tokenizer.decode(best), loss, first, passes)


def plain_tokens(handle: Handle) -> frozenset[int]:
    """Tokens that stand for printable ASCII and are no special ones: what a person can paste."""
    special = {*handle.tokenizer.all_special_ids}
    plain = (
        token
        for token in range(min(len(handle.tokenizer), handle.shape.vocabulary))
        if token not in special
        and (text := handle.tokenizer.decode([token])).isascii()
        and text.isprintable()
        and text.strip()
    )
    return frozenset(plain)


def _filled(handle: Handle, length: int, allowed: frozenset[int]) -> list[int]:
    filling = list(handle.tokenizer(FILLING, add_special_tokens=False)["input_ids"])
    token = filling[0] if filling and filling[0] in allowed else min(allowed)
    return [token] * length


def _swaps(
    handle: Handle, best: list[int], steep: list[list[int]], width: int, draw: Random
) -> "list[list[int]]":
    """Suffixes with one token swapped, each of which is read again as it was written."""
    found: list[list[int]] = []
    for _ in range(width):
        place = draw.randrange(len(best))
        row = [*best[:place], draw.choice(steep[place]), *best[place + 1 :]]
        if row != best and is_stable(handle, row):
            found.append(row)
    return found


def is_stable(handle: Handle, row: list[int]) -> bool:
    """Whether the text of the tokens is read as these tokens: what is sent to a model is the text."""
    text = handle.tokenizer.decode(row)
    return list(handle.tokenizer(text, add_special_tokens=False)["input_ids"]) == row


def _gradient(handle: Handle, frame: Frame, suffix: Sequence[int]) -> Any:
    """How the loss changes with each token at each place of the suffix."""
    torch = handle.torch
    embedding = handle.module.get_input_embeddings()
    weights = embedding.weight.detach()
    row = torch.tensor(frame.row(suffix), device=handle.device)
    with torch.no_grad():
        states = embedding(row)
    begin, end = len(frame.before), len(frame.before) + len(suffix)
    tokens = row[begin:end] - frame.shift
    chosen = torch.nn.functional.one_hot(tokens, weights.shape[0]).to(weights.dtype).requires_grad_()
    # What an embedding adds to its weights says who speaks, and stays.
    scale = handle.embedding_scale
    own = chosen @ weights * scale + (states[begin:end] - weights[tokens] * scale)
    states = torch.cat([states[:begin], own, states[end:]])
    with or_say(REMEDY):
        logits = handle.module(inputs_embeds=states.unsqueeze(0), use_cache=False).logits[0]
        loss = torch.nn.functional.cross_entropy(
            logits[-len(frame.reply) - 1 : -1].float(), row[-len(frame.reply) :]
        )
        (gradient,) = torch.autograd.grad(loss, chosen)
    return gradient


def losses_of(handle: Handle, frame: Frame, suffixes: Sequence[Sequence[int]]) -> list[float]:
    """How unlikely the reply's beginning is after each suffix, `inf` where that is no number.

    All suffixes are equally long.
    """
    torch = handle.torch
    long = len(frame.reply)

    def passed(some: Sequence[Sequence[int]]) -> list[float]:
        tokens = torch.tensor([frame.row(suffix) for suffix in some], device=handle.device)
        logits = handle.module(tokens, use_cache=False).logits[:, -long - 1 : -1].float()
        losses = torch.nn.functional.cross_entropy(
            logits.transpose(1, 2), tokens[:, -long:], reduction="none"
        )
        return losses.mean(1).nan_to_num(nan=inf, posinf=inf).tolist()

    with handle.evaluating():
        done = batches(handle.module, AT_ONCE).over(suffixes, passed)
        return [loss for _, losses in done for loss in losses]
