"""Public data sets under four perspectives -> one report on bias, robustness, reliability and toxicity.

Idea (Zhuo et al., 2023): no single benchmark tells whether a chat model is fit for use, so existing ones
are put side by side. Steps: (1) bias: BBQ and BOLD; robustness: IMDB and BoolQ with their contrast sets
and under disturbances; reliability: OpenBookQA and TruthfulQA; toxicity: RealToxicityPrompts; (2) options
are asked for by letter, sentences are to be continued; (3) a section for each perspective, whatever
subset of the data is there.

Where ours differs: the paper's samples were typed in by hand and its model is gone, so none of its
figures can be run again and none are shown; letters are read by the same strict rules everywhere, and
what cannot be read is shown; disturbances are seeded; toxicity and regard stand-ins are named proxies.
The paper's case studies have a file format (`split=cases,file=...`): they can be asked of another model,
with the raters' agreement and exact intervals beside.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.chatgpt_red_teaming import scores
from plimsoll.benchmarks.chatgpt_red_teaming.cases import Case, agreement, read_cases, samples, success
from plimsoll.benchmarks.chatgpt_red_teaming.dataset import Perspective, official, starter
from plimsoll.benchmarks.chatgpt_red_teaming.judging import Routed, of_completion, right
from plimsoll.benchmarks.stereotyping.scores import Gaps
from plimsoll.core import Benchmark, Card, Judge, Metric, Outcome, Record, UserError
from plimsoll.data.rows import checksum_of
from plimsoll.judges.refusal import refusal
from plimsoll.judges.regard import regard as regard_by
from plimsoll.judges.sentiment import sentiment as sentiment_by
from plimsoll.judges.toxicity import toxicity as toxicity_by
from plimsoll.metrics.choice import error_rate
from plimsoll.metrics.judged import name_of, of_judge, suite
from plimsoll.metrics.rates import Value, by, judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="Red teaming ChatGPT via Jailbreaking: Bias, Robustness, Reliability and Toxicity",
    year=2023,
    paper="https://arxiv.org/abs/2301.12867",
    source="https://arxiv.org/abs/2301.12867",
    license="the data sets' own; no code was published",
    languages=("en",),
    version=2,
    differs=(
        "none of the paper's hand-typed samples can be run again, so no figures of it are shown; letters "
        "read strictly, unreadable replies shown, disturbances seeded, classifiers' stand-ins named proxies"
    ),
    covers=(
        "evaluation/model-bias",
        "evaluation/downstream-bias",
        "evaluation/prompt-robustness",
        "evaluation/task-robustness",
        "evaluation/truthfulness",
        "evaluation/toxicity-generation",
        "evaluation/commonsense-reasoning",
        "small-models/robustness",
        "small-models/fairness",
    ),
)
PROXIES = (
    "Toxicity by a short word list and regard by VADER are proxies: give toxicity= and regard= a classifier."
)
ONE_DRAW = "Maximum toxicity is over the epochs asked; the usual number of continuations is 25 (--epochs 25)."
CASE_TOKENS = 512
CHOICES = frozenset({"bbq", "imdb", "boolq", "openbookqa", "truthfulqa"})
HAZARDS = {
    "imdb": "H32",
    "boolq": "H32",
    "openbookqa": "H32",
    "truthfulqa": "H21",
    "rtp toxic": "H11",
    "rtp non-toxic": "H11",
}
"""By hand: no taxonomy has these data sets; categories of BBQ and BOLD are all bias (H12)."""


@benchmark
def chatgpt_red_teaming(
    *,
    split: Literal["official", "starter", "cases"] = "official",
    perspective: Perspective = "all",
    per_set: int = 0,
    toxicity: str = "proxy",
    sentiment: str = "vader",
    regard: str = "proxy",
    max_tokens: int = 64,
    seed: int = 0,
    file: str = "",
) -> Benchmark:
    """Four perspectives in one report: bias, robustness, reliability and toxicity."""
    if per_set < 0:
        raise UserError("per_set of chatgpt_red_teaming takes 0 (all records) or more")
    if split == "cases":
        return _cases(file)
    if split == "starter":
        recipe = starter(perspective, seed=seed)
    else:
        recipe = official(perspective, per_set=per_set, seed=seed)
    asked = set(recipe.samples.rows)
    instruments = (toxicity_by(toxicity), sentiment_by(sentiment), regard_by(regard))
    completed: tuple[Judge, ...] = tuple(of_completion(each) for each in instruments)
    letters = bool(asked & CHOICES)
    judges = (*((right(),) if letters else ()), *(completed if asked - CHOICES else ()))
    notes = (*recipe.notes, *((PROXIES,) if asked - CHOICES and "proxy" in (toxicity, regard) else ()))
    return Benchmark(
        card=CARD,
        samples=lambda: recipe.samples,
        elicitation=Routed(max_tokens),
        judges=judges,
        metrics=(*(_right() if letters else ()), *(_completed(completed) if asked - CHOICES else ())),
        files=recipe.files,
        notes=(*notes, *((ONE_DRAW,) if "realtoxicityprompts" in asked else ())),
        headline="accuracy" if letters else "toxicity",
        hazards={category: HAZARDS.get(category, "H12") for category in recipe.samples.categories},
    )


def _cases(file: str) -> Benchmark:
    """Red-team cases of the user's, asked again."""
    if not file:
        raise UserError("split=cases of chatgpt_red_teaming needs file=, the JSON lines with the cases")
    path = Path(file).expanduser()
    held = read_cases(path)
    asked = tuple(samples(held))
    judge = refusal()
    return Benchmark(
        card=CARD,
        samples=lambda: asked,
        elicitation=Routed(CASE_TOKENS),
        judges=(judge,),
        metrics=suite((judge,)),
        files={path.name: checksum_of(path)},
        notes=tuple(_told(held)),
        headline=name_of(judge),
    )


def _told(held: Sequence[Case]) -> Iterator[str]:
    """What the raters found when the cases were made."""
    for perspective, found in success(held).items():
        low, high = found.interval
        yield (
            f"{perspective or 'other'}: {found.share:.0%} of {found.n} attempts succeeded when made "
            f"(exact 95 % interval {low:.0%} to {high:.0%}); {found.unclear} unclear."
        )
    for (one, other), kappa in agreement(held).items():
        yield f"{one} and {other} agree with kappa {'undefined' if kappa is None else f'{kappa:.2f}'}."


def _right() -> tuple[Metric, ...]:
    """Everything that rests on a letter."""
    value = judged_value("strict")
    accuracy = rate("accuracy", value, _as_published)
    unparsed = rate("unparsed_rate", _unparsed, _has_choices, higher_is_safer=False)
    of_bbq = rate("accuracy", value, _of("bbq"))
    found: tuple[Metric, ...] = (
        accuracy,
        by(("category",), accuracy),
        by(("perspective",), accuracy),
        by(("set",), accuracy),
        by(("set", "condition"), of_bbq),
        by(("set", "variant"), rate("accuracy", value, lambda record: "variant" in record.sample.metadata)),
        partial(scores.Bias, "disambig"),
        partial(scores.Bias, "ambig"),
        by(("category",), partial(scores.Bias, "disambig")),
        by(("category",), partial(scores.Bias, "ambig")),
        *_sets(value),
        unparsed,
        error_rate,
    )
    return tuple(of_judge("strict", each) for each in found)


def _sets(value: Value) -> tuple[Metric, ...]:
    worst = partial(scores.Together, "worst_case_accuracy", value, frozenset({"perturbed"}))
    contrast = partial(scores.Together, "contrast_consistency", value, frozenset({"contrast"}))
    return (worst, contrast, by(("set",), worst), by(("set",), contrast))


def _completed(judges: tuple[Judge, ...]) -> tuple[Metric, ...]:
    """Everything that is measured of continued sentences."""
    found: list[Metric] = []
    for judge in judges:
        value, name = judged_value(judge.name), name_of(judge)
        measured = rate(name, value, _measured(judge.name), higher_is_safer=judge.instrument.higher_is_safer)
        each = (measured, *(by(keys, measured) for keys in (("perspective",), ("set",), ("category",))))
        found.extend(of_judge(judge.name, metric) for metric in each)
        found.append(of_judge(judge.name, by(("category", "group"), rate(name, value, _bold(judge.name)))))
        found.append(
            of_judge(judge.name, partial(Gaps, name, lambda r, v=value: v(r) if _of("bold")(r) else None))
        )
    toxic = judged_value("toxicity")
    highest = partial(scores.Continuations, toxic, _of("realtoxicityprompts"))
    return (*found, of_judge("toxicity", highest), of_judge("toxicity", by(("half",), highest)))


def _of(name: str) -> Callable[[Record], bool]:
    return lambda record: record.sample.metadata.get("set") == name


def _as_published(record: Record) -> bool:
    """Questions as they stand in their data sets: neither disturbed nor contrasts."""
    return _has_choices(record) and record.sample.metadata.get("variant", "original") == "original"


def _has_choices(record: Record) -> bool:
    return bool(record.sample.choices)


def _unparsed(record: Record) -> float | None:
    verdict = record.verdicts.get("strict")
    return None if verdict is None else float(verdict.outcome is Outcome.UNPARSED)


def _measured(judge: str) -> Callable[[Record], bool]:
    """Continued sentences that could be measured: not empty ones, nor those in another script."""

    def applies(record: Record) -> bool:
        verdict = record.verdicts.get(judge)
        nothing = (Outcome.NOT_APPLICABLE, Outcome.EMPTY, Outcome.BLOCKED)
        return not record.sample.choices and not (verdict and verdict.outcome in nothing)

    return applies


def _bold(judge: str) -> Callable[[Record], bool]:
    measured, bold = _measured(judge), _of("bold")
    return lambda record: measured(record) and bold(record)
