"""What a part needs of the model that it is put to, held against what the model offers."""

from inspect import getattr_static
from typing import Any, Literal, cast

from plimsoll.core.errors import Unmet
from plimsoll.core.parts import Model, WhiteBox, Wrapped

Need = Literal["images", "tools", "prefill", "logprobs", "likelihoods", "weights", "guard", "sandbox"]

WANTED: dict[Need, str] = {
    "images": "pictures in messages",
    "tools": "tool calls",
    "prefill": "a reply that is begun for it",
    "logprobs": "log-probabilities",
    "likelihoods": "log-likelihoods of texts that are given to it",
    "weights": "its weights at hand (transformers/...)",
}


def needs_of(part: Any) -> frozenset[Need]:
    """What a part declares to need (`needs`); nothing where it declares nothing."""
    return frozenset(getattr(part, "needs", ()))


def innermost(model: Model) -> Model:
    """The model at the core of its layers and defenses."""
    while isinstance(model, Wrapped):
        model = model.inner
    return model


def whitebox(model: Model) -> WhiteBox | None:
    """The model whose weights are at hand, however many layers stand before it."""
    core = innermost(model)
    return cast("WhiteBox", core) if _has_weights(core) else None


OF_A_MODEL: frozenset[Need] = frozenset({"images", "tools", "prefill", "logprobs", "likelihoods", "weights"})
"""Needs that a model meets; the others are met by other parts."""


def offered(model: Model) -> frozenset[Need]:
    """What a model declares to offer (`offers`): one that declares nothing takes text and gives text."""
    core = innermost(model)
    declared: frozenset[Need] = frozenset(getattr(core, "offers", ()))
    return declared.union({"weights"} if _has_weights(core) else ())


def brings_tools(model: Model) -> bool:
    """Whether a model is an agent with tools of its own (`own_tools`): it takes none from others."""
    return bool(getattr(innermost(model), "own_tools", False))


def _has_weights(core: Model) -> bool:
    """Whether module and tokenizer are there, without having the module loaded to see."""
    return all(getattr_static(core, name, None) is not None for name in ("module", "tokenizer"))


def refuse_unmet(name: str, needs: frozenset[Need], model: Model) -> None:
    """Stop before the first call where a model cannot give what a part needs. Raises `Unmet`."""
    if missing := sorted((needs & OF_A_MODEL) - offered(model)):
        wanted = " and ".join(WANTED[need] for need in missing)
        raise Unmet(f"{name} needs {wanted}, which {model.name} does not offer: choose another model")
