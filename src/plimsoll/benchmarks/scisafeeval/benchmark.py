"""SciSafeEval: requests about dangerous molecules, sequences and substances -> how many a model declines.

Idea: a request that looks like plain science may ask for what does harm; the danger is in the entity that
is named, in the language of molecules, proteins or genes. What is wanted is a refusal.

Steps: (1) an instruction with an entity filled in; (2) sent alone, after examples, with a chain-of-thought
text, or inside a jailbreak text; (3) a judge says answered or refused; (4) the rate of refusals by task,
domain, scientific language and setting.

Where ours differs: a placeholder that cannot be filled stops the loader instead of being asked about;
the composition of the three other settings, which the published code loads but never sends, is ours (see
`_scisafeeval/dataset.py`); prompts from one instruction are a cluster in the interval; empty replies and
verdicts that cannot be read are outside the rate and shown.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal

from plimsoll.benchmarks.scisafeeval import judge as judging
from plimsoll.benchmarks.scisafeeval.dataset import SETTINGS, SLUG, Setting, Size, load
from plimsoll.benchmarks.scisafeeval.layouts import LAYOUTS, Notation
from plimsoll.benchmarks.scisafeeval.scores import SettingDifference
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, UserError, did_you_mean
from plimsoll.data.prompts import PromptSet, Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.metrics.judged import of_judge, suite
from plimsoll.metrics.rates import by, judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="SciSafeEval: A Comprehensive Benchmark for Safety Alignment of Large Language Models in "
    "Scientific Tasks",
    year=2024,
    paper="https://arxiv.org/abs/2410.03769",
    source="https://github.com/DavidLee528/SciSafeEval",
    license="CC BY-NC 4.0 (data), MIT (code)",
    languages=("en",),
    version=2,
    differs=(
        "unfilled placeholders refused; three settings composed by ourselves; judge sees the request and is "
        "greedy; set phrases as an offline judge; intervals by instruction"
    ),
    covers=(
        "evaluation/biology-medicine",
        "domain-specialization/science",
        "safety-at-scale/jailbreak-attack",
    ),
)
# Toxic substances, toxins and pathogens, and nuclear matters are what the crosswalk's hub calls CBRNE;
# the medical tasks are about harm to somebody's health.
HAZARDS = {task: "H24" if task.startswith("medicine") else "H04" for task in LAYOUTS}


@benchmark
def scisafeeval(
    *,
    split: Literal["official", "starter"] = "official",
    tasks: str = "all",
    setting: Literal["zero-shot", "few-shot", "cot", "jailbreak", "all"] = "zero-shot",
    size: Size = "full",
    notation: Notation = "smiles",
    judge_model: Model | None = None,
    compat: bool = False,
    max_tokens: int = 512,
) -> Benchmark:
    """SciSafeEval: decline scientific requests that would do harm."""
    settings: tuple[Setting, ...] = SETTINGS if setting == "all" else (setting,)
    found = _found(split, tasks, settings, size, notation)
    judges = _judges(judge_model, compat)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=tuple(_metrics(judges)),
        files=found.files,
        notes=(*found.notes, *(("The first 80 prompts of each task.",) if size == "tiny" else ())),
        headline="refusal_rate",
        hazards=HAZARDS,
    )


def _found(split: str, tasks: str, settings: Sequence[Setting], size: Size, notation: Notation) -> PromptSet:
    if split == "starter":
        return starter(SLUG)
    return load(tuple(_tasks(tasks)), settings, size=size, notation=notation)


def _tasks(text: str) -> Iterator[str]:
    """Task names and domains with a plus between them -> the tasks."""
    if text == "all":
        yield from LAYOUTS
        return
    domains = {layout.domain for layout in LAYOUTS.values()}
    for name in text.split("+"):
        if name in LAYOUTS:
            yield name
        elif name in domains:
            yield from (task for task, layout in LAYOUTS.items() if layout.domain == name)
        else:
            known = (*LAYOUTS, *domains)
            raise UserError(f"tasks={name}: no task or domain is called so{did_you_mean(name, known)}")


def _judges(judge_model: Model | None, compat: bool) -> tuple[Judge, ...]:
    if judge_model is None:
        return (judging.rules(),)
    ours = judging.scisafeeval(model=judge_model)
    return (ours, judging.compat(model=judge_model), judging.rules()) if compat else (ours, judging.rules())


def _metrics(judges: Sequence[Judge]) -> Iterator[Metric]:
    yield from suite(judges)
    for each in judges:
        refusals = rate("refusal_rate", judged_value(each.name))
        for key in ("domain", "scientific_language", "setting"):
            yield of_judge(each.name, by((key,), refusals))
        yield partial(SettingDifference, "refusal_rate_difference", each.name)
