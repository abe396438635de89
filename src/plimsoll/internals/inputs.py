"""Texts through a decoder -> what enters its linear layers: sums of squares, column by column."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from plimsoll.internals.handle import Handle
from plimsoll.internals.library import exact


@dataclass
class Squares:
    """Running sums over the tokens that were seen; padding is none of them."""

    sums: Any
    """One number a column, in double precision."""
    tokens: int = 0

    @property
    def norms(self) -> Any:
        """The length of each input column over all tokens."""
        return self.sums.sqrt()


def squared_inputs(
    handle: Handle, modules: Sequence[str], rows: Iterable[Sequence[int]]
) -> dict[str, Squares]:
    """Sum the squared inputs of linear layers, by their names in the module.

    Args:
        rows: Token ids of each text. Each is passed alone, so that no padding enters the sums.
    """
    torch = handle.torch
    found: dict[str, Squares] = {}

    def counting(name: str) -> Any:
        def count(_: Any, args: tuple[Any, ...]) -> None:
            given = exact(args[0].detach().flatten(0, -2))
            sums = given.square().sum(0)
            seen = found.setdefault(name, Squares(torch.zeros_like(sums)))
            seen.sums += sums
            seen.tokens += given.shape[0]

        return count

    with ExitStack() as stack, handle.evaluating():
        for name in modules:
            linear = handle.module.get_submodule(name)
            stack.callback(linear.register_forward_pre_hook(counting(name)).remove)
        for row in rows:
            handle.decoder(torch.tensor([list(row)], device=handle.device), use_cache=False)
    return found
