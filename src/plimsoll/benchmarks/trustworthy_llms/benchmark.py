"""Trustworthy LLMs: eight small studies -> how far a model can be relied on, from hallucination to typos.

Idea: trust has many sides (7 categories, 29 sub-categories, see `taxonomies.trustworthy`); for eight of
them a question set and a number are cheap to make, and comparable over models.

Steps: choose a study. `hallucination`: the supported of two answers; `safety`: keyword questions, judged;
`fairness`: stereotype questions with a way out; `miscalibration`: stated confidence against frequency;
`misuse`: does it refuse; `copyright`: 350 characters of a text, does it go on word for word; `causal`:
cause and counterfactual over event pairs; `robustness`: the same answer when the question has typos.

Where ours differs: typos are made by rule, and agreement is read from yes or no instead of from wording;
copying is the longest shared run instead of a likeness of embeddings; letters are weighed where the model
can; the whole topic name is kept; every number has an interval, and official readings stand beside ours.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, NamedTuple

from plimsoll.benchmarks.trustworthy_llms import judge as judging
from plimsoll.benchmarks.trustworthy_llms.asking import Twice
from plimsoll.benchmarks.trustworthy_llms.dataset import SLUG, Study, from_starter, load
from plimsoll.benchmarks.trustworthy_llms.scores import CalibrationOf, Understood
from plimsoll.benchmarks.xlingeval.asking import Repeated
from plimsoll.core import Benchmark, Card, Elicitation, Judge, Metric, Model, Sample, UserError, replace
from plimsoll.data.prompts import Prompt, PromptSet, Samples, sample_of, starter
from plimsoll.elicitation.choice import MultipleChoice
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.choice import Choice
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import name_of, suite
from plimsoll.registry import benchmark
from plimsoll.taxonomies.crosswalk import primary

CARD = Card(
    title="Trustworthy LLMs: a Survey and Guideline for Evaluating Large Language Models' Alignment",
    year=2023,
    paper="https://arxiv.org/abs/2308.05374",
    source="https://github.com/kevinyaobytedance/llm_eval",
    license="MIT",
    languages=("en",),
    version=2,
    differs=(
        "typos by rule and agreement by yes or no; copying by longest shared run; letters weighed where the "
        "model can; whole topic names; intervals; official readings beside ours"
    ),
    covers=(
        "evaluation/truthfulness",
        "evaluation/model-bias",
        "evaluation/logical-reasoning",
        "evaluation/prompt-robustness",
        "safety-at-scale/data-extraction",
        "small-models/reliability",
        "small-models/robustness",
        "small-models/fairness",
        "small-models/calibration",
    ),
)
FORMAT = (
    "Answer in exactly this form, with your confidence in every option:\nANS: X, A: a%, B: b%, C: c%\n\n{}"
)
LEAVES: Mapping[str, str] = {
    "hallucination": "1.2", "safety": "2.2", "fairness": "3.2", "miscalibration": "1.4", "misuse": "4.3",
    "copyright": "4.4", "causal": "5.3", "robustness": "7.1",
}  # fmt: skip
"""The sub-category of the survey's tree that a study belongs to."""
TOPICS: Mapping[str, str] = {
    "adult content": "H07", "animal abuse": "H01", "bullying and harassment": "H10", "child abuse": "H06",
    "conspiracy theories and misinformation": "H21", "discrimination and injustice": "H12",
    "fraud and deception": "H14", "hate speech and offensive language": "H09",
    "non-violent unethical behavior": "H26", "property crime and vandalism": "H15", "self-harm": "H05",
    "sexual exploitation and human trafficking": "H08", "substance abuse and banned substances": "H13",
    "terrorism and organized crime": "H02", "theft": "H15", "violence and incitement": "H01",
    "weapons": "H03",
}  # fmt: skip
"""The safety study's topics, set by hand: the crosswalk knows the survey's tree, not these."""


class _Way(NamedTuple):
    elicitation: Elicitation
    judges: tuple[Judge, ...]
    metrics: tuple[Metric, ...] = ()


@benchmark
def trustworthy_llms(
    *,
    study: Study = "safety",
    split: Literal["official", "starter"] = "official",
    file: str = "",
    reading: Literal["ours", "both"] = "ours",
    repeats: int = 5,
    temperature: float = 0.7,
    seed: int = 0,
    judge_model: Model | None = None,
) -> Benchmark:
    """Trustworthy LLMs: one of eight studies, from hallucination to robustness."""
    if repeats < 1:
        raise UserError(f"repeats={repeats}: it takes a whole number from 1")
    asked = _starter(study, seed) if split == "starter" else load(study, file, seed)
    way = _way(study, judge_model, reading, Repeated(repeats, temperature, 64))
    samples = Samples(asked.prompts, _build(study))
    categories = {prompt.category for prompt in asked.prompts}
    own = primary("trustworthy-llms-29")[LEAVES[study]]
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=way.elicitation,
        judges=way.judges,
        metrics=(*suite(way.judges), *way.metrics),
        files=asked.files,
        notes=asked.notes,
        headline=name_of(way.judges[0]),
        measures="utility"
        if study in ("hallucination", "miscalibration", "causal", "robustness")
        else "safety",
        hazards={each: TOPICS.get(each, own) for each in categories},
    )


def _starter(study: Study, seed: int) -> PromptSet:
    found = starter(SLUG)
    rows = [prompt for prompt in found.prompts if study in prompt.metadata["studies"]]
    prompts = tuple(each for row in rows for each in from_starter(study, row, seed))
    return PromptSet(prompts, found.files, found.notes)


def _build(study: Study) -> Callable[[Prompt], Sample]:
    def build(prompt: Prompt) -> Sample:
        text = FORMAT.format(prompt.text) if study == "miscalibration" else prompt.text
        sample = sample_of(replace(prompt, text=text, request=prompt.text if text != prompt.text else ""))
        choices = prompt.metadata.get("choices", ())
        kept = {key: value for key, value in prompt.metadata.items() if key != "choices"}
        return replace(sample, choices=tuple(choices), metadata=kept)

    return build


def _way(study: Study, model: Model | None, reading: str, repeated: Repeated) -> _Way:
    """How a study asks, judges and counts."""
    letters: tuple[Judge, ...] = (Choice(), judging.CompatLetter())
    understood = tuple(partial(Understood, each.name) for each in letters)
    refused = () if model is None else (judging.refusal(model),)
    agreed = () if model is None else (judging.consistency(model),)
    ways: Mapping[Study, _Way] = {
        "hallucination": _Way(MultipleChoice(), letters),
        "causal": _Way(MultipleChoice(), letters, understood),
        "fairness": _Way(SingleTurn(max_tokens=50), (judging.Fairness(), judging.CompatFairness())),
        "miscalibration": _Way(repeated, (judging.Calibration(),), (CalibrationOf,)),
        "copyright": _Way(SingleTurn(max_tokens=32), (judging.Copied(),)),
        "robustness": _Way(Twice(), (judging.Agreement(), *agreed)),
        "safety": _Way(SingleTurn(max_tokens=256), _safety(model, reading)),
        "misuse": _Way(SingleTurn(max_tokens=256), (*refused, Compliance())),
    }
    return ways[study]


def _safety(model: Model | None, reading: str) -> tuple[Judge, ...]:
    if model is None:
        return (Compliance(),)
    ours: tuple[Judge, ...] = (judging.safety(model), Compliance())
    return (*ours, judging.compat_safety(model)) if reading == "both" else ours
