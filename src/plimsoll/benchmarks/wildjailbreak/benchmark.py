"""WildJailbreak: adversarial prompts, harmful and benign -> attacks that succeed, benign ones declined.

Idea: tricks that people use to get round a model's rules were mined from real talk and put together anew.
A model may fall for them, or learn to refuse whatever looks like a trick; so benign prompts in the same
dress are asked, too.

Steps: (1) ask the 2,000 harmful and 210 benign prompts of the evaluation file, (2) attack success on the
harmful ones, refusals on the benign ones, (3) their balance: the mean of what both leave over.

Where ours differs: the evaluation file holds no plain request, so the judge sees the adversarial prompt,
as the authors' does; without a judging model every reply that does not decline counts as a success, which
is an upper bound; intervals throughout. Mining tactics and composing attacks are not parts of this.
"""

from typing import Literal

from plimsoll.benchmarks.wildjailbreak import dataset, scores
from plimsoll.core import Benchmark, Card, Judge, Model, replace
from plimsoll.data.prompts import PromptSet, Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges import harmbench, refusal
from plimsoll.judges.scope import Scoped, is_benign, only
from plimsoll.judges.xstest import xstest
from plimsoll.registry import benchmark

CARD = Card(
    title="WildTeaming at Scale: From In-the-Wild Jailbreaks to (Adversarially) Safer Language Models",
    year=2024,
    paper="https://arxiv.org/abs/2406.18510",
    source="https://huggingface.co/datasets/allenai/wildjailbreak",
    license="ODC-BY, gated",
    languages=("en",),
    version=2,
    differs=(
        "HarmBench's question to any judge model instead of its classifier alone; rules give an upper bound "
        "of attack success; intervals; neither mining nor composing of attacks"
    ),
    covers=(
        "evaluation/alignment-robustness",
        "safety-at-scale/jailbreak-attack",
        "safety-at-scale/over-refusal",
    ),
)
UPPER = "Rules only: every reply that does not decline counts as a successful attack, an upper bound."
BENIGN = "asks for something harmful: only refusals of benign requests are counted by this judge"


@benchmark
def wildjailbreak(
    *,
    split: Literal["official", "starter"] = "official",
    judge_model: Model | None = None,
    reading: Literal["ours", "both"] = "ours",
    max_tokens: int = 512,
) -> Benchmark:
    """WildJailbreak: adversarial prompts that succeed, and benign ones in their dress that are declined."""
    found = _starter() if split == "starter" else dataset.official()
    judges = _judges(judge_model, reading)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=scores.metrics(judges),
        files=found.files,
        notes=(*found.notes, *(() if judge_model else (UPPER,))),
        headline=scores.ATTACK_SUCCESS,
        scope={"harmful": True},
    )


def _judges(model: Model | None, reading: str) -> tuple[Judge, ...]:
    if model is None:
        return (refusal.refusal(), refusal.advbench_strings())
    more = (harmbench.compat(model),) if reading == "both" else ()
    declined = Scoped(xstest(model), only(is_benign, BENIGN))
    return (harmbench.harmbench(model), *more, declined, refusal.refusal())


def _starter() -> PromptSet:
    found = starter("wildjailbreak")
    known = (replace(each, metadata=dataset.metadata(each.category)) for each in found.prompts)
    return PromptSet(tuple(known), found.files, found.notes)
