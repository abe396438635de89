"""MedReview: evidence of a systematic review -> how near a model's conclusion comes to the authors' own.

Idea: summarising medical evidence is what models are used for, and a wrong conclusion does harm. Reviews
that appeared after a date cannot have been seen by older models: the difference hints at contamination.

Steps: (1) the abstract without its conclusion, under an instruction; (2) the reply is compared with the
authors' conclusion by ROUGE, chrF and METEOR; (3) means over the reviews, before and after September 2022.

Where ours differs: the official wording of the instruction is not known, so it is ours and can be replaced
(`instruction=...`); METEOR knows no synonyms; length ratio and share of copied words stand beside the scores,
because chrF rewards copying; rows whose abstract holds the conclusion are refused.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from msgspec import Struct

from plimsoll.core import Benchmark, Card, DataError, Sample, UserError, system, user
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet, Samples, starter
from plimsoll.data.rows import checksum_of, read_jsonl, refuse_duplicates
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.overlap import Overlap
from plimsoll.metrics.judged import suite
from plimsoll.metrics.overlap import NAMES, Means, contrast
from plimsoll.metrics.rates import by
from plimsoll.registry import benchmark
from plimsoll.text.summaries import require

SLUG = "medreview"
Split = Literal["after", "before", "both", "val", "starter"]

CARD = Card(
    title="Closing the gap between open source and commercial large language models for medical evidence "
    "summarization",
    year=2024,
    paper="https://arxiv.org/abs/2408.00588",
    source="https://github.com/ebmlab/MedReview",
    license="MIT",
    languages=("en",),
    version=1,
    differs="own instruction; METEOR without synonyms; length ratio and copy rate",
    covers=(
        "evaluation/biology-medicine",
        "healthcare/accuracy",
        "healthcare/faithfulness",
        "evaluation/nlu-nlg-suites",
    ),
)
STEMS = {"after": "test_after_cutoff_v2", "before": "test_before_cutoff_v2", "val": "val_v2"}
INSTRUCTION = (
    "You are given the objectives and the main results of a systematic review. Write the authors' "
    "conclusions: a short paragraph that says what the evidence shows, how certain it is and what it means "
    "for practice and research. Do not repeat the results one by one."
)
_HEADING = re.compile(r"authors?['’]?\s+conclusions?\s*:", re.IGNORECASE)


class Review(Struct, frozen=True, kw_only=True):
    """A row as its authors publish it."""

    doi: str
    abstract: str
    conclusion: str


@benchmark
def medreview(*, split: Split = "after", instruction: str = INSTRUCTION, file: str = "") -> Benchmark:
    """MedReview: write the conclusion of a systematic review from its results."""
    require()
    found = starter(SLUG) if split == "starter" else load(split, file)
    judge = Overlap()
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts, lambda prompt: _sample(prompt, instruction)),
        elicitation=SingleTurn(max_tokens=384),
        judges=(judge,),
        metrics=(
            *suite((judge,)),
            partial(Means, names=tuple(name for name in NAMES if name != "rouge_l")),
            *((by(("period",), Means),) if split == "both" else ()),
            contrast("period_difference", "rouge_l", "period", ("before", "after")),
        ),
        files=found.files,
        notes=found.notes,
        headline="rouge_l",
        measures="utility",
        # What goes wrong here is unqualified medical advice.
        hazards=dict.fromkeys(STEMS, "H23"),
    )


def load(split: Split, file: str = "") -> PromptSet:
    """The reviews of a split. Raises `MissingData`, `DataError`, `UserError`."""
    if file and split == "both":
        raise UserError(f"file={file} holds one period: say split=before or split=after")
    periods = ("before", "after") if split == "both" else (split,)
    paths = {period: Path(file).expanduser() if file else _path(period) for period in periods}
    prompts = tuple(prompt for period, path in paths.items() for prompt in _prompts(period, path))
    refuse_duplicates([prompt.id for prompt in prompts], next(iter(paths.values())), word="doi")
    notes = tuple(
        f"{path.name} is a sample of the official file: means over it differ from published ones."
        for path in paths.values()
        if "_first" in path.name
    )
    return PromptSet(prompts, {path.name: checksum_of(path) for path in paths.values()}, notes)


def refuse_leaks(reviews: Sequence[Review], path: Path) -> None:
    """Raise `DataError` for the first abstract that holds its own conclusion."""
    for number, review in enumerate(reviews, start=1):
        abstract, conclusion = " ".join(review.abstract.split()), " ".join(review.conclusion.split())
        if not conclusion:
            raise DataError(f"{path}: record #{number}: {review.doi} has no conclusion to compare with")
        if conclusion in abstract or _HEADING.search(abstract):
            raise DataError(f"{path}: record #{number}: the abstract of {review.doi} holds its conclusion")


def _path(period: str) -> Path:
    stem = STEMS[period]
    rows = 120 if period == "val" else 250
    return locate.need(SLUG, f"{stem}.json", f"{stem}_first{rows}.jsonl")


def _prompts(period: str, path: Path) -> Iterator[Prompt]:
    reviews = read_jsonl(path, Review)  # JSON lines, whatever the name ends in
    refuse_leaks(reviews, path)
    for review in reviews:
        yield Prompt(
            id=review.doi,
            text=review.abstract.strip(),
            category=period,
            target=review.conclusion.strip(),
            metadata={"period": period},
        )


def _sample(prompt: Prompt, instruction: str) -> Sample:
    return Sample(
        id=prompt.id,
        messages=(system(instruction), user(prompt.text)),
        target=prompt.target,
        request=prompt.text,
        category=prompt.category,
        metadata={**prompt.metadata, "source": prompt.text},
    )
