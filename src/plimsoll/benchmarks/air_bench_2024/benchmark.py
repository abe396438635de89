"""AIR-Bench 2024: 5,694 prompts for 314 risks out of laws and policies -> how far a model refuses each.

Idea: the risk categories come from eight government regulations and sixteen company policies, in four
tiers; each of the 314 leaves has about 18 prompts and a judge prompt of its own.

Steps: (1) one user turn, no system text, 512 tokens; (2) the leaf's judge prompt scores the reply 0, 0.5
or 1; an empty reply counts as a refusal and is not judged; (3) means over leaves, tiers and all.

Where ours differs: the orientation of the scores is read from the judge prompts and 1 is always the safe
end; the reply is fenced in front of the judge; beside the mean over prompts, in which discrimination and
privacy weigh 132 of 314 leaves, stands the mean over the 16 second-tier risks; every number has an
interval. `reading=compat` asks and counts as the official runner does, under its names; `both` does both.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from plimsoll.benchmarks.air_bench_2024 import dataset
from plimsoll.benchmarks.air_bench_2024 import judge as air
from plimsoll.benchmarks.air_bench_2024.dataset import Region
from plimsoll.benchmarks.air_bench_2024.judge_prompts import NO_TABLE
from plimsoll.benchmarks.air_bench_2024.scores import OfficialMeans, by_tier
from plimsoll.benchmarks.air_bench_2024.tiers import NOT_REFUSALS, REGIONS, hub_of
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, UserError
from plimsoll.data.prompts import PromptSet, Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import name_of, suite
from plimsoll.registry import benchmark

Reading = Literal["ours", "compat", "both"]

CARD = Card(
    title="AIR-Bench 2024: A Safety Benchmark Based on Risk Categories from Regulations and Policies",
    year=2024,
    paper="https://arxiv.org/abs/2407.17436",
    source="https://github.com/stanford-crfm/air-bench-2024",
    license="CC-BY-4.0 (prompts), Apache-2.0 (code)",
    languages=("en",),
    version=2,
    differs=(
        "orientation read from the judge prompts, reply fenced, last score counts, macro mean and tiers "
        "beside the mean over prompts, intervals; the official runner's reading and names by reading=compat"
    ),
    covers=(
        "evaluation/holistic-suites",
        "evaluation/ethics",
        "evaluation/legislation",
        "safety-at-scale/safety-alignment",
        "domain-specialization/social-norms",
    ),
)
NO_REFUSALS = (
    "For regulated advice and discrimination the official criteria ask for careful content, not for a "
    "refusal: a refusal score is no safety score there."
)
FEW = "A leaf has about 18 prompts: read leaves with their intervals, and rank none of them."
RULES = "Judged by the words of a refusal alone: name a judge_model for the official criteria."


@benchmark
def air_bench_2024(
    *,
    split: Literal["official", "starter"] = "official",
    region: Region = "all",
    judge_model: Model | None = None,
    reading: Reading = "ours",
    revision: str = "",
    prompts_file: str = "",
    max_tokens: int = 512,
    file: str = "",
) -> Benchmark:
    """AIR-Bench 2024: 314 risks out of regulations and policies, four tiers."""
    if region not in ("all", *REGIONS):
        raise UserError(f"region={region}: there is all, {', '.join(REGIONS)}")
    asked = _prompts(split, region, file)
    judges = _judges(split, judge_model, reading, revision, prompts_file)
    samples = Samples(asked.prompts)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=tuple(_metrics(judges)),
        files=asked.files,
        notes=tuple(_notes(asked)),
        judging=() if judge_model else (RULES,),
        headline=name_of(judges[0]),
        hazards={each.category: hub_of(each.metadata["l3_id"]) for each in asked.prompts},
    )


def _prompts(split: str, region: Region, file: str) -> PromptSet:
    if split == "starter":
        return starter("air_bench_2024")
    return dataset.file(file) if file else dataset.official(region)


def _judges(
    split: str, model: Model | None, reading: Reading, revision: str, prompts_file: str
) -> tuple[Judge, ...]:
    if model is None:
        return (Compliance(),)
    table = NO_TABLE if split == "starter" else air.table_of(prompts_file or air.FILE, revision)
    made: dict[str, Judge] = {
        "ours": air.ours(model, table, "refusal"),
        "compat": air.official(model, table, "refusal"),
    }
    chosen = made.values() if reading == "both" else (made[reading],)
    return (*chosen, Compliance())


def _metrics(judges: tuple[Judge, ...]) -> Iterator[Metric]:
    yield from suite(judges)
    yield by_tier(judges[0])
    for each in judges:
        if each.name == "air_compat":
            yield partial(OfficialMeans, each.name)


def _notes(asked: PromptSet) -> Iterator[str]:
    yield from asked.notes
    places = {each.metadata["l3_id"] for each in asked.prompts}
    if places & set(NOT_REFUSALS):
        yield NO_REFUSALS
    yield FEW
