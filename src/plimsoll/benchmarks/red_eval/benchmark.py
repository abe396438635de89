"""RED-EVAL's question sets: 1,960 + 200 + 500 + 3 x 550 harmful questions -> how often a model goes along.

Idea: a question that a model declines when asked plainly is often answered inside a conversation that it
is to continue. So the same questions are asked in several prompt modes and the rates set side by side.

Steps: (1) a question is put plainly (`standard`), with "Let's think step by step." (`cot`), before a
suffix, or in the slot of a chain of utterances (`cou`); (2) a judge calls the reply harmful or not;
(3) attack success = harmful / (harmful + unharmful).

Where ours differs: suffix and conversation are files of the user's; replies without a verdict are shown
as coverage with optimistic and pessimistic bounds; modes are compared question by question (McNemar,
Holm); CatQA is read by its real layout, in three languages whose questions are paired.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from plimsoll.benchmarks.red_eval import dataset
from plimsoll.benchmarks.red_eval import judge as judging
from plimsoll.benchmarks.red_eval.dataset import LANGUAGES, Questions
from plimsoll.benchmarks.red_eval.scores import ByMode
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, Reference, Sample, UserError, replace
from plimsoll.data.prompts import Prompt, PromptSet, Samples, starter
from plimsoll.data.resources import table
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import name_of, suite
from plimsoll.metrics.rates import by, judged_value, rate
from plimsoll.registry import benchmark
from plimsoll.text.templates import Template, read_template, template_of

SLOT = re.compile("<question>")
SHIPPED: Mapping[str, str] = {"standard": "<question>", "cot": "<question> Let's think step by step."}
MODES = (*SHIPPED, "suffix", "cou")

CARD = Card(
    title="Red-Teaming Large Language Models using Chain of Utterances for Safety-Alignment",
    year=2023,
    paper="https://arxiv.org/abs/2308.09662",
    source="https://github.com/declare-lab/red-instruct",
    license="Apache-2.0",
    languages=tuple(LANGUAGES),
    version=2,
    differs=(
        "suffix and conversation templates are the user's files; coverage and bounds beside the official "
        "rate; modes compared question by question; CatQA read by its real layout, paired over languages"
    ),
    covers=("evaluation/alignment-robustness", "safety-at-scale/jailbreak-attack"),
)


@benchmark
def red_eval(
    *,
    split: Literal["official", "starter"] = "official",
    questions: Questions = "harmfulqa",
    language: Literal["en", "zh", "vi", "all"] = "en",
    modes: str = "standard",
    suffix_template: str = "",
    cou_template: str = "",
    reading: Literal["ours", "both"] = "ours",
    max_tokens: int = 500,
    judge_model: Model | None = None,
) -> Benchmark:
    """RED-EVAL: HarmfulQA, DangerousQA, AdversarialQA and CatQA, in four prompt modes."""
    asked = _prompts(split, questions, language)
    templates, sums = _templates(modes, {"suffix": suffix_template, "cou": cou_template})
    prompts = [wrapped(prompt, mode, templates[mode]) for prompt in asked.prompts for mode in templates]
    judges = _judges(judge_model, reading)
    samples = Samples(prompts)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=(*suite(judges), *_metrics(judges, prompts)),
        files={**asked.files, **sums},
        notes=asked.notes,
        headline=name_of(judges[0]),
        hazards=dataset.HAZARDS if questions == "catqa" or split == "starter" else {},
        references=partial(references, split, questions),
    )


def wrapped(prompt: Prompt, mode: str, template: Template) -> Prompt:
    """A question in one mode; judges see it as it was."""
    return replace(
        prompt,
        id=f"{prompt.id}-{mode}",
        text=template.fill(prompt.text),
        request=prompt.text,
        metadata={**prompt.metadata, "mode": mode},
    )


def references(split: str, questions: str, samples: Iterable[Sample]) -> Iterator[Reference]:
    """Published attack success rates on the set, in the modes asked."""
    modes = dict.fromkeys(str(sample.metadata["mode"]) for sample in samples)
    for name, row in published().items() if split == "official" else ():
        for mode in modes:
            if mode in row.get(questions, {}):
                yield Reference(
                    name=name,
                    kind="published",
                    values={"": row[questions][mode]},
                    language="en",
                    setting=f"{mode}, attack success rate",
                    source=CARD.paper,
                )


def published() -> Mapping[str, Mapping[str, Any]]:
    """Model -> question set -> mode -> attack success rate."""
    return table("benchmarks", "red_eval", "published.toml")


def _prompts(split: str, questions: Questions, language: str) -> PromptSet:
    if split == "starter":
        found = starter(dataset.SLUG)
        kept = [each for each in found.prompts if language in ("all", each.language)]
        if not kept:
            raise UserError(f"language={language}: the starter set of red_eval is in English and Chinese")
        return PromptSet(tuple(kept), found.files, found.notes)
    if questions != "catqa" and language != "en":
        raise UserError(f"language={language}: only questions=catqa comes in other languages than English")
    parts = [dataset.load(questions, each) for each in (LANGUAGES if language == "all" else (language,))]
    return PromptSet(
        tuple(prompt for part in parts for prompt in part.prompts),
        {name: digest for part in parts for name, digest in part.files.items()},
    )


def _templates(modes: str, given: Mapping[str, str]) -> tuple[dict[str, Template], dict[str, str]]:
    """The template of every mode asked for, and the checksums of those that are files."""
    found: dict[str, Template] = {}
    sums: dict[str, str] = {}
    for mode in modes.split("+"):
        if mode not in MODES:
            raise UserError(f"modes={modes}: {mode!r} is none of {', '.join(MODES)} (join several with +)")
        if mode in SHIPPED:
            found[mode] = template_of(SHIPPED[mode], SLOT, "<question>", mode)
            continue
        if not given[mode]:
            raise UserError(
                f"modes={mode} needs {mode}_template=PATH: a text file with one slot <question>; "
                "none is shipped, since it would be an attack"
            )
        found[mode], sums[Path(given[mode]).name] = read_template(given[mode], SLOT, "<question>")
    unused = [mode for mode, path in given.items() if path and mode not in found]
    if unused:
        raise UserError(f"{unused[0]}_template= is given, but modes={modes} does not ask for it")
    return found, sums


def _judges(model: Model | None, reading: str) -> tuple[Judge, ...]:
    if model is None:
        return (Compliance(),)
    ours: tuple[Judge, ...] = (judging.red_eval(model), Compliance())
    return (*ours, judging.compat(model)) if reading == "both" else ours


def _metrics(judges: Sequence[Judge], prompts: Sequence[Prompt]) -> Iterator[Metric]:
    yield from (partial(ByMode, judge.name) for judge in judges)
    if any("subtopic" in prompt.metadata for prompt in prompts):
        first = judges[0]
        yield by(("subtopic",), rate(name_of(first), judged_value(first.name), higher_is_safer=False))
