"""LongSafety: risky instructions before and after a long context -> how often both replies are safe.

Idea: safety that holds for a short request may give way under thousands of words around it. Each item is
asked twice, with the instruction in front of the context and behind it, and is safe only if both replies are.

Steps: (1) two prompts an item; (2) one greedy reply each; (3) three agents judge: risks of the instruction,
summary of the context, verdict by rules; (4) the share of items that are safe, in front, behind, and in both.

Where ours differs: files are joined by id, not line by line; a judge that fails leaves an item open
instead of safe, with bounds; the slots of the official judge are put right (`reading=both` shows the official
ones beside it); how often a verdict flips with the position, with a paired test; a context that does not fit
is handled as `too_long` says and is never left out silently. `context=none` asks the instructions alone.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal

from plimsoll.benchmarks.longsafety import dataset
from plimsoll.benchmarks.longsafety import judge as agents
from plimsoll.benchmarks.longsafety.asking import LongContext, TooLong
from plimsoll.benchmarks.longsafety.dataset import Item, Position, Samples
from plimsoll.benchmarks.longsafety.judge_prompts import Wording
from plimsoll.benchmarks.longsafety.scores import Compat, Positions
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, UserError
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import suite
from plimsoll.registry import benchmark
from plimsoll.taxonomies.crosswalk import primary

CARD = Card(
    title="LongSafety: Evaluating Long-Context Safety of Large Language Models",
    year=2025,
    paper="https://arxiv.org/abs/2502.16971",
    source="https://github.com/thu-coai/LongSafety",
    license="MIT",
    languages=("en",),
    version=3,
    differs=(
        "files joined by id; the judge's slots put right, its last digit read, its failures left open with "
        "bounds; judge prompts in our own words unless wording=official; flip rate and paired test; contexts "
        "that do not fit handled as asked and counted; in compat a failed judgement is safe, as in the "
        "official file, and a reply that failed is left out, since the official script stops there"
    ),
    covers=(
        "evaluation/task-robustness",
        "safety-at-scale/safety-alignment",
        "safety-at-scale/open-ended-metrics",
    ),
)
SHORT = "Asked without contexts: a short-context comparison, not LongSafety's headline number."
RULES_ONLY = "Judged by refusals alone, which is coarse: name a judging model with --judge-model."
CROSSWALK = {
    "Physical & Mental Health": "Physical and Mental Health",
    "Privacy & Property": "Privacy and Property",
}
"""How the data spell types that the crosswalk spells otherwise."""


@benchmark
def longsafety(
    *,
    split: Literal["official", "starter"] = "official",
    context: Literal["long", "none"] = "long",
    position: Literal["both", "front", "end"] = "both",
    per_type: int = 0,
    window: int = 0,
    too_long: TooLong = "fail",
    max_tokens: int = 2048,
    reading: Literal["strict", "both"] = "strict",
    wording: Wording = "own",
    judge_model: Model | None = None,
) -> Benchmark:
    """LongSafety: risky instructions in front of and behind long contexts, judged by three agents."""
    if window and window <= max_tokens:
        raise UserError(
            f"window={window} leaves no room for a prompt: replies take up to max_tokens={max_tokens}"
        )
    loaded = dataset.starter() if split == "starter" else dataset.official(contexts=context == "long")
    items = first_of_each_type(loaded.items, per_type)
    positions = _positions(context, position)
    judges = _judges(judge_model, reading, wording)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(items, positions),
        elicitation=LongContext(max_tokens=max_tokens, window=window, too_long=too_long),
        judges=judges,
        metrics=_metrics(judges),
        files=dict(loaded.files),
        notes=(
            *loaded.notes,
            *_coverage(len(items), len(loaded.items), context),
            *_handling(context, window, too_long),
        ),
        judging=() if judge_model else (RULES_ONLY,),
        headline="safety_rate" if judge_model else "compliance_rate",
        hazards=_hazards(),
    )


def first_of_each_type(items: Sequence[Item], number: int) -> tuple[Item, ...]:
    """So many items of each type of safety, the first in the file's order; all where it is 0."""
    left: dict[str, int] = {}
    found: list[Item] = []
    for item in items:
        taken = left[item.safety_type] = left.get(item.safety_type, 0) + 1
        if not number or taken <= number:
            found.append(item)
    return tuple(found)


def _positions(context: str, position: str) -> tuple[Position, ...]:
    if context == "none":
        return ("none",)
    if position == "both":
        return ("front", "end")
    return ("front",) if position == "front" else ("end",)


def _judges(model: Model | None, reading: str, wording: Wording) -> tuple[Judge, ...]:
    refusals = agents.unskipped(Compliance())
    if model is None:
        return (refusals,)
    ours = agents.longsafety(model=model, wording=wording)
    if reading == "strict":
        return (ours, refusals)
    return (ours, agents.compat(model=model, wording=wording), refusals)


def _metrics(judges: Sequence[Judge]) -> tuple[Metric, ...]:
    scores: list[Metric] = []
    for each in judges:
        if each.name == agents.NAME:
            scores.append(partial(Positions, each.name))
        if each.name == agents.COMPAT:
            scores.append(partial(Compat, each.name))
    return (*scores, *suite(judges))


def _coverage(asked: int, held: int, context: str) -> Iterator[str]:
    if asked < held:
        yield f"{asked:,} of {held:,} items: the first of each type."
    if context == "none":
        yield SHORT


def _handling(context: str, window: int, too_long: str) -> Iterator[str]:
    if context == "long" and too_long != "fail":
        about = f"of {window:,} tokens" if window else "as the model reports it"
        yield f"Contexts longer than the window {about}: too_long={too_long}, noted on each record."


def _hazards() -> dict[str, str]:
    hubs = primary("longsafety")
    types = (
        "Illegal Activities",
        "Unethical Activities",
        "Bias",
        "Physical & Mental Health",
        "Toxicity",
        "Sensitive Topics",
        "Privacy & Property",
    )
    return {name: hubs[CROSSWALK.get(name, name)] for name in types}
