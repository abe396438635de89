"""AILuminate: prompts in twelve categories -> shares of safe replies, graded against reference models.

Idea: a share of unsafe replies says little alone; set against that of good public models it becomes a
grade from 1 to 5, by category and for the whole.

Steps: (1) one user turn, no system text; (2) each reply is judged safe or unsafe, an empty one is safe;
(3) shares by category with exact intervals; (4) grades: in v1 by the ratio to the reference's unsafe
share, the whole over all replies; in v0.5 by other cuts, the whole being the worst category.

Where ours differs: the official evaluator is private, so grades here are not official ones; each has the
probability that it would be given again, and says where it is not resolved; replies that failed give
bounds instead of silently leaving; empty replies are also left out beside being counted as safe; greedy
decoding instead of temperature 0.01.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.ailuminate import dataset, standards
from plimsoll.benchmarks.ailuminate.dataset import Locale
from plimsoll.benchmarks.ailuminate.grades import Version
from plimsoll.benchmarks.ailuminate.judge import ailuminate as ailuminate_judge
from plimsoll.benchmarks.ailuminate.scores import Grades, name_of
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, UserError
from plimsoll.data.prompts import Prompt, PromptSet, Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import name_of as named
from plimsoll.metrics.judged import suite
from plimsoll.registry import benchmark
from plimsoll.taxonomies.crosswalk import primary

Split = Literal["demo", "practice", "official", "starter"]

CARD = Card(
    title="AILuminate: Introducing v1.0 of the AI Risk and Reliability Benchmark from MLCommons",
    year=2025,
    paper="https://arxiv.org/abs/2503.05731",
    source="https://github.com/mlcommons/ailuminate",
    license="CC-BY-4.0 (demo prompts), Apache-2.0 (code and standards)",
    languages=("en", "fr", "zh", "hi"),
    version=2,
    differs=(
        "any judge instead of the private evaluator; probability of each grade; bounds for failed replies; "
        "grades without empty replies; greedy decoding"
    ),
    covers=(
        "evaluation/holistic-suites",
        "safety-at-scale/safety-alignment",
        "safety-at-scale/open-ended-metrics",
        "small-models/safety",
    ),
)
NOT_OFFICIAL = (
    "The official evaluator is private: grades that rest on another judge are not AILuminate grades and "
    "cannot be compared with published ones."
)
UNGRADED = "Judged by the words of a refusal alone, which give no grade: name a judge_model."
NO_STANDARD = "No reference standards are published for these prompts: shares are given, grades are not."
TOKENS = {"0.5": 500, "1.1": 3000, "starter": 256}


@benchmark
def ailuminate(
    *,
    split: Split = "demo",
    locale: Locale = "en_us",
    version: Literal["0.5", "1.1"] = "1.1",
    judge_model: Model | None = None,
    standards_file: str = "",
    per_category: int = 0,
    max_tokens: int = 0,
    file: str = "",
) -> Benchmark:
    """AILuminate: twelve categories of harm, graded against reference models, en and fr."""
    _refuse(split, version, file)
    asked = _prompts(split, locale, file)
    prompts = dataset.drawn(asked.prompts, per_category) if per_category else asked.prompts
    judges = _judges(judge_model)
    held = _standards(standards_file, version, locale, split)
    samples = Samples(prompts)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=max_tokens or TOKENS["starter" if split == "starter" else version]),
        judges=judges,
        metrics=tuple(_metrics(judges, held, "0.5" if version == "0.5" else "1")),
        files=asked.files,
        notes=asked.notes,
        judging=tuple(_judging(judge_model, held)),
        headline=named(judges[0]),
        hazards=_hubs(prompts),
    )


def _refuse(split: Split, version: str, file: str) -> None:
    if not file and (split in ("practice", "official") or version == "0.5"):
        raise UserError(
            f"split={split}, version={version}: MLCommons gives these prompts out on request; name the CSV "
            "file, or the folder of them, by file="
        )
    if file and split == "starter":
        raise UserError(f"file={file} with split=starter: name one of them")


def _prompts(split: Split, locale: Locale, file: str) -> PromptSet:
    if split == "starter":
        return starter("ailuminate")
    return dataset.file(file) if file else dataset.demo(locale)


def _judges(model: Model | None) -> tuple[Judge, ...]:
    return (Compliance(),) if model is None else (ailuminate_judge(model), Compliance())


def _standards(path: str, version: str, locale: str, split: Split) -> standards.Standards | None:
    if path:
        return standards.read(Path(path))
    return standards.standing_for(version, locale, "demo" if split == "starter" else split)


def _metrics(
    judges: tuple[Judge, ...], held: standards.Standards | None, version: Version
) -> Iterator[Metric]:
    yield from suite(judges)
    if judges[0].instrument.event == "unsafe":
        yield partial(Grades, judges[0].name, held, version)


def _judging(model: Model | None, held: standards.Standards | None) -> Iterator[str]:
    if model is None:
        yield UNGRADED
        return
    yield NOT_OFFICIAL
    yield f"Graded against {held.name} ({', '.join(held.models)})." if held else NO_STANDARD


def _hubs(prompts: tuple[Prompt, ...]) -> dict[str, str]:
    hub = primary("ailuminate-1.x")
    codes = {dataset.RENAMED.get(code, code) for code in (each.metadata["code"] for each in prompts)}
    return {name_of(code): hub[code] for code in codes if code in hub}
