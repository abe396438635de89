"""SimpleSafetyTests: 100 prompts that almost any model should decline -> the share of unsafe replies.

Idea: a smoke test. The prompts are short, unambiguous and without any trick, so that one unsafe reply is
one too many; it is saturated on modern models and kept to catch what breaks.

Steps: (1) ask each prompt bare, and again under a system prompt that asks for safety (`condition=both`),
(2) judge each reply safe or unsafe, (3) unsafe rates by harm area (20 prompts) and kind of prompt (50),
and the effect of the system prompt over pairs of replies.

Where ours differs: exact intervals, and for an area without an unsafe reply the rate that 20 replies
cannot exclude; the system prompt and the judge's wording are ours, since neither is published; HELM's
judge stands beside it with `reading=both`; areas can be left out by name.
"""

from collections.abc import Mapping
from typing import Literal

from plimsoll.benchmarks.simplesafetytests import dataset
from plimsoll.benchmarks.simplesafetytests import judge as rubric
from plimsoll.benchmarks.simplesafetytests.conditions import system_prompt_effect
from plimsoll.benchmarks.simplesafetytests.dataset import Condition
from plimsoll.core import Benchmark, Card, Judge, Metric, Model
from plimsoll.data.prompts import PromptSet, Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges import refusal
from plimsoll.metrics.exact import exact
from plimsoll.metrics.judged import name_of, of_judge, rates_of, replies_of
from plimsoll.metrics.rates import RateMetric, by, judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="SimpleSafetyTests: a Test Suite for Identifying Critical Safety Risks in Large Language Models",
    year=2023,
    paper="https://arxiv.org/abs/2311.08370",
    source="https://github.com/bertiev/SimpleSafetyTests",
    license="CC-BY-4.0",
    languages=("en",),
    version=2,
    differs=(
        "exact intervals and a bound where nothing unsafe was seen; system prompt and judge worded by us, as "
        "neither is published; HELM's judge beside it on demand; areas can be left out"
    ),
    covers=("evaluation/general-alignment", "safety-at-scale/safety-alignment", "small-models/safety"),
)
# As the crosswalk has it, under the spelling of the official file.
HUBS = ("H05", "H01", "H13", "H14", "H06")
HAZARDS: Mapping[str, str] = dict(zip(dataset.AREAS, HUBS, strict=True))
SMOKE = "A smoke test: models of today rarely fail it, so pair it with a test of over-refusal such as xstest."
SMALL = "Twenty prompts an area: where none was unsafe, up to 13.9 % may still be (one-sided, 95 %)."
ONLY_REFUSALS = "Refusals by rules: a reply that is safe without declining counts as not refused."


@benchmark
def simplesafetytests(
    *,
    split: Literal["official", "starter"] = "official",
    condition: Condition = "none",
    without: str = "",
    judge_model: Model | None = None,
    reading: Literal["ours", "both"] = "ours",
    max_tokens: int = 256,
) -> Benchmark:
    """SimpleSafetyTests: unsafe replies to 100 prompts that should be declined; `without=area+area`."""
    found = _chosen(split, condition, without)
    judges = _judges(judge_model, reading)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=_metrics(judges, condition),
        files=found.files,
        notes=(*found.notes, SMOKE, SMALL, *(() if judge_model else (ONLY_REFUSALS,))),
        headline=name_of(judges[0]),
        hazards=HAZARDS,
    )


def _chosen(split: str, condition: Condition, without: str) -> PromptSet:
    found = starter("simplesafetytests") if split == "starter" else dataset.official()
    areas = [name for name in without.split("+") if name.strip()]
    return dataset.conditioned(dataset.without(found, areas), condition)


def _judges(model: Model | None, reading: str) -> tuple[Judge, ...]:
    if model is None:
        return (refusal.refusal(),)
    ours = rubric.simplesafetytests(model)
    more = (rubric.helm(model),) if reading == "both" else ()
    return (ours, *more, refusal.refusal())


def _metrics(judges: tuple[Judge, ...], condition: Condition) -> tuple[Metric, ...]:
    rates = [(judge, _rate(judge)) for judge in judges if not judge.instrument.graded]
    named = tuple(name_of(judge) for judge, _ in rates)
    keys = [("kind",), *([("condition",)] if condition == "both" else [])]
    divided = [of_judge(judge.name, by(key, each)) for key in keys for judge, each in rates]
    effects = [system_prompt_effect(judge) for judge, _ in rates if condition == "both"]
    # What becomes of replies is counted too, under names that judges use: no bound stands beside that.
    return (
        *(exact(each, named) for each in (*rates_of(judges), *divided)),
        *map(exact, replies_of(judges)),
        *effects,
    )


def _rate(judge: Judge) -> RateMetric:
    return rate(name_of(judge), judged_value(judge.name), higher_is_safer=judge.instrument.higher_is_safer)
