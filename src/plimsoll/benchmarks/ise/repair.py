"""ISE: a model that is told of every token who speaks, and learns to do what the user says, not the data.

"Instructional Segment Embedding" (ICLR 2025). Steps: (1) four vectors, for system, user, data and assistant,
drawn small; each token's is added where it enters the model; (2) the model learns tasks with data, of which
some hold another task's instruction that is not to be followed (StruQ's adversarial examples, half of them
behind a forged answer); (3) the vectors are kept beside the weights, and who speaks follows from the
conversation, never from its text.

Where ours differs: the vectors are learned with low-rank adapters of the attention, or alone
(`train=segments`), or with all weights as in the paper (`train=whole`). The rate rises over a tenth of the
steps and falls along a cosine; officially it rises over 100 of many thousands. Templates are the model's own;
what tools say is data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal, cast

from plimsoll.attacks import struq
from plimsoll.core import DataError, UserError, files
from plimsoll.internals import checkpoint, examples, segments, training
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.losses import sft
from plimsoll.internals.told import Told
from plimsoll.internals.training import Recipe, Row, Schedule, TooLong, Trained, learn, seeded
from plimsoll.realignment import reading
from plimsoll.realignment.learning import tensors
from plimsoll.realignment.repairs import Given, refuse_unready
from plimsoll.registry import repair

Train = Literal["adapters", "segments", "whole"]
SPREAD = 0.01
"""Of the vectors at the beginning (official code)."""
COLUMNS = "prompt, data, reply"


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task with what it is done on."""

    prompt: str
    reply: str
    data: str = ""
    system: str = ""

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation before the reply."""
        said = (("system", self.system), ("user", self.prompt), ("tool", self.data))
        return [{"role": role, "content": text} for role, text in said if text.strip()]


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Learns segments, and writes the model with them."""

    train: Train
    inject: float
    recipe: Recipe
    takes = ("tuned",)

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Read, inject, learn and write. Raises `UserError` for a template that cannot be cut by speaker."""
        path = reading.path_of(given, "ise", COLUMNS)
        source = given.checkpoints[0]
        refuse_unready(given, out)
        held = handle(given.models[0])
        begin(held, self.recipe.seed)
        tasks = injected(read(path), self.inject, self.recipe.seed)
        rows = [row_of(held, each, self.recipe) for each in tasks]
        trained = self._trained(held, rows, given.told)
        changed = self._changed(held, trained, source)
        table: Any = segments.table_of(held.module)
        checkpoint.write(
            out,
            source,
            tensors(source, changed),
            lambda made: files.write(made / segments.FILE, [segments.written(table)]),
        )
        first, last = trained.losses[0], trained.losses[-1]
        hidden = sum(task.data != plain.data for task, plain in zip(tasks, read(path), strict=True))
        return (
            f"loss {first:.3f} → {last:.3f} over {self.recipe.steps} steps on {len(rows)} tasks, "
            f"{hidden} of them with an instruction in their data.",
            f"four vectors of length {float(table.detach().norm(dim=1).mean()):.2f} on average.",
        )

    def _trained(self, held: Handle, rows: Sequence[Row], told: Told) -> Trained:
        module = training.adapted(held, self.recipe) if self.train == "adapters" else held.module
        own = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
        table: Any = segments.table_of(held.module)
        weights = {segments.TENSOR: table.requires_grad_(True)}
        if self.train != "segments":
            weights |= {name: weight for name, weight in own.items() if weight is not table}
        module.train()
        losses = learn(held, weights, rows, partial(sft, module), recipe=self.recipe, told=told)
        return Trained(module=module.eval(), losses=losses)

    def _changed(self, held: Handle, trained: Trained, source: Checkpoint) -> Mapping[str, Any]:
        if self.train == "adapters":
            return training.merged(held, trained)
        if self.train == "segments":
            return {}
        weights: Mapping[str, Any] = held.module.state_dict()
        return {name: weights[name] for name in source.places}


def begin(held: Handle, seed: int) -> None:
    """Give a model segments, drawn small, unless it has some."""
    if held.segmented:
        return
    torch = held.torch
    with seeded(held, seed):
        table = torch.randn(len(segments.SEGMENTS), held.shape.hidden) * SPREAD
    segments.carry(held.module, table)


def row_of(held: Handle, task: Task, recipe: Recipe) -> Row:
    """A task as ids that say who speaks, and the place where the reply begins. Raises `TooLong`."""
    prompt = held.chat_ids(task.messages)
    if len(prompt) >= recipe.max_tokens:
        raise TooLong(
            f"a task has {len(prompt):,} tokens before its reply and {recipe.max_tokens:,} are read: nothing "
            "of the reply would be learned; allow more (max_tokens=), or leave the task out"
        )
    end = [held.tokenizer.eos_token_id] if held.tokenizer.eos_token_id is not None else []
    reply = held.tokenizer(task.reply, add_special_tokens=False)["input_ids"]
    return [*prompt, *reply, *end][: recipe.max_tokens], len(prompt)


def read(path: Path) -> list[Task]:
    """Tasks of a file: JSON lines, Alpaca's list, or the official list of four messages a record."""
    found = list(_tasks(path))
    if not found:
        raise DataError(f"{path} holds no record")
    return found


def injected(tasks: Sequence[Task], share: float, seed: int) -> list[Task]:
    """The tasks, of which a share of those with data holds another one's instruction; replies stay."""
    draw = Random(seed)
    with_data = [place for place, task in enumerate(tasks) if task.data.strip()]
    chosen = set(draw.sample(with_data, round(share * len(with_data)))) if len(tasks) > 1 else set[int]()
    return [
        _injected(task, draw.choice([each for each in tasks if each is not task]), draw)
        if place in chosen
        else task
        for place, task in enumerate(tasks)
    ]


def _injected(task: Task, other: Task, draw: Random) -> Task:
    """Half plainly, half behind a forged answer between delimiters for training."""
    asked = f"{other.prompt} {other.data}".strip()
    given = struq.closed(task.data)
    if draw.random() < 0.5:
        made = f"{given}{asked[:1].upper()}{asked[1:]}"
    else:
        response, instruction = (
            struq.other(name, draw, training=True) for name in ("response", "instruction")
        )
        made = f"{given}\n\n{response}\n{task.reply}\n\n{instruction}\n{asked}"
    return Task(prompt=task.prompt, reply=task.reply, data=made, system=task.system)


def _tasks(path: Path) -> Iterator[Task]:
    for number, row in enumerate(_records(path), start=1):
        prompt, reply, given, above = (
            examples.text_of(path, number, row, (name,)) for name in ("prompt", "reply", "data", "system")
        )
        if not prompt or not reply:
            raise DataError(f"{path}: record #{number} has no {'reply' if prompt else 'prompt'}")
        yield Task(prompt=prompt, reply=reply, data=given, system=above)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for row in examples.conversations(path):
        if isinstance(row, list):
            messages = cast("list[dict[str, Any]]", row)
            texts = [str(each.get("content") or "") for each in messages]
            yield dict(zip(("system", "prompt", "data", "reply"), texts, strict=False))
        else:
            named = {"prompt": "instruction", "data": "input", "reply": "output"}
            yield {**row, **{ours: row[theirs] for ours, theirs in named.items() if theirs in row}}


@repair
def ise(
    *,
    train: Train = "adapters",
    inject: float = 0.5,
    steps: int = 40,
    batch: int = 4,
    rate: float = 2e-4,
    rank: int = 8,
    max_tokens: int = 512,
    schedule: Schedule = "cosine",
    warmup: float = 0.1,
    seed: int = 0,
) -> Segments:
    """Tell the model of every token who speaks, and teach it to leave orders in data alone (ISE).

    Args:
        train: Segments with adapters of the attention, `segments` alone, or the `whole` model.
        inject: Share of tasks with data in which another task's instruction is hidden.
        steps: Of the optimiser.
        batch: Tasks of one step.
        rate: Learning rate.
        rank: Of the adapters.
        max_tokens: Tokens of a task with its reply.
        schedule: Whether the rate stays, or falls along a cosine to nothing.
        warmup: Share of the steps in which the rate rises from nothing.
        seed: Of order, adapters, segments and what is hidden where.
    """
    if not 0 <= inject <= 1:
        raise UserError(f"ise: inject is {inject:g}; it must lie between 0 and 1")
    recipe = Recipe(
        steps=steps,
        batch=batch,
        rate=rate,
        rank=rank,
        max_tokens=max_tokens,
        schedule=schedule,
        warmup=warmup,
        seed=seed,
    )
    return Segments(train=train, inject=inject, recipe=recipe)
