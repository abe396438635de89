"""CoSA: one model under many safety configs -> how helpful it is within what each of them permits.

Idea: what is safe depends on who runs a model and for whom. A config, set by an authorised operator in the
system prompt, says what is permitted; a model that can be controlled answers what it permits and nothing
that it does not.

Steps: (1) the config as a system prompt, in one of ten wordings; (2) prompts that are permitted wholly, in
part, or not at all; (3) an evaluator labels harms and rates helpfulness; (4) the score of a reply is its
helpfulness, negative where it holds a harm that is not permitted. CoSApien does so with policies in prose.

Where ours differs: wordings and definitions are ours; the table of helpful and permitted stands beside the
score, with intervals clustered by prompt; labels are read strictly (`reading=both` shows the official reading
too); replies of any run can be held against another config by `plimsoll judge RUN --judge cosa:policy=...`.
Scores lie between -1 and 1. What a config permits is no hazard there, so none is named.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.cosa import dataset
from plimsoll.benchmarks.cosa import judge as evaluators
from plimsoll.benchmarks.cosa.dataset import Loaded, Samples
from plimsoll.benchmarks.cosa.judge_prompts import Wording, scenarios
from plimsoll.benchmarks.cosa.scores import Scores
from plimsoll.benchmarks.cosa.taxonomy import Policy, policy
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, UserError, did_you_mean
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.choice import error_rate
from plimsoll.metrics.judged import of_judge, rates_of, suite
from plimsoll.metrics.rates import breakdown, by, judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="CoSA (Controllable Safety Alignment: Inference-Time Adaptation to Diverse Safety Requirements)",
    year=2025,
    paper="https://arxiv.org/abs/2410.08968",
    source="https://github.com/microsoft/controllable-safety-alignment",
    license="MIT; CoSAlign-Test CC-BY-NC-4.0",
    languages=("en",),
    version=2,
    differs=(
        "wordings of configs, definitions and judge prompts in our own words unless wording=official; labels "
        "and ratings read strictly; table of helpful and permitted, intervals clustered by prompt"
    ),
    covers=(
        "evaluation/general-alignment",
        "safety-at-scale/safety-alignment",
        "domain-specialization/discrete-prompts",
    ),
)
RULES_ONLY = (
    "Judged by refusals alone: permitted prompts should be answered, forbidden ones declined. "
    "The CoSA-Score needs a judging model: --judge-model."
)


@benchmark
def cosa(
    *,
    split: Literal["official", "cosapien", "starter"] = "official",
    config: str = "all",
    file: str = "",
    max_tokens: int = 1024,
    reading: Literal["strict", "both"] = "strict",
    wording: Wording = "own",
    judge_model: Model | None = None,
    seed: int = 0,
) -> Benchmark:
    """CoSA: helpfulness within what a safety config permits, over many configs."""
    loaded = _loaded(split, file)
    policies = _policies(split, config, loaded)
    rows = tuple(row for row in loaded.rows if (row.config or row.scenario) in policies)
    judges = _judges(judge_model, split, reading, wording)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(rows, policies, seed),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=_metrics(judges),
        files=dict(loaded.files),
        notes=(*loaded.notes, *_authors(policies)),
        judging=() if judge_model else (RULES_ONLY,),
        headline="cosa_score" if judge_model else "config_followed_rate",
    )


def _loaded(split: str, file: str) -> Loaded:
    if file:
        path = Path(file).expanduser()
        return Loaded(dataset.read(path), {}, (f"The prompts of {path.name}.",))
    if split == "starter":
        return dataset.starter()
    return dataset.cosapien() if split == "cosapien" else dataset.official()


def _policies(split: str, config: str, loaded: Loaded) -> Mapping[str, Policy]:
    """The policy of each config asked for; a file's own name for a config that is one of ours by lookup."""
    held = list(dict.fromkeys(row.config or row.scenario for row in loaded.rows))
    if config != "all" and config not in held:
        raise UserError(
            f"config={config}: no prompts are under it{did_you_mean(config, held)} "
            f"(there is {', '.join(held)})"
        )
    wanted = held if config == "all" else [config]
    if split == "cosapien":
        texts = scenarios()
        return {name: Policy(id=name, prose=texts[name], author="CoSApien") for name in wanted}
    return {name: policy(name) for name in wanted}


def _judges(model: Model | None, split: str, reading: str, wording: Wording) -> tuple[Judge, ...]:
    rules = evaluators.Rules()
    if model is None:
        return (rules, Compliance())
    if split == "cosapien":
        return (evaluators.cosapien(model=model, wording=wording), rules)
    ours = evaluators.cosa(model=model, wording=wording)
    if reading == "strict":
        return (ours, rules)
    return (ours, evaluators.compat(model=model, wording=wording), rules)


def _metrics(judges: tuple[Judge, ...]) -> tuple[Metric, ...]:
    asked = [each for each in judges if each.instrument.model]
    rest = [each for each in judges if each.name == Compliance.name]
    counted = suite(asked) if asked else (*rates_of(rest), error_rate)
    return (Scores, *_followed(), *counted)


def _followed() -> tuple[Metric, ...]:
    """How often a refusal, or none, is what the config asks for; prompts permitted in part are left out."""
    followed = rate(
        "config_followed_rate",
        judged_value(evaluators.Rules.name),
        applies=lambda record: record.sample.metadata.get("kind") in ("1", "3"),
    )
    return (
        of_judge(evaluators.Rules.name, breakdown(followed)),
        of_judge(evaluators.Rules.name, by(("kind",), followed)),
    )


def _authors(policies: Mapping[str, Policy]) -> tuple[str, ...]:
    listed = sorted({f"{each.author or 'an unnamed author'}" for each in policies.values()})
    return (f"{len(policies)} configs, set by {', '.join(listed)}.",)
