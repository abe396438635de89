"""One head silenced at a time -> the state of the last token, for every head of a layer at once.

What stands before a layer is the same whichever of its heads is silenced: it is computed once. The
heads of a layer are then rows of one batch, in each of which another head is silenced, and only the
layers from there on are computed. The result is that of the plain loop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plimsoll.internals.batches import Batches
from plimsoll.internals.handle import Handle, Unit
from plimsoll.internals.hooks import Edit, Place, edited, reading

Kind = Literal["q", "k", "head_out"]
"""`q` and `k`: the head attends to all places alike ("undifferentiated attention"); `head_out`: it
says nothing ("scaling contribution")."""

Fill = Literal["scale", "mean"]
"""What a silenced head is given: its own activation times `epsilon`, or the mean over the layer's heads."""


@dataclass(frozen=True, kw_only=True)
class Ablation:
    """How a head is silenced."""

    kind: Kind = "q"
    fill: Fill = "scale"
    epsilon: float = 1e-5

    @property
    def unit(self) -> Unit:
        """What is silenced one at a time: keys are shared by several query heads."""
        return "kv_head" if self.kind == "k" else "query_head"

    def edit(self, layer: int, heads: Sequence[int]) -> Edit:
        """Silence heads of a layer in every row."""

        def silenced(split: Any) -> Any:
            made = split.clone()
            chosen = list(heads)
            made[..., chosen, :] = self._given(split, chosen)
            return made

        return Edit(Place(layer, self.kind), silenced)

    def _given(self, split: Any, heads: Sequence[int]) -> Any:
        return split.mean(-2, keepdim=True) if self.fill == "mean" else split[..., heads, :] * self.epsilon

    def one_a_row(self, layer: int, units: Sequence[int], fixed: Sequence[int] = ()) -> Edit:
        """Silence another head in each row, and some in all of them."""

        def change(split: Any) -> Any:
            silent = split.new_zeros(len(units), 1, split.shape[-2], 1).bool()
            for row, unit in enumerate(units):
                silent[row, 0, [unit, *fixed]] = True
            return split.where(~silent, self._given(split, list(range(split.shape[-2]))))

        return Edit(Place(layer, self.kind), change)


@dataclass(frozen=True, kw_only=True)
class _Passed:
    """A prompt that has gone through the intact model."""

    streams: list[Any]
    """What enters each layer."""
    arguments: list[dict[str, Any]]
    """What else each layer was given: positions and mask."""
    state: Any
    """The last token's, after the final norm."""


def sweep(
    handle: Handle, ids: Sequence[int], ablation: Ablation, layers: Sequence[int] | None = None
) -> Iterator[tuple[int, Any]]:
    """Silence each head of each layer alone; gives the layer with units x hidden, after the final norm."""
    sizes = _sizes(handle, ablation)
    with handle.evaluating():
        passed = _pass(handle, ids, ())
        for layer in range(handle.shape.layers) if layers is None else layers:
            yield layer, _from(handle, passed, layer, ablation, fixed=(), sizes=sizes)


def intact(handle: Handle, ids: Sequence[int]) -> Any:
    """The last token's state after the final norm, with every head at work."""
    with handle.evaluating():
        return _pass(handle, ids, ()).state


def beside(
    handle: Handle, ids: Sequence[int], ablation: Ablation, silenced: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, Any]]:
    """`sweep` with some heads, as layer and unit, silenced already; the rows of those are the group alone."""
    edits = [ablation.edit(layer, [unit]) for layer, unit in silenced]
    sizes = _sizes(handle, ablation)
    with handle.evaluating():
        passed = _pass(handle, ids, edits)
        for layer in range(handle.shape.layers):
            later = [edit for edit in edits if edit.place.layer > layer]
            fixed = [unit for at, unit in silenced if at == layer]
            with edited(handle, later):
                yield layer, _from(handle, passed, layer, ablation, fixed=fixed, sizes=sizes)


def logits(handle: Handle, states: Any) -> Any:
    """States after the final norm -> logits over the vocabulary."""
    with handle.evaluating():
        return handle.logits(states)


def _pass(handle: Handle, ids: Sequence[int], edits: Sequence[Edit]) -> _Passed:
    arguments: list[dict[str, Any]] = []

    def note(_: Any, __: Any, kwargs: dict[str, Any]) -> None:
        arguments.append({key: given for key, given in kwargs.items() if key != "hidden_states"})

    places = [Place(layer, "resid_in") for layer in range(handle.shape.layers)]
    hooks = [layer.register_forward_pre_hook(note, with_kwargs=True) for layer in handle.layers]
    try:
        with edited(handle, edits), reading(handle, places) as seen:
            row = handle.torch.tensor([list(ids)], device=handle.device)
            state = handle.decoder(row, use_cache=False).last_hidden_state[:, -1]
    finally:
        for hook in hooks:
            hook.remove()
    return _Passed(streams=[seen[place] for place in places], arguments=arguments, state=state)


def _sizes(handle: Handle, ablation: Ablation) -> Batches:
    return Batches(handle.shape.units(ablation.unit))


def _from(
    handle: Handle, passed: _Passed, layer: int, ablation: Ablation, *, fixed: Sequence[int], sizes: Batches
) -> Any:
    def silenced(units: Sequence[int]) -> Any:
        stream: Any = passed.streams[layer].expand(len(units), -1, -1)
        with edited(handle, [ablation.one_a_row(layer, units, fixed)]):
            for at in range(layer, handle.shape.layers):
                stream = handle.layers[at](stream, **passed.arguments[at])
        return handle.decoder.norm(stream[:, -1])

    units = range(handle.shape.units(ablation.unit))
    return handle.torch.cat([states for _, states in sizes.over(units, silenced)])
