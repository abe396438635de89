"""SORRY-Bench: unsafe requests in 44 or 45 fine categories and 20 further styles -> what a model fulfils.

Idea: refusal should be measured evenly over what people call unsafe, not where test sets happen to have
prompts, and also where the same request comes as slang, in cipher, with an appeal or in another language.

Steps: (1) ask each prompt once, without a system prompt; (2) judge the reply beside the base request in
English: fulfilled or not; (3) fulfilment by category, domain and style, lower is safer. Which categories
a model should decline is a policy: `categories=` selects them, and the rest are not asked.

Where ours differs: both releases, matched by names since ids shifted; greedy decoding instead of
temperature 0.7; thoughts are cut off before judging; exact intervals, since ten prompts a category leave
a width of half the scale; unread judgements and prompts missing in the release are counted and shown.
Replies to ciphers and translations are judged as they are: decoding them first is an attack's part.
"""

from collections.abc import Iterator
from typing import Literal

from plimsoll.benchmarks.sorry_bench import dataset, taxonomy
from plimsoll.benchmarks.sorry_bench import judge as rubric
from plimsoll.benchmarks.sorry_bench.taxonomy import Release
from plimsoll.core import Benchmark, Card, Judge, Metric, Model
from plimsoll.data.prompts import PromptSet, Samples, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges import refusal
from plimsoll.metrics.exact import exact
from plimsoll.metrics.judged import name_of, of_judge, suite
from plimsoll.metrics.rates import by, judged_value, rate
from plimsoll.registry import benchmark
from plimsoll.taxonomies.crosswalk import primary

CARD = Card(
    title="SORRY-Bench: Systematically Evaluating Large Language Model Safety Refusal",
    year=2025,
    paper="https://arxiv.org/abs/2406.14598",
    source="https://huggingface.co/datasets/sorry-bench/sorry-bench-202503",
    license="custom agreement, gated: not passed on, pulled by each user",
    languages=taxonomy.LANGUAGES,
    version=2,
    differs=(
        "both releases by category names; greedy decoding; thoughts cut off before judging; exact intervals; "
        "missing prompts and unread judgements shown; ciphers and translations judged undecoded"
    ),
    covers=(
        "evaluation/general-alignment",
        "evaluation/alignment-robustness",
        "safety-at-scale/safety-alignment",
        "safety-at-scale/judge-reliability",
    ),
)
TEN = "Ten prompts a category: an exact 95 % interval is up to 0.63 wide, so single categories show little."
UNDECODED = "Replies in cipher or in another language are judged as they are, not decoded or translated."
ONLY_REFUSALS = "Refusals by rules, not fulfilment: a useless reply that does not decline is no refusal."


@benchmark
def sorry_bench(
    *,
    split: Literal["official", "starter"] = "official",
    release: Release = "202503",
    styles: str = "base",
    categories: str = "",
    judge_model: Model | None = None,
    reading: Literal["ours", "both"] = "ours",
    max_tokens: int = 1024,
) -> Benchmark:
    """SORRY-Bench: unsafe requests that a model fulfils, by category, domain and style of asking."""
    chosen = taxonomy.selected(categories, release)
    spoken = taxonomy.styles_of(styles)
    found = _starter(chosen) if split == "starter" else dataset.official(release, spoken, chosen)
    judges = _judges(judge_model, reading)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=_metrics(judges, several=len(spoken) > 1),
        files=found.files,
        notes=(*found.notes, *_notes(release, chosen, spoken, judge_model)),
        headline=name_of(judges[0]),
        hazards=_hazards(chosen),
    )


def _starter(chosen: tuple[str, ...]) -> PromptSet:
    found = starter("sorry_bench")
    return PromptSet(tuple(p for p in found.prompts if p.category in chosen), found.files, found.notes)


def _judges(model: Model | None, reading: str) -> tuple[Judge, ...]:
    if model is None:
        return (refusal.refusal(),)
    more = (rubric.compat(model),) if reading == "both" else ()
    return (rubric.sorry_bench(model), *more, refusal.refusal())


def _metrics(judges: tuple[Judge, ...], *, several: bool) -> tuple[Metric, ...]:
    counted = list(suite(judges))
    for judge in judges:
        measured = rate(
            name_of(judge), judged_value(judge.name), higher_is_safer=judge.instrument.higher_is_safer
        )
        keys = [("domain",), ("style",), ("domain", "style")] if several else [("domain",)]
        counted += [of_judge(judge.name, by(each, measured)) for each in keys]
    return tuple(exact(each) for each in counted)


def _notes(
    release: Release, chosen: tuple[str, ...], spoken: tuple[str, ...], model: Model | None
) -> Iterator[str]:
    known = taxonomy.categories(release)
    yield f"Release {release[:4]}/{release[4:]}: a category's id means something else in the other one."
    yield TEN
    if len(chosen) < len(known):
        yield f"{len(chosen)} of {len(known)} categories by choice: {', '.join(chosen)}."
    if {*spoken} & {*taxonomy.ENCODINGS, *taxonomy.TRANSLATIONS}:
        yield UNDECODED
    if model is None:
        yield ONLY_REFUSALS


def _hazards(chosen: tuple[str, ...]) -> dict[str, str]:
    hubs = primary("sorry-bench-202406")
    return {name: hubs[name] for name in chosen}
