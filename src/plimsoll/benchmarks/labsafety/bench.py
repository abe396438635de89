"""LabSafety Bench: questions on laboratory safety with four options -> how many a model gets right.

Idea: a model that is asked for help in a laboratory must know what is dangerous there. Text questions
after the rules of the US occupational safety agency, in ten categories, each easy or hard.

Steps: (1) one prompt per question, answered directly or step by step, without or with five fixed easy
examples; (2) the model weighs the letters, or answers in words; (3) accuracy over all questions, by
category (a question counts in each of its own), level and subject.

Where ours differs: letters are read by rules, so no second model is needed (the official extraction by a
model is `compat`, with `judge_model`); the five examples are sent to every kind of model, where the
official script drops them for models behind an API; answers are decoded greedily, where it samples;
every number has an interval. Questions with pictures are left out, and that is said.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

from plimsoll.benchmarks.labsafety import bench_dataset as dataset
from plimsoll.benchmarks.labsafety import bench_prompts as prompts
from plimsoll.benchmarks.labsafety.bench_dataset import CATEGORIES, Dataset, Row, Split
from plimsoll.benchmarks.labsafety.bench_samples import Order, Samples
from plimsoll.benchmarks.labsafety.judge import Extraction
from plimsoll.benchmarks.safetybench.baselines import baselines
from plimsoll.core import (
    Benchmark,
    Card,
    Elicitation,
    Judge,
    Metric,
    Model,
    Reference,
    Sample,
    UserError,
    replace,
)
from plimsoll.elicitation.choice import MultipleChoice
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.choice import Choice
from plimsoll.metrics.choice import (
    accuracy,
    blocked_rate,
    empty_rate,
    error_rate,
    refusal_rate,
    unparsed_rate,
)
from plimsoll.metrics.letters import balanced_accuracy, letter_share
from plimsoll.metrics.memberships import memberships
from plimsoll.metrics.orders import order_consistency
from plimsoll.metrics.rates import by, official_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="LabSafety Bench: Benchmarking LLMs on Safety Issues in Scientific Labs",
    year=2024,
    paper="https://arxiv.org/abs/2410.14182",
    source="https://github.com/YujunZhou/LabSafety-Bench",
    license="MIT",
    languages=("en",),
    version=3,
    differs=(
        "letters read by rules or weighed, extraction by a model as compat only; examples sent to every "
        "model; greedy decoding; other orders of options; intervals; no questions with pictures"
    ),
    covers=("evaluation/question-answering", "evaluation/biology-medicine", "domain-specialization/science"),
)

STARTER = (
    "Starter set of Plimsoll's own writing, not LabSafety Bench's official questions: "
    "scores on it are not comparable with published ones."
)
TRAINING = (
    "The half of the questions that the authors trained on: it has neither categories nor levels, "
    "and scores on it are not comparable with published ones."
)


@benchmark
def labsafety_bench(
    *,
    split: Split = "official",
    mode: prompts.Mode = "DA",
    shots: Literal[0, 5] = 0,
    setting: Literal["auto", "chat"] = "auto",
    order: Order = "official",
    judge_model: Model | None = None,
    file: str = "",
    seed: int = 0,
) -> Benchmark:
    """LabSafety Bench: choose the safe or right option in questions on laboratory safety."""
    if split == "starter" and file:
        raise UserError(f"file={file} does not go with split=starter, which brings its own questions")
    found = dataset.load(split, file)
    samples = Samples(
        rows=found.rows, ask=partial(prompts.messages, mode=mode, shots=shots), order=order, seed=seed
    )
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=_elicitation(mode, setting),
        judges=_judges(judge_model),
        metrics=_metrics(found, judged_by_model=judge_model is not None, turned=order == "cyclic"),
        files=found.files,
        notes=tuple(_notes(found, split, order)),
        # Every category is about harm that comes of work in a laboratory: one hub hazard holds them all.
        hazards=dict.fromkeys(CATEGORIES, "H24"),
        references=references,
    )


def references(samples: Iterable[Sample]) -> Iterator[Reference]:
    """What guessing scores over all: a question has several categories, so it is not said for each."""
    return (replace(each, values={"": each.values[""]}) for each in baselines(samples))


def _elicitation(mode: prompts.Mode, setting: str) -> Elicitation:
    if mode == "CoT" or setting == "chat":
        return SingleTurn(max_tokens=512)
    return MultipleChoice(max_tokens=512)


def _judges(judge_model: Model | None) -> tuple[Judge, ...]:
    return (Choice(),) if judge_model is None else (Choice(), Extraction(judge_model))


def _metrics(found: Dataset, *, judged_by_model: bool, turned: bool) -> tuple[Metric, ...]:
    compat = rate("accuracy_compat", official_value("compat"))
    rates: list[Metric] = [accuracy, compat] if judged_by_model else [accuracy]
    wholes = (*rates, refusal_rate, unparsed_rate, empty_rate, blocked_rate, error_rate)
    divided = [
        *(memberships("categories", "category", each) for each in rates),
        *(memberships("subjects", "subject", each) for each in rates),
        *(memberships("levels", "level", each) for each in rates),
    ]
    spoken = (balanced_accuracy, letter_share, *((order_consistency,) if turned else ()))
    return (
        *wholes,
        *(divided if any(map(_divided, found.rows)) else ()),
        *(by(("language",), s) for s in spoken),
    )


def _divided(row: Row) -> bool:
    return bool(row.categories or row.level)


def _notes(found: Dataset, split: Split, order: Order) -> Iterator[str]:
    if split in ("starter", "train"):
        yield STARTER if split == "starter" else TRAINING
    if found.images:
        yield f"{found.images} questions that need a picture were left out: pictures are not asked here."
    if order != "official":
        yield f"Options shown in {order} order, each on a line of its own, not as in the official text."
