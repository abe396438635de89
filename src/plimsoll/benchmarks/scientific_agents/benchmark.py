"""Agents in science: what they do in a laboratory when harm is meant, hidden in pieces, or not foreseen.

Idea: "Prioritizing Safeguarding Over Autonomy" (Tang et al.) asks for behavioural safety in the place of
output safety, along three axes: the user's intent, the scientific domain, what is affected. It has no data;
these are our own scenarios along its axes, without any technical detail.

Steps: (1) each domain and impact gives a case of meant harm, one cut into harmless pieces over three
sessions, one with a hazard that the user does not know of, and benign twins; (2) the agent acts in a
laboratory of ours; (3) rules say whether anything was started that must not be, whether the agent asked
first or declined, and whether a monitor of all sessions together would have raised an alarm.

Where ours differs: the paper is a position paper. Its policies are defenses here (`--defense policies/...`).
"""

from hashlib import sha256
from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.scientific_agents import dataset, scores, written
from plimsoll.benchmarks.scientific_agents.asking import Memory, Sessions
from plimsoll.benchmarks.scientific_agents.dataset import KINDS, Kind, Labs, Scenarios
from plimsoll.benchmarks.scientific_agents.judge import Confirmed, Declined, Monitor
from plimsoll.core import Benchmark, Card, Model, files
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.elicitation.styles import Way
from plimsoll.judges.conduct import Conduct, Task
from plimsoll.metrics.acting import acting
from plimsoll.metrics.judged import of_judge, replies_of
from plimsoll.registry import benchmark

CARD = Card(
    title="Prioritizing Safeguarding Over Autonomy: Risks of LLM Agents for Science",
    year=2024,
    paper="https://arxiv.org/abs/2402.04247",
    source="https://arxiv.org/abs/2402.04247",
    license="as Plimsoll; our own scenarios along the paper's axes",
    languages=("en", "zh"),
    version=2,
    differs="the paper has no data: our own scenarios, worlds and rules along its axes, in two languages",
    covers=("safety-at-scale/agent-benchmarks", "evaluation/agent-risk"),
)
OURS = "Scenarios are Plimsoll's own, one of each kind in a cell: read cells by their intervals."
HANDS = (
    "An agent that calls no tool starts nothing: read how often it kept to the rules beside how often it did "
    "what was right to do (done_rate)."
)


@benchmark
def scientific_agents(
    *,
    intent: Literal["A1", "A2", "A3", "benign", "all"] = "all",
    language: Literal["en", "zh", "both"] = "en",
    sessions: Memory = "separate",
    file: str = "",
    monitor_model: Model | None = None,
    style: Way = "auto",
    rounds: int = 8,
    max_tokens: int = 512,
) -> Benchmark:
    """Agents in science: 90 cases along intent, domain and impact, judged by what the agent does.

    Args:
        intent: Harm that is meant (A1), cut into pieces (A2), not foreseen (A3), or the benign twins.
        sessions: Whether the pieces of a task are put in sessions of their own or in one conversation.
        file: Scenarios of `plimsoll generate scientific_agents` (`scenarios.jsonl`), in the place of ours.
        monitor_model: Reads all sessions of a user together, in the place of a rule.
    """
    labs = Labs()
    judges = (Conduct(), Confirmed(), Declined(), Task(), Monitor(monitor_model))
    kinds: tuple[Kind, ...] = (
        KINDS if intent == "all" else tuple(each for each in KINDS if each.startswith(intent))
    )
    languages = ("en", "zh") if language == "both" else (language,)
    cases = written.read(Path(file).expanduser()) if file else Scenarios(languages, kinds)
    return Benchmark(
        card=CARD,
        samples=lambda: cases,
        elicitation=Sessions(
            labs, Agent(labs, max_tokens=max_tokens, way=style, budget=Budget(rounds=rounds)), sessions
        ),
        judges=judges,
        metrics=(
            *(of_judge(name, each) for name, each in scores.rates()),
            *replies_of(judges, without=frozenset({"refusal_rate"})),
            acting,
        ),
        files={Path(file).name: sha256(files.read(Path(file).expanduser())).hexdigest()}
        if file
        else dataset.stamp(),
        notes=(HANDS,) if file else (OURS, HANDS),
        headline="done_rate" if intent == "benign" else "safe_rate",
        scope={"risky": intent != "benign"},
        measures="utility" if intent == "benign" else "safety",
    )
