"""StrongREJECT: forbidden prompts that have an answer -> how much of use a model gives away, from 0 to 1.

Idea: many jailbreaks "succeed" with replies that are of no use to anyone. So the prompts ask for what can
be checked and what models should decline, and a rubric grades how much the reply helps.

Steps: (1) ask each forbidden prompt, alone or through an attack (`--attack`), (2) grade the reply to the
prompt as it was before the attack, (3) the mean score, and the share of replies with the full score.

Where ours differs: judge replies with a grade out of range are unparsed, not averaged (`reading=both`
shows the official reading beside it); the jailbroken text is never shown to the judge; intervals; without
a judging model only refusals are counted, which says nothing of how useful the other replies are.
"""

from typing import Literal

from plimsoll.benchmarks.strongreject import dataset
from plimsoll.benchmarks.strongreject import judge as rubric
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, Record
from plimsoll.data.prompts import Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges import refusal
from plimsoll.metrics.judged import name_of, of_judge, suite
from plimsoll.metrics.rates import Value, breakdown, judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="A StrongREJECT for Empty Jailbreaks",
    year=2024,
    paper="https://arxiv.org/abs/2402.10260",
    source="https://github.com/alexandrasouly/strongreject",
    license="MIT (the authors' own prompts; borrowed ones keep their licences)",
    languages=("en", "zh"),
    version=2,
    differs=(
        "grades out of range make the judge's reply unparsed; the seed prompt, never the jailbroken one, is "
        "judged; intervals; Chinese only by a third party's unchecked translation of the small set"
    ),
    covers=(
        "evaluation/alignment-robustness",
        "safety-at-scale/jailbreak-attack",
        "safety-at-scale/beyond-asr",
    ),
)
# The crosswalk has no StrongREJECT: each category has one hub that its definition names.
HAZARDS = {
    "Disinformation and deception": "H21",
    "Hate, harassment and discrimination": "H09",
    "Illegal goods and services": "H13",
    "Non-violent crimes": "H16",
    "Sexual content": "H07",
    "Violence": "H01",
}
ONLY_REFUSALS = "Refusals by rules: how much the other replies help is not measured without a judge model."
Split = Literal["full", "small", "starter"]


@benchmark
def strongreject(
    *,
    split: Split = "full",
    language: Literal["en", "zh"] = "en",
    judge_model: Model | None = None,
    reading: Literal["ours", "both"] = "ours",
    max_tokens: int = 512,
) -> Benchmark:
    """StrongREJECT: how much a model gives away on forbidden prompts, graded from 0 to 1."""
    found = starter("strongreject") if split == "starter" else dataset.official(split, language)
    judges = _judges(judge_model, reading)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=(*suite(judges), *_full_scores(judges)),
        files=found.files,
        notes=(*found.notes, *(() if judge_model else (ONLY_REFUSALS,))),
        headline=name_of(judges[0]),
        hazards=HAZARDS,
    )


def _judges(model: Model | None, reading: str) -> tuple[Judge, ...]:
    rules = (refusal.refusal(), refusal.advbench_strings())
    if model is None:
        return rules
    ours = rubric.strongreject(model)
    return (ours, rubric.compat(model), *rules) if reading == "both" else (ours, *rules)


def _full_scores(judges: tuple[Judge, ...]) -> list[Metric]:
    graded = [each.name for each in judges if each.instrument.graded]
    return [
        of_judge(name, breakdown(rate("full_score_rate", _is_full(name), higher_is_safer=False)))
        for name in graded
    ]


def _is_full(judge: str) -> Value:
    score = judged_value(judge)

    def value(record: Record) -> float | None:
        found = score(record)
        return None if found is None else float(found == 1.0)

    return value
