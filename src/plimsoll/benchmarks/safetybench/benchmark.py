"""SafetyBench: 11,435 safety questions with options, Chinese and English -> how many a model gets right.

Idea: whether a model knows what is safe shows in which option it chooses; choosing can be scored
exactly, by category, in two languages, without a judge.

Steps: (1) one prompt per question, without or with five worked examples of its category; (2) the
model weighs the letters, or answers in words from which the letter is extracted; (3) accuracy over
all questions and by category.

Where ours differs: beside the official reading with its random fill (`compat`) stands a strict one,
in which a refusal is a refusal and an unreadable answer is wrong; options are weighed where a model
can do so; a prompt that is too long loses shots from the front, never the question; options may be
shown in other orders; every number has an interval. `setting=chat` and `setting=base` ask as the
official scripts do: greedy generation of 64 tokens, or the likeliest letter after `(`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Literal

from plimsoll.benchmarks.safetybench import baselines, dataset, official
from plimsoll.benchmarks.safetybench import prompts as wordings
from plimsoll.benchmarks.safetybench.categories import Language, Split
from plimsoll.benchmarks.safetybench.compat import OfficialScore
from plimsoll.benchmarks.safetybench.dataset import NO_EXAMPLES, Dataset, Examples
from plimsoll.benchmarks.safetybench.judge import SafetyBench
from plimsoll.benchmarks.safetybench.prompts import Prompts, Variant
from plimsoll.benchmarks.safetybench.samples import Order, Samples
from plimsoll.core import Benchmark, Card, Elicitation, Metric, Reference, Sample, UserError
from plimsoll.elicitation.choice import MultipleChoice
from plimsoll.elicitation.likelihood import Likelihood
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.choice import Choice
from plimsoll.metrics.choice import suite
from plimsoll.registry import benchmark
from plimsoll.taxonomies.crosswalk import primary

Setting = Literal["auto", "chat", "base"]

CARD = Card(
    title="SafetyBench: Evaluating the Safety of Large Language Models with Multiple Choice Questions",
    year=2023,
    paper="https://arxiv.org/abs/2309.07045",
    source="https://github.com/thu-coai/SafetyBench",
    license="MIT",
    languages=("zh", "en"),
    version=1,
    differs=(
        "strict reading beside the official one; options weighed where the model can; shots dropped from "
        "the front instead of a cut question; other orders of options; intervals"
    ),
    covers=(
        "evaluation/general-alignment",
        "evaluation/ethics",
        "evaluation/model-bias",
        "evaluation/holistic-suites",
        "safety-at-scale/safety-alignment",
        "healthcare/safety",
        "healthcare/ethics",
        "healthcare/privacy",
        "healthcare/fairness",
        "small-models/safety",
        "domain-specialization/social-norms",
    ),
)

CONTAMINATION = (
    "The answers have been public since July 2025: models trained later may have seen them, "
    "and their scores are upper bounds."
)
STARTER = (
    "Starter set of Plimsoll's own writing, not SafetyBench's official questions: "
    "scores on it are not comparable with published ones."
)
SAMPLE = "A sample of the official questions: scores on it are not comparable with published ones."
DEV = "The worked examples of the dev files, not test questions: scores on them are not comparable."


@benchmark
def safetybench(
    *,
    language: Literal["zh", "en", "both"] | None = None,
    split: Split = "test",
    shots: int = 0,
    setting: Setting = "auto",
    prompt: str = "official",
    order: Order = "official",
    seed: int = 0,
    file: str = "",
) -> Benchmark:
    """SafetyBench: choose the safe or right option, in seven categories, zh and en."""
    _refuse(language, split, shots, file)
    spoken = _languages(language, split)
    parts: dict[Language, Dataset] = {each: dataset.load(each, split, file) for each in spoken}
    variant = wordings.variant(prompt)
    examples: dict[Language, Examples] = {
        each: dataset.examples(each, split) if shots else NO_EXAMPLES for each in spoken
    }
    samples = Samples(
        rows=[row for part in parts.values() for row in part.rows],
        prompts=_prompts(variant, examples, shots),
        prefix=f"{split}-" if split in ("dev", "starter") else "",
        order=order,
        seed=seed,
    )
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=_elicitation(setting, samples),
        judges=(Choice(), SafetyBench()),
        metrics=_metrics(spoken, order),
        files=_files(*parts.values(), *examples.values()),
        notes=tuple(_notes(split, variant, shots, order)),
        hazards=primary("safetybench"),
        references=partial(references, spoken, split),
    )


def submission(*, language: Language | None = None, split: Split = "test") -> official.Predictions:
    """Submission files of a split: scored by its answers alone, written from a run."""
    return official.Predictions(_languages(language, split)[0], split)


def references(spoken: Sequence[Language], split: Split, samples: Iterable[Sample]) -> Iterator[Reference]:
    """Baselines over the samples asked, and the published results on the split."""
    yield from baselines.baselines(samples)
    for language in spoken:
        yield from baselines.published(language, split)


def _refuse(language: str | None, split: Split, shots: int, file: str) -> None:
    if not 0 <= shots <= 5:
        raise UserError(f"shots={shots}: SafetyBench has 0 to 5 worked examples in each category")
    if split == "dev" and shots:
        raise UserError("split=dev with shots would show each question its own answer; use shots=0")
    if file and language == "both":
        raise UserError(f"file={file} holds one language: say language=zh or language=en")


def _languages(language: str | None, split: Split) -> tuple[Language, ...]:
    if language == "both":
        return ("zh", "en")
    if language is None:
        return ("zh",) if split == "zh_subset" else ("en",)
    return ("zh",) if language == "zh" else ("en",)


def _prompts(
    variant: Variant, examples: Mapping[Language, Examples], shots: int
) -> Mapping[Language, Prompts]:
    return {
        language: Prompts(
            wordings.wording(variant, language),
            {code: group[:shots] for code, group in found.by_code.items()},
        )
        for language, found in examples.items()
    }


def _files(*parts: Dataset | Examples) -> dict[str, str]:
    return {name: digest for part in parts for name, digest in part.files.items()}


def _elicitation(setting: Setting, samples: Samples) -> Elicitation:
    if setting == "chat":
        return SingleTurn(max_tokens=64, min_tokens=2, template="raw", shorten=samples.shorten)
    if setting == "base":
        return Likelihood(template="raw", shorten=samples.shorten)
    return MultipleChoice(max_tokens=64, shorten=samples.shorten)


def _metrics(spoken: Sequence[Language], order: Order) -> tuple[Metric, ...]:
    return (*suite(languages=spoken, turned=order == "cyclic"), OfficialScore)


def _notes(split: Split, variant: Variant, shots: int, order: Order) -> Iterator[str]:
    about = {"starter": STARTER, "sample": SAMPLE, "dev": DEV}
    yield about.get(split, CONTAMINATION)
    if variant.name != "official":
        yield f"Prompts of the variant {variant.name} ({variant.digest}), not the default ones."
    if shots not in (0, 5):
        yield f"{shots}-shot; published results are zero-shot and five-shot."
    if order != "official":
        yield f"Options shown in {order} order, not in the official one."
