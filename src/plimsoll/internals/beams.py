"""A conversation and the beginning of its reply -> the suffix in it that makes this beginning likelier.

Beam search without gradients (BEAST; Sadasivan et al., 2024): suffixes grow token by token, each by tokens
that the model itself finds likely there, so that they read as text; those after which the beginning is
likeliest are kept. Weights stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from random import Random
from typing import Any, NamedTuple

from plimsoll.internals.frames import Frame
from plimsoll.internals.handle import Handle
from plimsoll.internals.suffixes import Suffix, is_stable, losses_of, plain_tokens


@dataclass(frozen=True, kw_only=True)
class Beam:
    """How broad to search, and how long a suffix to grow."""

    length: int
    """Tokens of the suffix."""
    width: int
    """Suffixes that are kept at each length."""
    branching: int
    """Tokens that each of them is grown by."""


class _Likely(NamedTuple):
    """How tokens are drawn."""

    allowed: Sequence[int]
    branching: int
    chance: Any
    """The generator of the draws."""


class _Best(NamedTuple):
    """The likeliest suffix of those that were tried, or none where no loss was a number."""

    suffix: list[int]
    loss: float


def grown(handle: Handle, frame: Frame, beam: Beam, draw: Random) -> Suffix:
    """Search for a suffix of any length up to the beam's; the likeliest of all that were tried."""
    allowed = sorted(plain_tokens(handle))
    chance = handle.torch.Generator().manual_seed(draw.getrandbits(63))
    likely = _Likely(allowed, min(beam.branching, len(allowed)), chance)
    kept: list[list[int]] = [[]]
    (first,) = losses_of(handle, frame, [[]])
    best, passes = _Best([], first), 1
    for _ in range(beam.length):
        rows = _grown(handle, frame, kept, likely)
        passes += len(kept) + len(rows)
        if not rows:
            break
        losses = losses_of(handle, frame, rows)
        order = sorted(
            (place for place in range(len(rows)) if isfinite(losses[place])), key=losses.__getitem__
        )
        kept = [rows[place] for place in order[: beam.width]]
        if not kept:
            break
        if not best.suffix or losses[order[0]] < best.loss:
            best = _Best(kept[0], losses[order[0]])
    return Suffix(handle.tokenizer.decode(best.suffix), best.loss, first, passes)


def _grown(handle: Handle, frame: Frame, kept: Sequence[list[int]], likely: _Likely) -> list[list[int]]:
    """Each suffix with one more token, drawn by the model's own likelihood; each reads as it was written."""
    torch = handle.torch
    with handle.evaluating():
        tokens = torch.tensor([frame.begun(suffix) for suffix in kept], device=handle.device)
        logits = handle.module(tokens, use_cache=False).logits[:, -1].float().cpu()
    shares = logits[:, likely.allowed].softmax(dim=1)
    drawn: list[list[int]] = torch.multinomial(shares, likely.branching, generator=likely.chance).tolist()
    rows = (
        [*suffix, likely.allowed[place]]
        for suffix, places in zip(kept, drawn, strict=True)
        for place in places
    )
    return [row for row in rows if is_stable(handle, row)]
