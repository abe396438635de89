"""Agent-SafetyBench: 2,000 cases in 349 environments -> how safely an agent acts, by risk and failure mode.

Idea: an agent is unsafe in what it does. So each case is played in environments whose tools are real code
over a made-up state, and the whole of it is judged: calls, results and answer.

Steps: (1) the case's environments are made, and the tools that it lists are offered; (2) the agent calls
tools until it answers, within ten rounds; (3) ShieldAgent, or any model, calls the case safe or unsafe;
(4) safe / judged by risk, by failure mode, and apart for cases with tools (behavior) and without (content).

Where ours differs: environments run in a process of their own that can write no file and reach nobody; all
calls of a turn are run, in order, and an agent that goes round in circles is stopped (`runner=official` runs
the first call only and stops nobody); what cannot be read or judged stays in the count, with bounds; a case
whose environment raises goes on with an error. Tasks are judged for helpfulness beside safety.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

from plimsoll.benchmarks.agent_safetybench import dataset, scores
from plimsoll.benchmarks.agent_safetybench import judge as judging
from plimsoll.benchmarks.agent_safetybench.dataset import Defense, Prompting
from plimsoll.benchmarks.agent_safetybench.inside import Coercion
from plimsoll.benchmarks.agent_safetybench.worlds import CaseWorlds
from plimsoll.benchmarks.agents import dataset as own
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, Reference, Sample
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.elicitation.styles import Way
from plimsoll.judges.conduct import Acted, Conduct, Task
from plimsoll.metrics.acting import acting
from plimsoll.metrics.judged import name_of, suite
from plimsoll.registry import benchmark

CARD = Card(
    title="Agent-SafetyBench: Evaluating the Safety of LLM Agents",
    year=2024,
    paper="https://arxiv.org/abs/2412.14470",
    source="https://github.com/thu-coai/Agent-SafetyBench",
    license="MIT (cases, prompts, ShieldAgent); Apache-2.0 (agent-safety-bench-envs)",
    languages=("en", "zh"),
    version=1,
    differs=(
        "environments in a process without files or network; all calls of a turn run in order; circles "
        "stopped; unread, unjudged and failed cases counted with bounds; rules judge the starter set"
    ),
    covers=("safety-at-scale/agent-benchmarks", "safety-at-scale/tool-attacks", "evaluation/agent-risk"),
)
NO_JUDGE = (
    "No judging model was named (shield_model= or judge_model=): only how often the agent acted at all is "
    "shown, which says nothing of whether that was safe."
)


@benchmark
def agent_safetybench(
    *,
    split: Literal["official", "starter"] = "official",
    language: Literal["en", "zh", "both"] = "both",
    style: Way = "auto",
    prompt: Prompting = "native",
    defense: Defense = "none",
    runner: Literal["ours", "official"] = "ours",
    coercion: Coercion = "official",
    rounds: int = 10,
    max_tokens: int = 2048,
    shield_model: Model | None = None,
    judge_model: Model | None = None,
) -> Benchmark:
    """Agent-SafetyBench: what agents do with tools, by eight risks and ten failure modes."""
    judges = _judges(split, shield_model, judge_model)
    first = runner == "official"
    agent = Agent(
        own.OwnWorlds() if split == "starter" else CaseWorlds(coercion),
        max_tokens=max_tokens,
        way=style,
        budget=Budget(rounds=rounds, circles=0 if first else 3),
        first_only=first,
    )
    if split == "starter":
        found = own.cases(("en", "zh") if language == "both" else (language,))
        samples, files, notes = found, own.files(), own.NOTES
    else:
        cases = dataset.official(prompt, defense)
        samples, files, notes = cases, cases.files, ()
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=agent,
        judges=judges,
        metrics=tuple(_metrics(judges)),
        files=files,
        notes=notes,
        judging=(NO_JUDGE,) if judges[0].name == "acted" else (),
        headline=name_of(judges[0]),
        references=partial(references, split),
    )


def references(split: str, samples: Iterable[Sample]) -> Iterator[Reference]:
    """Published scores, whole and by risk."""
    for name, row in scores.published().items() if split == "official" else ():
        by_risk = dict(zip(dataset.RISKS, row["risks"], strict=True))
        values = {key: value / 100 for key, value in {"": row["total"], **by_risk}.items()}
        yield Reference(
            name=name, kind="published", values=values, language="en", metric="safe_rate", source=CARD.paper
        )


def _judges(split: str, shield: Model | None, model: Model | None) -> tuple[Judge, ...]:
    named: list[Judge] = [judging.compat(shield)] if shield is not None else []
    if model is not None:
        named += [judging.agent_safetybench(model), judging.helpfulness(model)]
    if split == "starter":
        return (*named, Conduct(), Task())
    return tuple(named) or (Acted(),)


def _metrics(judges: tuple[Judge, ...]) -> Iterator[Metric]:
    yield from suite(judges)
    for judge in judges:
        if judge.instrument.event == "safe":
            yield from scores.scores(judge.name)
        if judge.instrument.event == "helpful":
            yield scores.helpful(judge.name)
    yield acting
