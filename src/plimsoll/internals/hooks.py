"""Places in a decoder -> their activations, read or replaced while a block of code runs.

Hooks are removed when the block ends, however it ends: the module is then what it was, bit for bit.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, NamedTuple

from plimsoll.internals.handle import Handle

Site = Literal[
    "resid_in", "resid_out", "attn_in", "q", "k", "v", "head_out", "attn_out", "mlp_out", "final_norm"
]
"""`resid_in` and `resid_out`: the stream before and after a layer; `attn_in`: the normed input of its
attention; `q`, `k`, `v`: projections before positions are turned in, split in heads, where a model norms
them after that norm, which would undo a change of their size; `head_out`: what the heads give before they
are mixed; `attn_out`, `mlp_out`: what a layer's two halves add."""

HEADS: frozenset[Site] = frozenset({"q", "k", "v", "head_out"})
"""Sites whose activations have a dimension of heads: batch x tokens x heads x head size."""

MODULES: Mapping[Site, str] = {
    "resid_in": "",
    "resid_out": "",
    "attn_in": "input_layernorm",
    "q": "self_attn.q_proj",
    "k": "self_attn.k_proj",
    "v": "self_attn.v_proj",
    "head_out": "self_attn.o_proj",
    "attn_out": "self_attn.o_proj",
    "mlp_out": "mlp",
}
"""Site -> the module of a layer at which it is read; nothing stands for the layer itself."""

BEFORE: frozenset[Site] = frozenset({"resid_in", "head_out"})
"""Sites that are a module's input; the others are its output."""

Change = Callable[[Any], Any]
"""Activation -> activation of the same shape."""


class Place(NamedTuple):
    """One site of one layer; for `final_norm` the layer does not matter."""

    layer: int
    site: Site


class Edit(NamedTuple):
    """What is put in the place of an activation."""

    place: Place
    change: Change
    heads: tuple[int, ...] | None = None
    """The heads that are changed; all where none are named."""


@contextmanager
def reading(handle: Handle, places: Sequence[Place]) -> Generator[Mapping[Place, Any]]:
    """Keep the last activation of each place while the block runs; they come without gradients."""
    kept: dict[Place, Any] = {}

    def keep(place: Place) -> Change:
        def kept_as_it_is(activation: Any) -> Any:
            kept[place] = activation.detach()
            return activation

        return kept_as_it_is

    with edited(handle, [Edit(place, keep(place)) for place in places]):
        yield kept


@contextmanager
def edited(handle: Handle, edits: Sequence[Edit]) -> Generator[None]:
    """Replace activations while the block runs, in the order given."""
    with ExitStack() as stack:
        for edit in edits:
            stack.callback(_hook(handle, edit).remove)
        yield


def _hook(handle: Handle, edit: Edit) -> Any:
    change = _over_heads(handle, edit)
    layer, site = handle.layers[edit.place.layer], edit.place.site
    norm = getattr(layer.self_attn, f"{site}_norm", None) if site in ("q", "k") else None
    if norm is not None:
        return norm.register_forward_hook(_of_normed(change))
    if site in BEFORE:
        return _module(handle, layer, site).register_forward_pre_hook(_of_input(change), with_kwargs=True)
    return _module(handle, layer, site).register_forward_hook(_of_output(change))


def _module(handle: Handle, layer: Any, site: Site) -> Any:
    """The module that takes or gives what a site names."""
    if site == "final_norm":
        return handle.decoder.norm
    return layer.get_submodule(MODULES[site])


def _of_input(change: Change) -> Callable[..., Any]:
    def before(
        _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if args:
            return (change(args[0]), *args[1:]), kwargs
        return args, {**kwargs, "hidden_states": change(kwargs["hidden_states"])}

    return before


def _of_output(change: Change) -> Callable[..., Any]:
    def after(_: Any, __: Any, output: Any) -> Any:
        return change(output)

    return after


def _of_normed(change: Change) -> Callable[..., Any]:
    """Heads are normed side by side, before they take the place of tokens (Qwen) or after (Gemma)."""

    def after(_: Any, args: tuple[Any, ...], output: Any) -> Any:
        if output.dim() == 3:
            return change(output)
        given = args[0]
        # A view of what was projected: numbers of neighbouring heads lie nearer than those of tokens.
        first = given.shape[2] == 1 or (given.shape[1] > 1 and given.stride(1) < given.stride(2))
        split = output.transpose(1, 2) if first else output
        made = change(split.flatten(-2)).view(split.shape)
        return made.transpose(1, 2) if first else made

    return after


def _over_heads(handle: Handle, edit: Edit) -> Change:
    if edit.place.site not in HEADS:
        return edit.change

    def change(flat: Any) -> Any:
        split = flat.unflatten(-1, (-1, handle.shape.head_dim))
        if edit.heads is None:
            return edit.change(split).flatten(-2)
        chosen = list(edit.heads)
        made = split.clone()
        made[..., chosen, :] = edit.change(split[..., chosen, :])
        return made.flatten(-2)

    return change
