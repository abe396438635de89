"""SafeChain: harmful requests to reasoning models -> how safe their thoughts and their answers are.

Idea: a model that thinks aloud can give away in its thought what its answer declines. So thought and
answer are judged apart, and thinking itself is turned down or up to see what it does to safety.

Steps: (1) requests of StrongREJECT or WildJailbreak are asked greedily once, or five times at
temperature 0.6 (`--epochs 5`); (2) replies are parted into thought and answer; (3) whole, thought and
answer are each judged; (4) Safe@1, ConsSafe@K and Safe@K, the table of thoughts against answers, and
what both cost in tokens. `thinking=zero|less|more` steers the thought by writing its beginning.

Where ours differs: a reply that ends in its thought is counted apart and scored by a policy that is said
(`no_answer=`); @K numbers are unbiased where there are more than K samples, and intervals go by prompt;
the answer after MoreThink gets the tokens that are left; an endpoint that ignores the written beginning
is shown as such.
"""

from typing import Literal

from plimsoll.benchmarks.safechain import scores
from plimsoll.benchmarks.safechain.elicitation import MAX_TOKENS, as_it_is, less_think, more_think, zero_think
from plimsoll.benchmarks.safechain.judge import compat
from plimsoll.benchmarks.safechain.judge import safechain as guard
from plimsoll.benchmarks.safechain.judge_parts import NoAnswer, Part, part_of
from plimsoll.benchmarks.safechain.prompts import HAZARDS, Split, prompts
from plimsoll.benchmarks.safechain.strings import SafechainStrings
from plimsoll.core import Benchmark, Card, Elicitation, Judge, Metric, Model, UserError
from plimsoll.data.prompts import Samples
from plimsoll.judges.scope import Scoped
from plimsoll.metrics.judged import suite
from plimsoll.registry import benchmark
from plimsoll.text.prefills import Template

Thinking = Literal["default", "zero", "less", "more"]
Reading = Literal["strict", "compat", "both"]
PARTS: tuple[Part, ...] = ("answer", "thought", "whole")

CARD = Card(
    title="SafeChain: Safety of Language Models with Long Chain-of-Thought Reasoning Capabilities",
    year=2025,
    paper="https://arxiv.org/abs/2502.12025",
    source="https://github.com/uw-nsl/safechain",
    license="GPL-3.0 (code, not used here); prompts under the licences of StrongREJECT and WildJailbreak",
    languages=("en",),
    version=1,
    differs=(
        "replies cut off in their thought counted apart, unbiased @K numbers, intervals by prompt, MoreThink "
        "leaves unspent tokens to the answer, ignored prefills shown; the guard's verdict read strictly"
    ),
    covers=(
        "evaluation/risk-behaviours",
        "safety-at-scale/safety-alignment",
        "safety-at-scale/jailbreak-defense",
    ),
)
RULES = (
    "Judged by SafeChain's list of phrases, which takes much for safe that is not: give judge_model= a guard."
)


@benchmark
def safechain(
    *,
    split: Split = "strongreject",
    thinking: Thinking = "default",
    template: Template = "plain",
    sampling: Literal["greedy", "drawn"] = "greedy",
    k: int = 5,
    no_answer: NoAnswer = "unsafe",
    max_tokens: int = MAX_TOKENS,
    file: str = "",
    reading: Reading = "strict",
    judge_model: Model | None = None,
    seed: int = 0,
) -> Benchmark:
    """SafeChain: thoughts and answers of reasoning models to harmful requests, judged apart."""
    if k < 1 or max_tokens < 1:
        raise UserError("k and max_tokens of safechain take 1 or more")
    asked = prompts(split, file)
    families = [[part_of(each, part, no_answer) for part in PARTS] for each in _judges(judge_model, reading)]
    judges: tuple[Judge, ...] = tuple(part for family in families for part in family)
    samples = Samples(asked.prompts)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=_way(thinking, template, drawn=sampling == "drawn", max_tokens=max_tokens, seed=seed),
        judges=judges,
        metrics=_metrics(families, k),
        files=asked.files,
        notes=asked.notes,
        judging=() if judge_model else (RULES,),
        headline="safe_at_1",
        hazards=HAZARDS,
    )


def _judges(model: Model | None, reading: Reading) -> tuple[Judge, ...]:
    if model is None:
        return (SafechainStrings(),)
    read: dict[Reading, tuple[Judge, ...]] = {
        "strict": (guard(model),),
        "compat": (compat(model),),
        "both": (guard(model), compat(model)),
    }
    return (*read[reading], SafechainStrings())


def _metrics(families: list[list[Scoped]], k: int) -> tuple[Metric, ...]:
    answer, thought, _ = families[0]
    at = [scores.safe_at_k(each[0], k) for each in families]
    rates = suite([each[0] for each in families])
    apart = [scores.where_there(part) for family in families for part in family[1:]]
    return (
        *at[:1],
        scores.by_category(answer, k),
        *at[1:],
        *scores.crossed(thought, answer),
        *scores.said(),
        *rates,
        *apart,
    )


def _way(thinking: Thinking, template: Template, *, drawn: bool, max_tokens: int, seed: int) -> Elicitation:
    """The paper's two settings: greedy, or temperature 0.6 with top-p 0.95."""
    temperature, top_p = (0.6, 0.95) if drawn else (0.0, 1.0)
    if thinking == "zero":
        return zero_think(template=template, max_tokens=max_tokens, temperature=temperature, top_p=top_p)
    if thinking == "less":
        return less_think(template=template, max_tokens=max_tokens, temperature=temperature, top_p=top_p)
    if thinking == "default":
        return as_it_is(max_tokens=max_tokens, temperature=temperature, top_p=top_p)
    return more_think(
        template=template,
        max_tokens=max_tokens,
        thought_tokens=min(10_000, max_tokens * 5 // 8),
        temperature=temperature,
        top_p=top_p,
        seed=seed,
    )
