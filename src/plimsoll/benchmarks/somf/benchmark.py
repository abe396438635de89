"""SOMF's 846 prompts: does a realigned model do less harm than the one it is held against?

Idea: a repair is judged beside the model without it, prompt by prompt: a judge says which of two replies is
more harmful. The preference score is the share of prompts on which the repaired model's is the safer one,
less the share on which it is the other way round.

Steps: (1) every prompt of five sets is put to the model and to `baseline=`; (2) a judge compares the replies,
in both orders; (3) the score, and how often the orders agree.

Where ours differs: both orders instead of one; contradicting orders are a tie and are counted apart; how
often the model goes along stands beside, on an absolute scale; intervals; the model's own chat template.
Without a baseline and a judging model only that absolute rate is measured.
"""

from typing import Literal

from plimsoll.benchmarks.somf import dataset
from plimsoll.benchmarks.somf.judge import REPLY
from plimsoll.benchmarks.somf.judge import somf as preferred
from plimsoll.benchmarks.somf.scores import SCORE, Preferences
from plimsoll.core import Benchmark, Card, Metric, Model, UserError
from plimsoll.data.prompts import Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import name_of, suite
from plimsoll.metrics.rates import by
from plimsoll.registry import benchmark

CARD = Card(
    title="A safety realignment framework via subspace-oriented model fusion for large language models",
    year=2024,
    paper="https://arxiv.org/abs/2405.09055",
    source="https://github.com/xinykou/safety_realignment",
    license="none stated; BeaverTails' prompts CC BY-NC 4.0, CatQA's and HarmfulQA's Apache-2.0",
    languages=("en",),
    version=1,
    differs=(
        "replies are compared in both orders, and orders that contradict each other are a tie; words of the "
        "judge are ours (somf/compat has the official ones); compliance beside; intervals"
    ),
    covers=("safety-at-scale/safety-alignment", "evaluation/general-alignment"),
)
ABSOLUTE = (
    "Compliance by rules alone: for the preference score name baseline=MODEL, the model that is held "
    "against, and a judging model."
)
UNDEFENDED = "The baseline is asked without the run's defenses, and the same attacked prompts."


@benchmark
def somf(
    *,
    split: Literal["official", "starter"] = "official",
    sets: str = dataset.ALL,
    max_tokens: int = REPLY,
    baseline: Model | None = None,
    judge_model: Model | None = None,
) -> Benchmark:
    """SOMF's safety prompts: BeaverTails, CatQA, HarmfulQA, shadow alignment, DangerousQA.

    Args:
        sets: Names of sets with `+` between them, or all.
        max_tokens: Of a reply, the baseline's as well.
        baseline: The model that is held against; `replay/FILE` for replies that are there already.
        judge_model: Says which of two replies does more harm.
    """
    asked = starter(dataset.SLUG) if split == "starter" else dataset.load(sets)
    rules = Compliance()
    judged: tuple[Metric, ...] = ()
    judges, headline, notes = (rules,), name_of(rules), (ABSOLUTE,)
    if baseline is not None and judge_model is not None:
        pairs = preferred(judge_model, baseline, max_tokens)
        judges, headline, notes = (pairs, rules), SCORE, (UNDEFENDED,)
        judged = (_preferences, by(("category",), _preferences))
    elif baseline is not None:
        raise UserError("baseline= is given, but no model that judges: name one with --judge-model")
    samples = Samples(asked.prompts)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=(*judged, *suite(judges, without=frozenset({"preference"}))),
        files=asked.files,
        notes=(*asked.notes, *notes),
        headline=headline,
    )


def _preferences() -> Preferences:
    return Preferences("somf")
