"""A module with little memory: it computes a few rows at a time, and refuses more as an accelerator does."""

from typing import Any


def narrow(module: Any, *, rows: int) -> list[int]:
    """Have each layer refuse batches of more rows; returns the sizes that were refused, as they come."""
    import torch

    refused: list[int] = []

    def refuse(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = args[0] if args else kwargs["hidden_states"]
        if given.shape[0] > rows:
            refused.append(given.shape[0])
            raise torch.OutOfMemoryError(f"CUDA out of memory: {given.shape[0]} rows")

    for layer in module.model.layers:
        layer.register_forward_pre_hook(refuse, with_kwargs=True)
    return refused


def halved(handle: Any) -> Any:
    """A handle's module in sixteen bits (bfloat16), in place."""
    import torch

    handle.module.to(torch.bfloat16)
    return handle
