"""Prompts -> the state of their last token, at every layer or at the end.

What all prompts begin with, such as a template's system text, is computed once.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

from plimsoll.internals.batches import MOST, batches
from plimsoll.internals.handle import Handle, Template, batched
from plimsoll.internals.hooks import Place, reading
from plimsoll.internals.likelihoods import shared

ROWS = 16
"""Prompts of one length that are passed together at most."""


def last_states(
    handle: Handle,
    prompts: Sequence[str],
    *,
    template: Template = "chat",
    rows: int = ROWS,
    told: Callable[[int], None] | None = None,
) -> Any:
    """The stream after each layer and after the final norm, at the place where the reply begins.

    Returns prompts x (layers + 1) x hidden, on the CPU in 32 bits; the last entry of the second
    dimension is the state after the final norm, the one before it the last layer's without it.

    Args:
        told: Hears of prompts that are done.
    """
    torch, layers = handle.torch, handle.shape.layers
    ids = [handle.ids(prompt, template) for prompt in prompts]
    places = [*(Place(layer, "resid_out") for layer in range(layers)), Place(0, "final_norm")]
    states = torch.empty(len(ids), layers + 1, handle.shape.hidden)
    begun = shared(ids)
    with handle.evaluating(), reading(handle, places) as seen:
        beginning = handle.decoder(_row(handle, [ids[0][:begun]]), use_cache=True) if begun else None

        def passed(batch: Sequence[int]) -> Any:
            kept = copy.deepcopy(beginning.past_key_values) if beginning else None
            if kept is not None:
                kept.batch_repeat_interleave(len(batch))
            handle.decoder(
                _row(handle, [ids[place][begun:] for place in batch]),
                past_key_values=kept,
                use_cache=kept is not None,
            )
            return torch.stack([seen[place][:, -1] for place in places], dim=1).float().cpu()

        sizes = batches(handle.module, rows)
        for alike in batched(ids, MOST):
            for batch, found in sizes.over(alike, passed):
                states[list(batch)] = found
                if told:
                    told(len(batch))
    return states


def _row(handle: Handle, ids: Sequence[Sequence[int]]) -> Any:
    return handle.torch.tensor([list(row) for row in ids], device=handle.device)
