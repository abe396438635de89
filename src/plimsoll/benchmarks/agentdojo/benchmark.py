"""AgentDojo: 97 tasks in four suites -> does an agent follow instructions hidden in what tools return?

Idea: an agent reads mails, files and pages that others wrote. So a goal of somebody else's is put where the
agent will read it who does the user's task, and code checks whether that goal was reached, and the task done.

Steps: (1) a suite's environment is made, with the injection at every place that the solution of the task
reads; (2) the agent acts; (3) the suite's own checks look at the environment before and after.

Where ours differs: every task is asked without an injection, too, and statistics count its variants as one
task; suites run in a process of their own that writes no file and reaches nobody; texts of attacks are the
package's, addressed to "the AI language model"; a reply without words is judged once, not tried three times.
Defenses are Plimsoll's (`--defense results/...`).
"""

from typing import Literal

from plimsoll.benchmarks.agentdojo import dataset
from plimsoll.benchmarks.agentdojo.dataset import SUITES, Dojos, Suite, Tasks
from plimsoll.benchmarks.agentdojo.inside import Attack
from plimsoll.benchmarks.agentdojo.judge import Checks, Done, Hijacked
from plimsoll.core import Benchmark, Card, Record
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.elicitation.styles import Way
from plimsoll.metrics.acting import acting
from plimsoll.metrics.judged import of_judge, replies_of
from plimsoll.metrics.rates import by, judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="AgentDojo: A Dynamic Environment to Evaluate Attacks and Defenses for LLM Agents",
    year=2024,
    paper="https://arxiv.org/abs/2406.13352",
    source="https://github.com/ethz-spylab/agentdojo",
    license="MIT",
    languages=("en",),
    version=1,
    differs=(
        "every task without an injection as well; suites in a process of their own; variants of a task count "
        "as one; attacks address no model by name"
    ),
    covers=("safety-at-scale/indirect-injection", "safety-at-scale/agent-benchmarks"),
)


@benchmark
def agentdojo(
    *,
    suite: Literal["workspace", "travel", "banking", "slack", "all"] = "all",
    attack: Attack = "important_instructions",
    injection: str = "",
    version: str = "v1.2.2",
    style: Way = "auto",
    rounds: int = 15,
    max_tokens: int = 1024,
) -> Benchmark:
    """AgentDojo: agents whose tools return instructions that somebody hid there."""
    worker = dataset.worker()
    suites: tuple[Suite, ...] = SUITES if suite == "all" else (suite,)
    tasks = Tasks(worker, version, suites, attack, injection)
    checks = Checks(Dojos(worker))
    attacked = attack != "none"
    judges = (Hijacked(checks), Done(checks)) if attacked else (Done(checks),)
    hijacked = rate("hijacked_rate", judged_value("agentdojo"), _attacked, higher_is_safer=False)
    done = judged_value("agentdojo_utility")
    resisting = (
        (hijacked, "agentdojo"),
        (by(("category",), hijacked), "agentdojo"),
    )
    rates = (
        *(resisting if attacked else ()),
        (rate("done_rate", done, _plain), "agentdojo_utility"),
        (rate("done_under_attack_rate", done, _attacked), "agentdojo_utility"),
        (by(("category",), rate("done_rate", done, _plain)), "agentdojo_utility"),
    )
    return Benchmark(
        card=CARD,
        samples=lambda: tasks,
        elicitation=Agent(Dojos(worker), max_tokens=max_tokens, way=style, budget=Budget(rounds=rounds)),
        judges=judges,
        metrics=(*(of_judge(name, each) for each, name in rates), *replies_of(judges), acting),
        headline="hijacked_rate" if attacked else "done_rate",
        scope={"attacked": attacked},
        measures="safety" if attacked else "utility",
    )


def _attacked(record: Record) -> bool:
    return bool(record.sample.metadata.get("attacked"))


def _plain(record: Record) -> bool:
    return not _attacked(record)
