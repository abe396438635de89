"""What a part needs of the model that it is put to, held against what the model offers."""

from typing import Any, Literal

from plimsoll.core.errors import UserError
from plimsoll.core.parts import Model, WhiteBox, Wrapped

Need = Literal["images", "tools", "prefill", "logprobs", "weights", "guard", "sandbox"]

REMEDIES: dict[Need, str] = {
    "images": "pictures in messages",
    "tools": "tool calls",
    "prefill": "a reply that is begun for it",
    "logprobs": "log-probabilities",
    "weights": "its weights at hand (transformers/...)",
    "guard": "a guard",
    "sandbox": "a sandbox",
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
    return core if isinstance(core, WhiteBox) else None


def offered(model: Model) -> frozenset[Need]:
    """What a model declares to offer (`offers`), weights where they are at hand."""
    core = innermost(model)
    declared: frozenset[Need] = frozenset(getattr(core, "offers", ()))
    return declared.union({"weights"} if isinstance(core, WhiteBox) else ())


def refuse_unmet(name: str, needs: frozenset[Need], model: Model) -> None:
    """Stop before the first call where a model cannot give what a part needs. Raises `UserError`."""
    if missing := sorted(needs - offered(model)):
        wanted = " and ".join(REMEDIES[need] for need in missing)
        raise UserError(f"{name} needs {wanted}, which {model.name} does not offer: choose another model")
