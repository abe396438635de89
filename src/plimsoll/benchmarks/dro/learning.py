"""A space of states, and anchors -> a soft prompt that moves harmful and harmless requests apart in it."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from plimsoll.benchmarks.dro import carrying
from plimsoll.benchmarks.dro.carrying import Slot
from plimsoll.benchmarks.dro.space import SEED, WEIGHTS, Geometry, Losses, losses
from plimsoll.internals.descent import TOTAL, Descent, Loss, Share
from plimsoll.internals.handle import Handle
from plimsoll.internals.told import Told
from plimsoll.internals.training import refuse_rate


class Anchor(NamedTuple):
    """A request whose harm is known."""

    request: str
    harmless: bool


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a soft prompt is learned; as officially but for what a small machine needs."""

    epochs: int = 40
    batch: int = 50
    rate: float = 1e-3
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)

    def __post_init__(self) -> None:
        """Refuse a rate that learns nothing."""
        refuse_rate(self.rate)


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A soft prompt, and the losses of its steps."""

    soft: Any
    losses: list[dict[str, float]]


def states_under(held: Handle, made: Slot, requests: Sequence[str], soft: Any) -> Any:
    """The state of each request's last token under a soft prompt, with the gradient to it."""
    rows = [made.ids(request) for request in requests]
    embedded, ends = carrying.embedded(held, made, rows, soft)
    states = held.decoder(inputs_embeds=embedded, use_cache=False).last_hidden_state
    return states[list(range(len(rows))), ends]


def states_apart(held: Handle, made: Slot, requests: Sequence[str], soft: Any) -> Any:
    """The same without a gradient, one request at a time, in 64 bits."""
    with held.evaluating():
        states = [states_under(held, made, [request], soft)[0] for request in requests]
        return held.torch.stack(states).cpu().double().clone()


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What is learned on."""

    geometry: Geometry
    slot: Slot
    first: Any
    """The vectors that it begins with."""
    anchors: Sequence[Anchor]
    before: Any
    """The anchors' states under the prompt in words."""


def learned(held: Handle, lesson: Lesson, recipe: Recipe, told: Told) -> Learned:
    """Learn a soft prompt; the model itself stays as it is.

    Raises `UserError` where the loss grows beyond numbers.
    """
    torch, anchors = held.torch, lesson.anchors

    soft = begun(held, lesson.first)

    def loss(places: Sequence[int], whole: Sequence[int]) -> Share:
        new = states_under(held, lesson.slot, [anchors[place].request for place in places], soft)
        harmless = torch.tensor([float(anchors[place].harmless) for place in places]).double()
        old = lesson.before[list(places)]
        found = losses(lesson.geometry, new.cpu().double(), old, harmless, recipe.weights)
        return _part(found, len(places) / len(whole))

    return optimised(held, soft, len(anchors), loss, recipe=recipe, told=told)


def begun(held: Handle, first: Any) -> Any:
    """Vectors that may be moved, from where they begin."""
    return first.detach().clone().float().to(held.device).requires_grad_()


def optimised(
    held: Handle, soft: Any, number: int, loss: Loss[int], *, recipe: Recipe, told: Told
) -> Learned:
    """Move vectors until a loss over examples, by their places, is small.

    Raises `UserError` where the loss grows beyond numbers, or memory does not hold a single example.
    """
    seen = list[dict[str, float]]()
    steps = list(batches(number, recipe))
    told.begin(len(steps))
    remedy = "take a smaller model, shorter requests, or dtype=bfloat16"
    descent = Descent([soft], rate=recipe.rate, batch=recipe.batch, remedy=remedy)
    with frozen(held.module):
        for places in steps:
            seen.append(descent.step(len(seen) + 1, places, loss))
            told.step()
            told.loss(seen[-1][TOTAL])
    return Learned(soft=soft.detach(), losses=seen)


def batches(number: int, recipe: Recipe) -> Iterator[list[int]]:
    """The anchors of each step in the official order: one list, shuffled further with every epoch."""
    random, order = Random(SEED), list(range(number))
    for _ in range(recipe.epochs):
        random.shuffle(order)
        for at in range(0, number, recipe.batch):
            yield order[at : at + recipe.batch]


@contextmanager
def frozen(module: Any) -> Generator[None]:
    """No weight of a module asks for a gradient while the block runs."""
    asking = [weight for weight in module.parameters() if weight.requires_grad]
    for weight in asking:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in asking:
            weight.requires_grad_(True)


def _part(found: Losses, share: float) -> Share:
    """What some anchors add to the means over a batch."""
    terms = {name: share * float(term.detach()) for name, term in found._asdict().items()}
    return Share(share * found.total, terms)
