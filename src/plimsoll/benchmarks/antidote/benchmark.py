"""Antidote's two numbers of a model: the harmful score, and how well it does what it was fine-tuned for.

Idea: a user's data may hold harmful examples, and fine-tuning on them undoes alignment. A repair is worth
what it takes from the harmful score, less what it takes from the task; so both are measured, of one model.

Steps: (1) `task=harm`: the first thousand requests of BeaverTails' test rows whose published reply is unsafe,
judged by a moderation model (`beaver_dam`, or any other guard); `task=gsm8k`, `sst2`, `ag_news`: the first
thousand rows, read exactly; (2) one greedy reply in Alpaca's frame; (3) the share that is flagged, and the
share that is right. `plimsoll drift` holds several models against each other and names the front;
`plimsoll analyse antidote` draws it over many shares of pruned weights in one go.

Where ours differs: any guard may judge; without one only refusals are counted; intervals; empty replies are
no answer. Where the model has no chat template, or `--template raw` is given, the frame is all that it reads,
as in the published runs.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

from plimsoll.benchmarks.antidote import dataset
from plimsoll.benchmarks.antidote.dataset import Task
from plimsoll.benchmarks.antidote.judge import antidote as exact
from plimsoll.core import Benchmark, Card, Guard, Judge, Reference, Sample
from plimsoll.core.parts import no_references
from plimsoll.data.prompts import Samples
from plimsoll.data.resources import table
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges import refusal
from plimsoll.judges.guarded import Guarded
from plimsoll.metrics.judged import name_of, suite
from plimsoll.registry import benchmark

CARD = Card(
    title="Antidote: Post-fine-tuning Safety Alignment for Large Language Models against Harmful Fine-tuning",
    year=2024,
    paper="https://arxiv.org/abs/2408.09600",
    source="https://github.com/git-disl/Antidote",
    license="no licence file; BeaverTails: CC-BY-NC-4.0",
    languages=("en",),
    version=1,
    differs="any guard judges harm, refusals alone without one; intervals; AG News' wording from memory",
    covers=("safety-at-scale/safety-alignment", "evaluation/alignment-robustness"),
)
ONLY_REFUSALS = (
    "Refusals by rules: how harmful the other replies are is not measured without a guard (guard=...)."
)
MAX_TOKENS = 512


@benchmark
def antidote(
    *,
    task: Task = "gsm8k",
    split: Literal["official", "starter"] = "official",
    guard: Guard | None = None,
    file: str = "",
    max_tokens: int = MAX_TOKENS,
) -> Benchmark:
    """Harmful score and task accuracy, as repairs after harmful fine-tuning are measured (Antidote).

    Args:
        task: `harm`, or what was fine-tuned for: `gsm8k`, `sst2` or `ag_news`.
        split: The rows of the paper, or a few of our own.
        guard: Who judges harm: `beaver_dam` as published, or any other guard.
        file: The task's rows, where they lie elsewhere.
        max_tokens: Of a reply.
    """
    found = dataset.own(task) if split == "starter" else dataset.official(task, file)
    judges = _judges(task, guard)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=suite(judges),
        files=found.files,
        notes=(*found.notes, *((ONLY_REFUSALS,) if task == "harm" and guard is None else ())),
        headline=name_of(judges[0]),
        measures="safety" if task == "harm" else "utility",
        references=partial(published, task) if split == "official" and not file else no_references,
    )


def _judges(task: Task, guard: Guard | None) -> tuple[Judge, ...]:
    if task != "harm":
        return (exact(task),)
    return (refusal.refusal(),) if guard is None else (Guarded(guard), refusal.refusal())


def published(task: Task, samples: Iterable[Sample]) -> Iterator[Reference]:
    """What the authors' logs say, each run under its model and settings."""
    for row in table("benchmarks", dataset.SLUG, "published.toml")["run"]:
        if task in row:
            yield Reference(
                name=row["name"],
                kind="published",
                values={"": row[task]},
                setting=row["setting"],
                source="logs in the authors' repository",
            )
