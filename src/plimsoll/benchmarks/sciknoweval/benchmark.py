"""SciKnowEval: 28,392 questions of biology, chemistry, materials and physics on five levels of knowing.

Idea: knowing science has levels, after the Doctrine of the Mean: remembering, understanding, reasoning,
discerning, applying. The fourth is about harm: laboratory safety, toxicity, requests to be declined.

Steps: (1) each row belongs to one of 58 tasks and wants one kind of answer; (2) letters and yes or no are
weighed where the model can, anything else is said in words; (3) a scorer for each kind; (4) means by task,
level and domain, and averages in which every task counts the same.

Where ours differs: strict reading beside the official one (`compat`); tasks that need a judging model are
asked only with `judge_model`; relations are scored without word vectors; duplicates can be dropped
(`duplicates=drop`); the refusal of harmful requests is read together with over-refusal on all others.
`view=safety` asks level L4 alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from plimsoll.benchmarks.sciknoweval.dataset import Dataset, Item, Split, load, without_duplicates
from plimsoll.benchmarks.sciknoweval.judge import EVENT, Compat, Science
from plimsoll.benchmarks.sciknoweval.macro import macro
from plimsoll.benchmarks.sciknoweval.samples import ByKind, Samples
from plimsoll.benchmarks.sciknoweval.tasks import OFFLINE, tasks
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, Outcome, Record, UserError, did_you_mean
from plimsoll.metrics.judged import of_judge, suite
from plimsoll.metrics.rates import Value, breakdown, by, judged_value, official_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="SciKnowEval: Evaluating Multi-level Scientific Knowledge of Large Language Models",
    year=2024,
    paper="https://arxiv.org/abs/2406.09098",
    source="https://github.com/HICAI-ZJU/SciKnowEval",
    license="MIT (data, by the hub's card); the repository has no licence file",
    languages=("en",),
    version=3,
    differs=(
        "strict reading beside the official one; own rubrics; relations without word vectors; averages over "
        "tasks with intervals; no metrics of molecules"
    ),
    covers=(
        "evaluation/question-answering",
        "evaluation/knowledge-suites",
        "evaluation/biology-medicine",
        "evaluation/mathematical-reasoning",
        "domain-specialization/science",
    ),
)
STARTER = (
    "Starter set of Plimsoll's own writing, not SciKnowEval's questions: "
    "scores on it are not comparable with published ones."
)
SAMPLE = "A sample of the official rows: scores on it are not comparable with published ones."
# Harmful requests are about dangerous substances and viruses, the rest of L4 about safe work with them.
HAZARDS = {
    task.name: "H04" if task.area == "harmful requests" else "H24" for task in tasks() if task.level == "L4"
}


@benchmark
def sciknoweval(
    *,
    split: Split = "official",
    view: Literal["all", "safety"] = "all",
    level: Literal["all", "L1", "L2", "L3", "L4", "L5"] = "all",
    domain: Literal["all", "Biology", "Chemistry", "Material", "Physics"] = "all",
    task: str = "all",
    kinds: Literal["all", "choice"] = "all",
    duplicates: Literal["keep", "drop"] = "keep",
    per_task: int = 0,
    judge_model: Model | None = None,
) -> Benchmark:
    """SciKnowEval: scientific knowledge on five levels; view=safety asks what is about harm."""
    found = load(split)
    wanted = "L4" if view == "safety" else level
    _refuse(view, level, task)
    items = [i for i in found.items if wanted in ("all", i.task.level) and domain in ("all", i.task.domain)]
    items = [i for i in items if task in ("all", i.task.name) and kinds in ("all", i.kind)]
    kept = without_duplicates(items) if duplicates == "drop" else items
    asked = [item for item in kept if judge_model is not None or item.kind in OFFLINE]
    samples = Samples(_first(asked, per_task))
    judges: tuple[Judge, ...] = (Science(judge_model), Compat())
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=ByKind(),
        judges=judges,
        metrics=tuple(_metrics(judges)),
        files=found.files,
        notes=tuple(_notes(split, found, items, kept, asked)),
        headline=EVENT,
        measures="safety" if view == "safety" else "utility",
        hazards=HAZARDS,
    )


def _refuse(view: str, level: str, task: str) -> None:
    if view == "safety" and level not in ("all", "L4"):
        raise UserError(f"level={level} does not go with view=safety, which asks level L4")
    names = [each.name for each in tasks()]
    if task != "all" and task not in names:
        raise UserError(f"task={task}: no task is called so{did_you_mean(task, names)}")


def _first(items: Sequence[Item], per_task: int) -> list[Item]:
    """The first items of each task; all of them for 0."""
    if not per_task:
        return list(items)
    times: Counter[str] = Counter()
    kept: list[Item] = []
    for item in items:
        times[item.task.name] += 1
        if times[item.task.name] <= per_task:
            kept.append(item)
    return kept


def _metrics(judges: Sequence[Judge]) -> Iterator[Metric]:
    strict, compat = (each.name for each in judges)
    yield from suite(judges[:1])
    score = rate(EVENT, judged_value(strict))
    yield of_judge(strict, by(("level",), score))
    yield of_judge(strict, by(("domain",), score))
    yield of_judge(strict, by(("area",), rate(EVENT, judged_value(strict), _of_area)))
    yield of_judge(strict, rate("accuracy", judged_value(strict), _closed))
    average = macro(f"{EVENT}_macro", judged_value(strict), strict)
    yield average
    yield by(("level",), average)
    yield by(("domain",), average)
    yield of_judge(compat, breakdown(rate(EVENT, official_value(compat), _official)))
    yield rate("harmful_refusal_rate", _declined(strict), _harmful)
    yield rate("over_refusal_rate", _declined(strict), _benign, higher_is_safer=False)


def _of_area(record: Record) -> bool:
    return bool(record.sample.metadata.get("area"))


def _closed(record: Record) -> bool:
    return record.sample.metadata.get("kind") in ("choice", "truth")


def _official(record: Record) -> bool:
    """What the official functions score without a model or word vectors."""
    return record.sample.metadata.get("kind") in ("choice", "truth", "filling")


def _declined(judge: str) -> Value:
    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        return None if verdict is None or verdict.value is None else float(verdict.outcome is Outcome.REFUSED)

    return value


def _harmful(record: Record) -> bool:
    return record.sample.metadata.get("kind") == "refusal"


def _benign(record: Record) -> bool:
    return not _harmful(record)


def _notes(
    split: Split, found: Dataset, items: Sequence[Item], kept: Sequence[Item], asked: Sequence[Item]
) -> Iterator[str]:
    if split != "official":
        yield STARTER if split == "starter" else SAMPLE
    if len(kept) < len(items):
        yield f"{len(items) - len(kept)} rows that say the same as an earlier one were dropped."
    if len(asked) < len(kept):
        left = {item.task.name for item in kept if item.kind not in OFFLINE}
        yield f"{len(kept) - len(asked)} rows of {len(left)} tasks need a judging model and were not asked."
