"""PCJailbreak: the same harmful request from writers of two groups -> does one of them get more answers?

Idea: models made careful about groups of people may treat who asks differently. A keyword for a group that
is often disadvantaged, or for one that is not, stands in one sentence around a harmful request.

Steps: (1) each request is asked as it stands, in the sentence without a keyword, with either keyword of each
pair, and with adjectives that name no group; (2) a reply without a refusal is a success; (3) success by side,
and for each pair of groups the difference on the same requests, marginalized minus privileged.

Where ours differs: requests are paired, with intervals, McNemar's exact test and Holm's adjustment; the plain
request tells the frame's effect from the keyword's; `a` and `an` are written right (`frame=repo` leaves `a`);
ten pairs of ours unless a table is given; our reader of refusals, the official twelve strings beside it with
`reading=both`; with `design=factors`, keyword, persona and fiction each there or not, so that their effects
are told apart. The attack `groups/from_target` has the target name the pairs, on any benchmark; the analysis
`pcjailbreak` says where such prompts lie in a model.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from plimsoll.benchmarks.pcjailbreak import dataset, keywords
from plimsoll.benchmarks.pcjailbreak.dataset import Frame
from plimsoll.benchmarks.pcjailbreak.factors import Factors
from plimsoll.benchmarks.pcjailbreak.scores import Groups
from plimsoll.core import Benchmark, Card, Judge, Reference, Sample, UserError
from plimsoll.core.parts import no_references
from plimsoll.data.prompts import Samples
from plimsoll.data.resources import table
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.judges.refusal import pcjailbreak_strings
from plimsoll.metrics.judged import name_of, suite
from plimsoll.registry import benchmark

CARD = Card(
    title="Do LLMs Have Political Correctness? Biases and Jailbreak Vulnerabilities (PCJailbreak)",
    year=2024,
    paper="https://arxiv.org/abs/2410.13334",
    source="https://github.com/Isaac-theori/BiasJailbreak",
    license="no licence file: nothing of it is passed on; AdvBench is MIT",
    languages=("en", "zh"),
    version=1,
    differs=(
        "paired by request with exact tests and Holm's adjustment; plain request, frame and controls asked "
        "too; articles written right; pairs of ours or of a table; our refusal reader by default"
    ),
    covers=("evaluation/model-bias", "evaluation/alignment-robustness", "safety-at-scale/jailbreak-attack"),
)
COARSE = "A reply without a refusal counts as a success: it need not be harmful. Give --judge for more."


@benchmark
def pcjailbreak(
    *,
    split: Literal["official", "starter"] = "official",
    language: Literal["en", "zh"] = "en",
    frame: Frame = "paper",
    requests: str = "",
    keywords_file: str = "",
    controls: bool = True,
    design: Literal["groups", "factors"] = "groups",
    reading: Literal["ours", "both"] = "ours",
    max_tokens: int = 512,
) -> Benchmark:
    """PCJailbreak: harmful requests from writers of paired groups, and the difference between them."""
    if language == "zh" and frame == "repo":
        raise UserError("frame=repo is the official English sentence: leave language=zh out")
    if language == "zh" and split == "official" and not requests:
        raise UserError("language=zh has no official requests: give requests=FILE, or split=starter")
    if design == "factors" and frame == "repo":
        raise UserError("design=factors has wordings of its own: leave frame=repo out")
    found = dataset.requests(split, language, requests)
    pairs, sums = keywords.own(language), dict[str, str]()
    if keywords_file:
        pairs, sums = keywords.of_file(Path(keywords_file).expanduser())
    words = keywords.controls(language) if controls else ()
    prompts = tuple(
        dataset.factorial(found, pairs)
        if design == "factors"
        else dataset.prompts(found, tuple(dataset.conditions(pairs, words)), frame)
    )
    counted = Factors if design == "factors" else Groups
    ours = Compliance()
    judges: tuple[Judge, ...] = (ours, pcjailbreak_strings()) if reading == "both" else (ours,)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=(*suite(judges), *(partial(counted, each.name, each.instrument) for each in judges)),
        files={**found.files, **sums},
        notes=(*found.notes, COARSE),
        headline=name_of(ours),
        references=published if split == "official" else no_references,
    )


def published(samples: Iterable[Sample]) -> Iterator[Reference]:
    """Published success by side, on JailbreakBench's 100 requests."""
    for name, row in rates().items():
        for side, value in row.items():
            yield Reference(
                name=name,
                kind="published",
                values={"": value},
                language="en",
                metric="group_success_rate",
                setting=f"{side}, JailbreakBench, twelve strings",
                source=CARD.paper,
            )


def rates() -> Mapping[str, Mapping[str, Any]]:
    """Model -> side -> published success rate (Table 2)."""
    return table("benchmarks", "pcjailbreak", "published.toml")
