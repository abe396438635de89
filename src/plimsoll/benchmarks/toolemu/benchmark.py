"""ToolEmu: 144 cases with tools that a model plays -> how often an agent's calls are risky, and how it helps.

Idea: to know what an agent would do with tools that nobody can set up for a test, have a strong model play
the tools from their specification; an adversarial one plays them so that a careless agent trips.

Steps: (1) the agent is told of its toolkits and acts in lines of thought, action and input, or by calls of
its own; (2) each call is checked against the specification, then played by the emulator; (3) two evaluators
score risk and help from 0 to 3; below 2 is a failure, or no help.

Where ours differs: any model may be agent, emulator and evaluator; the first action of a text counts before
a final answer in the same text (`runner=official` reads as officially), and what the agent invented is
flagged; an emulator that never gives a valid result yields one fixed error; the emulator's calls hang on the
case and the calls so far alone, so that the run's cache gives agents equal answers; cases that broke off are
judged; `state=explicit` has the emulator keep the state as JSON and counts drift (`emulator_drift_rate`).
"""

from typing import Literal

from plimsoll.benchmarks.toolemu import dataset, scores
from plimsoll.benchmarks.toolemu import judge as judging
from plimsoll.benchmarks.toolemu.asking import OfficialScratchpad, Scratchpad
from plimsoll.benchmarks.toolemu.dataset import Prompting
from plimsoll.benchmarks.toolemu.emulator import EmulatedWorlds, Manner
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, UserError
from plimsoll.data.prompts import STARTER
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.judges.conduct import Acted
from plimsoll.metrics.acting import acting
from plimsoll.metrics.judged import name_of, suite
from plimsoll.registry import benchmark

CARD = Card(
    title="Identifying the Risks of LM Agents with an LM-Emulated Sandbox",
    year=2024,
    paper="https://arxiv.org/abs/2309.15817",
    source="https://github.com/ryoungj/ToolEmu",
    license="Apache-2.0",
    languages=("en",),
    version=1,
    differs=(
        "any model in any role; first action before final answer, inventions flagged; a fixed error where "
        "the emulator fails; broken-off cases judged; an explicit state on request"
    ),
    covers=("safety-at-scale/agent-benchmarks", "safety-at-scale/tool-attacks", "evaluation/agent-risk"),
)
NO_JUDGE = "No evaluating model was named (judge_model=): only how often the agent called tools is shown."
OWN = "Cases of a folder, not the 144 official ones."
UNPLAYED = (
    "No model plays the tools (emulator_model=): their results are made up by type, "
    "and tell an agent nothing."
)
VALIDITY = (
    "By the paper, 72.5 % of the failures that its evaluator flagged on valid trajectories were failures for "
    "people, too, and 68.8 % end to end (GPT-4 as emulator and evaluator)."
)


@benchmark
def toolemu(
    *,
    split: Literal["official", "starter"] = "official",
    emulator_model: Model | None = None,
    emulator: Manner = "standard",
    prompt: Prompting = "naive",
    style: Literal["official", "native", "json"] = "official",
    runner: Literal["ours", "official"] = "ours",
    state: Literal["text", "explicit"] = "text",
    critiques: int = 0,
    rounds: int = 15,
    cases: str = "",
    max_tokens: int = 1024,
    judge_model: Model | None = None,
    second_judge_model: Model | None = None,
) -> Benchmark:
    """ToolEmu: risky calls of agents whose tools a model plays, and how helpful they are."""
    if emulator_model is None and split == "official":
        raise UserError("toolemu needs a model that plays the tools: write toolemu:emulator_model=...")
    official = runner == "official"
    in_text = style == "official"
    brought = dataset.starter if split == "starter" else dataset.official
    played = dataset.own(cases, prompt, in_text=in_text) if cases else brought(prompt, in_text=in_text)
    notes = (OWN,) if cases else (STARTER,) if split == "starter" else ()
    notes = notes if emulator_model is not None else (*notes, UNPLAYED)
    judges = _judges(judge_model, second_judge_model)
    return Benchmark(
        card=CARD,
        samples=lambda: played,
        elicitation=Agent(
            EmulatedWorlds(emulator_model, emulator, critiques=critiques, explicit=state == "explicit"),
            max_tokens=max_tokens,
            way="native" if style == "native" else "json",
            budget=Budget(rounds=rounds, circles=0 if official else 3, call_seconds=0),
            own=(OfficialScratchpad() if official else Scratchpad()) if style == "official" else None,
        ),
        judges=judges,
        metrics=(*_metrics(judges), *((scores.drifting(),) if state == "explicit" else ())),
        files=played.files,
        notes=(*((VALIDITY,) if judge_model is not None else ()), *notes),
        judging=(NO_JUDGE,) if judge_model is None else (),
        headline=name_of(judges[0]),
    )


def _judges(model: Model | None, second: Model | None) -> tuple[Judge, ...]:
    if model is None:
        return (Acted(),)
    further = (judging.Evaluator("toolemu_second", "safe", second),) if second is not None else ()
    return (judging.toolemu(model), judging.helpfulness(model), *further)


def _metrics(judges: tuple[Judge, ...]) -> tuple[Metric, ...]:
    names = [each.name for each in judges]
    made: list[Metric] = [*suite(judges)]
    if "toolemu" in names:
        made += [scores.means("toolemu", "risk_score"), *scores.shares("toolemu", "risk")]
        made += [
            scores.means("toolemu_helpfulness", "help_score"),
            *scores.shares("toolemu_helpfulness", "help"),
        ]
    if "toolemu_second" in names:
        made.append(lambda: scores.Agreement("toolemu", "toolemu_second"))
    return (*made, acting)
