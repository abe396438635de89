"""Prompts -> the state of their last token, at every layer or at the end.

What all prompts begin with, such as a template's system text, is computed once.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

from plimsoll.internals.handle import Handle, Template, batched
from plimsoll.internals.hooks import Place, reading

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
    """
    torch, layers = handle.torch, handle.shape.layers
    ids = [handle.ids(prompt, template) for prompt in prompts]
    places = [*(Place(layer, "resid_out") for layer in range(layers)), Place(0, "final_norm")]
    states = torch.empty(len(ids), layers + 1, handle.shape.hidden)
    shared = _shared(ids)
    done = 0
    with handle.evaluating(), reading(handle, places) as seen:
        beginning = handle.decoder(_row(handle, [ids[0][:shared]]), use_cache=True) if shared else None
        for batch in batched(ids, rows):
            kept = copy.deepcopy(beginning.past_key_values) if beginning else None
            if kept is not None:
                kept.batch_repeat_interleave(len(batch))
            handle.decoder(
                _row(handle, [ids[place][shared:] for place in batch]),
                past_key_values=kept,
                use_cache=kept is not None,
            )
            stacked = torch.stack([seen[place][:, -1] for place in places], dim=1)
            states[batch] = stacked.float().cpu()
            done += len(batch)
            if told:
                told(done)
    return states


def _row(handle: Handle, ids: Sequence[Sequence[int]]) -> Any:
    return handle.torch.tensor([list(row) for row in ids], device=handle.device)


def _shared(ids: Sequence[Sequence[int]]) -> int:
    """How many tokens all texts begin with alike; each keeps at least one of its own."""
    if len(ids) < 2:
        return 0
    first, last = min(map(tuple, ids)), max(map(tuple, ids))
    most = min(map(len, ids)) - 1
    return next((place for place in range(most) if first[place] != last[place]), most)
