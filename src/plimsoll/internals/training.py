"""Requests with replies -> adapters around a decoder's projections, trained on the replies alone.

One small loop for every method here: examples in an order that a seed decides, batches padded at the right,
the loss on the reply's tokens, AdamW. What was reached can be written down and taken up again: the same steps
follow as without the interruption.
"""

import math
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Literal

from plimsoll.core import DataError, MissingExtra, UserError
from plimsoll.internals.descent import TOTAL, Descent, share
from plimsoll.internals.handle import Handle, Template
from plimsoll.internals.told import Told
from plimsoll.internals.unfinished import Unfinished

ADAPTED = ("q_proj", "v_proj")
Schedule = Literal["constant", "cosine"]
SEEDS = 1 << 64
"""How many seeds the library tells apart; others are taken for one of these."""
FASTEST = 1e38
"""The largest learning rate, for optimisers keep it in 32 bits."""
LEAST = 8
"""Tokens of an example that is not cut to nothing."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A request with the reply that is learned."""

    prompt: str
    reply: str
    system: str = ""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How it is learned.

    Args:
        steps: Of the optimiser.
        batch: Examples of one step.
        rate: Learning rate.
        rank: Of the adapters.
        layers: How many of the last layers are adapted; 0 for all. Gradients go no further down, which saves
            time.
        max_tokens: Tokens of an example; what is longer is cut at the end.
        template: How requests become text.
        schedule: Whether the rate stays, or falls along a cosine to nothing.
        warmup: Share of the steps in which the rate rises from nothing.
        seed: Of order and adapters.
    """

    steps: int = 20
    batch: int = 4
    rate: float = 2e-4
    rank: int = 8
    layers: int = 0
    max_tokens: int = 256
    template: Template = "chat"
    schedule: Schedule = "constant"
    warmup: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no training can be done with."""
        for name in ("steps", "batch", "rank"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.layers < 0:
            raise UserError(f"layers is {self.layers}; it must be at least 0")
        if self.max_tokens < LEAST:
            raise UserError(f"max_tokens is {self.max_tokens}; it must be at least {LEAST}")
        refuse_rate(self.rate)
        if not 0 <= self.warmup < 1:
            raise UserError(f"warmup is {self.warmup:g}; it is a share of the steps, from 0 to below 1")

    def rate_at(self, step: int) -> float:
        """The rate of a step, of which the first is 0: in the warm-up it rises from nothing."""
        rising = round(self.warmup * self.steps)
        if step < rising:
            return self.rate * step / rising
        if self.schedule == "constant":
            return self.rate
        return self.rate * (1 + math.cos(math.pi * (step - rising) / max(1, self.steps - rising))) / 2


def refuse_rate(rate: float) -> None:
    """Refuse a learning rate that learns nothing, or that numbers of 32 bits do not hold."""
    if not 0 < rate <= FASTEST:
        raise UserError(f"rate is {rate:g}; it must be above 0 and at most {FASTEST:g}")


Row = tuple[list[int], int]
"""Token ids of an example, and the place where the reply begins."""
Loss = Callable[[Any, Sequence[Any], Sequence[Any]], Any]
"""Module, rows, whatever a method makes of its examples, and the batch that they are part of -> what they add
to the loss of a step."""


@dataclass
class Trained:
    """Adapters that were trained."""

    module: Any
    """The module with its adapters."""
    losses: list[float]
    """One a step, in nats a token."""


def adapted(handle: Handle, recipe: Recipe, targets: Sequence[str] = ADAPTED) -> Any:
    """A copy-free module with fresh low-rank adapters, the rest frozen. Raises `MissingExtra`."""
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise MissingExtra("internals.training", "whitebox") from None
    with seeded(handle, recipe.seed):
        count = int(handle.module.config.get_text_config().num_hidden_layers)
        last = list(range(max(0, count - recipe.layers), count)) if recipe.layers else None
        config = LoraConfig(
            r=recipe.rank,
            lora_alpha=2 * recipe.rank,
            target_modules=list(targets),
            layers_to_transform=last,
            task_type="CAUSAL_LM",
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of one library about the other
            return get_peft_model(handle.module, config)


def whole(handle: Handle, recipe: Recipe) -> Any:
    """The module itself, every weight of which learns."""
    for weight in handle.module.parameters():
        weight.requires_grad_(True)
    return handle.module


def fit(
    handle: Handle,
    rows: Sequence[Any],
    loss: Loss,
    recipe: Recipe,
    told: Told,
    *,
    targets: Sequence[str] = ADAPTED,
    kept: Unfinished | None = None,
) -> Trained:
    """Train adapters. Raises `DataError` without rows, `UserError` where the loss grows beyond numbers.

    Args:
        rows: What the loss is given, a batch at a time, or a part of one where memory holds no more.
        targets: The projections that are adapted.
        kept: Where the state is written every so many steps, and from where it is taken up.
    """
    if not rows:
        raise DataError("there is nothing to train on")
    module = adapted(handle, recipe, targets)
    weights = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
    module.train()
    step = partial(loss, module)
    losses = learn(handle, weights, rows, step, recipe=recipe, told=told, kept=kept)
    return Trained(module=module.eval(), losses=losses)


def learn(
    handle: Handle,
    weights: Mapping[str, Any],
    rows: Sequence[Any],
    loss: Callable[[Sequence[Any], Sequence[Any]], Any],
    *,
    recipe: Recipe,
    told: Told,
    kept: Unfinished | None = None,
) -> list[float]:
    """Change weights, be they adapters, masks, routers or prompts, until the loss of rows is small.

    Gives the loss of every step. Raises as `fit` does, whose arguments these are.
    """
    if not rows:
        raise DataError("there is nothing to train on")
    remedy = f"lower max_tokens (now {recipe.max_tokens}), or take a smaller model or dtype=bfloat16"
    descent = Descent(list(weights.values()), rate=recipe.rate, batch=recipe.batch, remedy=remedy)
    losses = kept.take_up(weights, descent.optimiser) if kept else []
    told.begin(recipe.steps)
    told.step(len(losses))
    for each in losses:
        told.loss(each)
    with seeded(handle, recipe.seed + len(losses)):
        for chosen in list(_order(len(rows), recipe))[len(losses) :]:
            for group in descent.optimiser.param_groups:
                group["lr"] = recipe.rate_at(len(losses))
            batch = [rows[place] for place in chosen]
            terms = descent.step(len(losses) + 1, batch, lambda some, whole: share(loss(some, whole)))
            losses.append(terms[TOTAL])
            told.loss(losses[-1])
            told.step()
            if kept and (len(losses) % kept.every == 0 or len(losses) == recipe.steps):
                kept.write(weights, descent.optimiser, losses)
    return losses


def merged(handle: Handle, trained: Trained) -> Mapping[str, Any]:
    """Projection -> its weights with the adapter's product added; the module is then what it was before."""
    found: dict[str, Any] = {}
    for name, part in trained.module.named_modules():
        if hasattr(part, "get_delta_weight"):
            delta = part.get_delta_weight("default").detach()
            own = name.removeprefix("base_model.model.")
            found[f"{own}.weight"] = (part.base_layer.weight.detach().float() + delta.float()).cpu()
    return found


def let_go(trained: Trained) -> None:
    """Take the adapters off: the module is bit for bit what it was."""
    trained.module.unload()


class TooLong(DataError):
    """A prompt that leaves no token of its reply to be learned."""


def fitting(handle: Handle, examples: Sequence[Example], recipe: Recipe) -> list[Row]:
    """The examples of which some of the reply is left. Raises `TooLong` where that is none."""
    found: list[Row] = []
    first: TooLong | None = None
    for each in examples:
        try:
            found.append(tokenised(handle, each, recipe))
        except TooLong as error:
            first = first or error
    if first is not None and not found:
        raise first
    return found


def tokenised(handle: Handle, example: Example, recipe: Recipe) -> Row:
    """Token ids of an example, and the place where the reply begins. Raises `TooLong`."""
    prompt = handle.ids(example.prompt, recipe.template, example.system)
    if len(prompt) >= recipe.max_tokens:
        raise TooLong(
            f"a prompt has {len(prompt):,} tokens, and an example may have {recipe.max_tokens:,}: nothing of "
            "its reply would be learned; allow more (--max-tokens, max_tokens=), or leave the example out"
        )
    end = [handle.tokenizer.eos_token_id] if handle.tokenizer.eos_token_id is not None else []
    reply = handle.known(handle.tokenizer(example.reply, add_special_tokens=False)["input_ids"])
    return [*prompt, *reply, *end][: recipe.max_tokens], len(prompt)


@contextmanager
def seeded(handle: Handle, seed: int) -> Generator[None]:
    """Draws within the block follow from a seed, and change no draw outside it."""
    with handle.torch.random.fork_rng():
        handle.torch.manual_seed(seed % SEEDS)
        yield


def _order(number: int, recipe: Recipe) -> Iterator[list[int]]:
    """The examples of each step: every example once before any comes twice."""
    random = Random(recipe.seed)
    waiting: list[int] = []
    for _ in range(recipe.steps):
        while len(waiting) < recipe.batch:
            more = list(range(number))
            random.shuffle(more)
            waiting += more
        yield waiting[: recipe.batch]
        waiting = waiting[recipe.batch :]
