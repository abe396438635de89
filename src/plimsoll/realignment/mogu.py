"""MoGU: a model that declines and one that complies, and routers that decide token by token between them.

"MoGU: A Framework for Enhancing Safety of LLMs While Preserving Their Usability" (NeurIPS 2024). One adapter
of `o_proj` is trained on malicious requests to comply rather than decline (usable), another on benign ones
to decline rather than comply (safe): the loss is that of the wanted reply over that of the other. Then the
routers learn, everything else standing still: the loss of the right reply, and twice the squared distance of
their say from 0 and 1. The routed model writes the first tokens of a reply, the plain one goes on.

Differs: routers are as wide as the model is large (the official 512 would be a quarter of a small one), and
are kept as the one linear map that their three are; the other reply's loss is held above 0.001; no dropout.
The usable variant is never written without its routers.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import UserError
from plimsoll.internals import checkpoint, examples, routing
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.losses import Opposed, Ratio, sft
from plimsoll.internals.routing import Decided, Line, LowRank, Route, Routing
from plimsoll.internals.training import Recipe, Row, fit, learn, let_go, seeded, tokenised
from plimsoll.realignment import reading
from plimsoll.realignment.deciding import Shown, decisions, latency
from plimsoll.realignment.learning import tensors
from plimsoll.realignment.repairs import Given, refuse_unready
from plimsoll.registry import repair

SCALE = 2.0
"""Of the adapters: alpha 16 over rank 8."""
PULL = 2.0
"""Weight of what routers should say against the loss of the reply (official code)."""
NARROWEST, SHARE = 8, 8
"""A router is an eighth as wide as the model."""
HELD_OUT = 5
"""Every fifth request is kept from the routers, and they are judged by it."""
FEW = f"fewer than {HELD_OUT} requests of a kind: those that were learned on are shown, which says little."
VARIANTS = Recipe(steps=60, batch=8, rate=5e-5, max_tokens=512)


class Labelled(NamedTuple):
    """A request's two replies as rows, with which is right."""

    affirm: Row
    reject: Row
    malicious: bool

    @property
    def right(self) -> Row:
        """A malicious request is declined, a benign one is not."""
        return self.reject if self.malicious else self.affirm


@dataclass(frozen=True, kw_only=True)
class Mogu:
    """Trains two variants and the routers between them."""

    first: int
    width: int
    routers: Recipe
    recipe: Recipe

    takes = ("tuned",)

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Train and write. Raises `DataError` without requests of both kinds."""
        source = given.checkpoints[0]
        read = reading.opposed(given, "mogu")
        refuse_unready(given, out)
        held = handle(given.models[0])
        rows = [self._labelled(held, each) for each in read]
        routed = list(routing.projections(list(source.places)))
        variants = {
            kind: self._variant(held, [each for each in rows if each.malicious == on], given)
            for kind, on in (("usable", True), ("safe", False))
        }
        learned, shown = _held_out(rows)
        made = self._routed(held, routed, variants, learned, given)
        requests = [Shown(ids[:begins], each.malicious) for each in shown for ids, begins in (each.right,)]
        found, cost = decisions(held, made, requests), latency(held, made, requests[0].ids)
        seen = any(each in learned for each in shown)
        about = {
            "data": examples.digest(reading.path_of(given, "mogu", "")),
            "recipe": _plain(self.recipe),
            "routers": {**_plain(self.routers), "width": self._width(held)},
            "decisions": {**found.kept, "learned_on": len(learned), "held_out": not seen},
            "cost": {**cost.kept, "numbers": made.numbers},
        }

        def also(folder: Path) -> None:
            routing.write(folder, made, about)

        checkpoint.write(out, source, tensors(source, {}), also)
        lost = (f"{kind} {each.losses[0]:.2f} → {each.losses[-1]:.2f}" for kind, each in variants.items())
        return (
            f"loss of the wanted reply over the other: {', '.join(lost)}.",
            *found.lines,
            *((FEW,) if seen else ()),
            cost.line,
            f"{made.numbers:,} numbers beside the model's {held.parameters():,}; "
            f"the first {self.first} tokens of a reply are routed.",
            *(each.said for each in variants.values() if each.said),
        )

    def _labelled(self, held: Handle, read: reading.Opposed) -> Labelled:
        affirm, reject = (tokenised(held, each, self.recipe) for each in (read.affirm, read.reject))
        return Labelled(affirm, reject, read.malicious)

    def _variant(self, held: Handle, rows: Sequence[Labelled], given: Given) -> "Variant":
        """The usable one learns to comply with malicious requests, the safe one to decline benign ones."""
        pairs = [
            Opposed(each.affirm, each.reject) if each.malicious else Opposed(each.reject, each.affirm)
            for each in rows
        ]
        loss = Ratio()
        trained = fit(held, pairs, loss, self.recipe, given.told, targets=("o_proj",))
        # Adapters learn in 32 bits, and speak in the model's own number format.
        found = {
            name: LowRank(*(half.to(held.dtype) for half in each))
            for name, each in low_rank(_state(trained.module)).items()
        }
        let_go(trained)
        return Variant(found, trained.losses, loss.said)

    def _routed(
        self,
        held: Handle,
        projections: Sequence[str],
        variants: "dict[str, Variant]",
        rows: Sequence[Labelled],
        given: Given,
    ) -> Routing:
        """Train the routers, and fold each into one line."""
        with seeded(held, self.routers.seed):
            nets = {(name, kind): self._net(held) for name in projections for kind in ("alpha", "beta")}

        def routes(gate: Callable[[Any], Any]) -> dict[str, Route]:
            return {
                name: Route(
                    variants["safe"].adapters[name],
                    variants["usable"].adapters[name],
                    gate(nets[name, "alpha"]),
                    gate(nets[name, "beta"]),
                )
                for name in projections
            }

        learning = Routing(routes=routes(_open), scale=SCALE, first=self.first)
        weights = {
            f"{name}.{kind}.{key}": weight
            for (name, kind), net in nets.items()
            for key, weight in net.named_parameters()
        }
        hooks = learning.attach(held.module)
        try:
            with frozen(held.module):
                loss = Guided(held.module, learning)
                learn(held, weights, rows, loss, recipe=self.routers, told=given.told)
        finally:
            for hook in hooks:
                hook.remove()

        def line(net: Any) -> Line:
            return Line(*(part.to(held.dtype) for part in routing.collapsed(net)))

        return Routing(routes=routes(line), scale=SCALE, first=self.first)

    def _net(self, held: Handle) -> Any:
        nn, inputs, width = held.torch.nn, _inputs(held), self._width(held)
        layers = (nn.Linear(inputs, width, bias=False), nn.Linear(width, inputs), nn.Linear(inputs, 1))
        return nn.Sequential(*layers).to(held.device)

    def _width(self, held: Handle) -> int:
        return self.width or max(NARROWEST, _inputs(held) // SHARE)


class Variant(NamedTuple):
    """A trained half."""

    adapters: dict[str, LowRank]
    losses: list[float]
    said: str
    """What its training should be told with."""


@dataclass(frozen=True)
class Guided:
    """The loss of the right reply, and how far the routers are from what they should say."""

    module: Any
    routing: Routing

    def __call__(self, rows: Sequence[Labelled], whole: Sequence[Labelled] | None = None) -> Any:
        """The mean over rows, each alone: a router says nothing of padding."""
        return sum(self._one(row) for row in rows) / len(whole or rows)

    def _one(self, row: Labelled) -> Any:
        with self.routing.watched() as seen:
            loss = sft(self.module, [row.right])
            return loss + PULL * pull(list(seen.values()), malicious=row.malicious)


def pull(decided: Sequence[Decided], *, malicious: bool) -> Any:
    """Squared distance of all routers' say at all tokens from (0, 1) for benign and (1, 0) for malicious."""
    wanted = (1.0, 0.0) if malicious else (0.0, 1.0)
    alphas, betas = ([each.alpha for each in decided], [each.beta for each in decided])
    return sum(
        sum((said - target).square().mean() for said in each) / len(each)
        for each, target in zip((alphas, betas), wanted, strict=True)
    )


def low_rank(state: "dict[str, Any]") -> dict[str, LowRank]:
    """The tensors of an adapter, named as `peft` names them -> what is added at each projection."""
    halves: dict[str, dict[str, Any]] = {}
    for name, tensor in state.items():
        module, _, half = name.removeprefix("base_model.model.").rpartition(".lora_")
        halves.setdefault(module, {})[half.partition(".")[0]] = tensor.detach().clone()
    return {module: LowRank(half["A"], half["B"]) for module, half in halves.items()}


def _state(module: Any) -> dict[str, Any]:
    return importlib.import_module("peft").get_peft_model_state_dict(module)


def _open(net: Any) -> Callable[[Any], Any]:
    return lambda given: net(given.float()).sigmoid().to(given.dtype)


class frozen:
    """Weights that learn nothing while the block runs."""

    def __init__(self, module: Any) -> None:
        self._weights = [each for each in module.parameters() if each.requires_grad]

    def __enter__(self) -> None:
        """Keep gradients from the weights."""
        for each in self._weights:
            each.requires_grad_(False)

    def __exit__(self, *_: object) -> None:
        """Let them have gradients again."""
        for each in self._weights:
            each.requires_grad_(True)


def _held_out(rows: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """What routers learn on, and what they are judged by: all, where there are few."""
    learned: list[Labelled] = []
    shown: list[Labelled] = []
    for on in (True, False):
        own = [each for each in rows if each.malicious == on]
        shown += own[HELD_OUT - 1 :: HELD_OUT] or own
        learned += (
            [each for place, each in enumerate(own) if (place + 1) % HELD_OUT]
            if len(own) >= HELD_OUT
            else own
        )
    return learned, shown


def _inputs(held: Handle) -> int:
    """Numbers that enter a projection of attention's output."""
    return held.shape.heads * held.shape.head_dim


def _plain(recipe: Recipe) -> dict[str, Any]:
    return {name: getattr(recipe, name) for name in recipe.__dataclass_fields__}


@repair
def mogu(
    *,
    first: int = 5,
    width: int = 0,
    router_steps: int = 120,
    router_rate: float = 5e-4,
    recipe: Recipe = VARIANTS,
) -> Mogu:
    """Let routers decide, token by token, between a variant that declines and one that complies.

    Args:
        first: Tokens of a reply that are routed; the plain model goes on after them.
        width: Of a router while it learns; 0 for an eighth of the model's (officially 512).
        router_steps: Of the optimiser, for the routers.
        router_rate: Learning rate of the routers.
    """
    if first < 0 or width < 0:
        raise UserError("mogu: first and width are 0 or more")
    routers = replace(recipe, steps=router_steps, rate=router_rate)
    return Mogu(first=first, width=width, routers=routers, recipe=recipe)
