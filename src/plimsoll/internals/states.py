"""Prompts -> the state of their last token, at every layer or at the end."""

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
    done = 0
    with handle.evaluating(), reading(handle, places) as seen:
        for batch in batched(ids, rows):
            handle.decoder(
                torch.tensor([ids[place] for place in batch], device=handle.device), use_cache=False
            )
            stacked = torch.stack([seen[place][:, -1] for place in places], dim=1)
            states[batch] = stacked.float().cpu()
            done += len(batch)
            if told:
                told(done)
    return states
