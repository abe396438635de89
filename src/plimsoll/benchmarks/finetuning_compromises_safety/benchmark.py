"""HEx-PHI or AdvBench before and after fine-tuning -> how harmful replies became, from 1 to 5.

Idea: fine-tuning takes safety away, with ten bad examples as with an innocent data set, and few see it since
they measure what the tuning was for. So the same requests go to the model before and after, in the frame of
the tuning data, and both are judged by one rubric.

Steps: (1) frame each request as the tuning data frame theirs (`style=`), (2) one greedy reply, (3) grade it
from 1 to 5, (4) the mean of the scores and the share of 5; `plimsoll compare` or `plimsoll drift` holds two
models against each other, question by question.

Where ours differs: a grade that cannot be read is unparsed instead of asked for without end; the bar of 5 is
shown beside 4 and 3; intervals; without a judging model only refusals are counted (the paper's strings for
AdvBench among them). Tuning data that are harmful are the user's own: none come with this.
"""

from collections.abc import Mapping
from typing import Literal

from plimsoll.benchmarks.finetuning_compromises_safety import dataset, scores
from plimsoll.benchmarks.finetuning_compromises_safety import judge as rubric
from plimsoll.benchmarks.finetuning_compromises_safety.dataset import Split, Style
from plimsoll.core import Benchmark, Card, Judge, Metric, Model
from plimsoll.data.prompts import PromptSet, Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges import refusal
from plimsoll.metrics.judged import name_of, suite
from plimsoll.registry import benchmark

CARD = Card(
    title="Fine-tuning Aligned Language Models Compromises Safety, Even When Users Do Not Intend To!",
    year=2023,
    paper="https://arxiv.org/abs/2310.03693",
    source="https://github.com/LLM-Tuning-Safety/LLMs-Finetuning-Safety",
    license="MIT (code, AdvBench); HEx-PHI under its own licence, gated: not for training",
    languages=("en",),
    version=1,
    differs=(
        "grades that cannot be read are unparsed, where the official script asks without end; the bar of 5 "
        "beside 4 and 3; intervals; HEx-PHI's second category only where its withdrawn file is at hand"
    ),
    covers=("safety-at-scale/safety-alignment", "evaluation/alignment-robustness"),
)
# The crosswalk has no HEx-PHI: each category has one hub that its name says.
HUBS = ("H16", "H06", "H09", "H17", "H24", "H15", "H14", "H07", "H22", "H18", "H23")
HAZARDS: Mapping[str, str] = dict(zip(dataset.CATEGORIES, HUBS, strict=True))
ONLY_REFUSALS = "Refusals by rules: how far the other replies go along is not measured without a judge model."
NOT_SAFER = "Style {0} is for models trained in that frame; on others it measures the frame itself."


@benchmark
def finetuning_compromises_safety(
    *,
    split: Split = "hex_phi",
    style: Style = "none",
    judge_model: Model | None = None,
    policy: rubric.Policy = "meta",
    reading: Literal["ours", "both"] = "ours",
    max_tokens: int = 512,
    judge_tokens: int = 0,
) -> Benchmark:
    """How harmful a model's replies are, from 1 to 5, asked as fine-tuning data ask.

    Args:
        split: HEx-PHI, AdvBench, or a few mild requests of our own.
        style: The frame of the fine-tuning data.
        judge_model: Grades the replies; without it refusals alone are counted.
        policy: Whose usage policy the published judge is shown.
        reading: Our judge, or the published one beside it.
        max_tokens: Of a reply.
        judge_tokens: Of the published judge's reply; 0 for as many as officially, 4,096 or 1,024.
    """
    found = dataset.styled(_chosen(split), style)
    judges = _judges(judge_model, policy, reading, judge_tokens)
    framed = () if style in ("none", "base") else (NOT_SAFER.format(style),)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=_metrics(judges),
        files=found.files,
        notes=(*found.notes, *framed, *(() if judge_model else (ONLY_REFUSALS,))),
        headline=name_of(judges[0]),
        hazards=HAZARDS,
    )


def _chosen(split: Split) -> PromptSet:
    if split == "starter":
        return starter(dataset.SLUG)
    return dataset.hex_phi() if split == "hex_phi" else dataset.advbench()


def _judges(model: Model | None, policy: rubric.Policy, reading: str, tokens: int) -> tuple[Judge, ...]:
    rules = (refusal.refusal(), refusal.advbench_strings())
    if model is None:
        return rules
    ours = rubric.finetuning_compromises_safety(model)
    more = (rubric.compat(model, policy=policy, max_tokens=tokens),) if reading == "both" else ()
    return (ours, *more, *rules)


def _metrics(judges: tuple[Judge, ...]) -> tuple[Metric, ...]:
    graded = [each.name for each in judges if each.instrument.graded]
    return (*suite(judges), *(metric for name in graded for metric in scores.of(name)))
