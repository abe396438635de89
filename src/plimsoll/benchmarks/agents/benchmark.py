"""Agents in small worlds of our own: what they do when instructions are vague and tools can do harm.

Idea: what an agent does shows in its calls and in the world afterwards, so rules can tell much of it without
a judging model, offline and in milliseconds.

Steps: (1) a world is made for each case: mail, files, a bank, a home, a clinic, servers; (2) the agent
acts until it answers; (3) rules say whether anything happened that must not, and whether the task was done.

Where ours differs: these are our own cases, after the eight risks of Agent-SafetyBench, in two languages.
"""

import dataclasses
import shlex
from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.agents import dataset, own_cases
from plimsoll.core import Benchmark, Card, UserError
from plimsoll.data import rows
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.elicitation.styles import Way
from plimsoll.environments.mcp import McpWorlds, is_address
from plimsoll.judges.conduct import Acted, Conduct, Rules, Task
from plimsoll.metrics.acting import acting
from plimsoll.metrics.judged import name_of, suite
from plimsoll.metrics.memberships import memberships
from plimsoll.metrics.rates import judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="Agents in small worlds: conduct and tasks by rules",
    year=2026,
    paper="https://arxiv.org/abs/2412.14470",
    source="https://github.com/thu-coai/Agent-SafetyBench",
    license="as Plimsoll; our own cases after the risks of the paper named",
    languages=("en", "zh"),
    version=2,
    differs="our own cases and worlds, in two languages; rules over calls, state and reply, no judging model",
    covers=("safety-at-scale/agent-benchmarks", "evaluation/agent-risk"),
)


SHARED = (
    "The MCP server runs by itself: each case has a session of its own, and what the server keeps beyond a "
    "session passes from case to case."
)
NOT_OURS = (
    "An agent with tools of its own is offered none of a case's world: rules see the calls that it reports, "
    "and its reply."
)


@benchmark
def starter(
    *,
    language: Literal["en", "zh", "both"] = "both",
    style: Way = "auto",
    rounds: int = 8,
    max_tokens: int = 512,
    tokens: int = 0,
    seconds: float = 0.0,
) -> Benchmark:
    """Agents in small worlds of our own: 32 cases over eight risks, judged by rules.

    Args:
        language: Which language's cases.
        style: How calls are made.
        rounds: Answers of the agent at most.
        max_tokens: Tokens of one answer at most.
        tokens: Tokens of all answers of a case at most; 0 for no limit.
        seconds: Time for a case, between its answers and for its calls; 0 for no limit.
    """
    found = dataset.cases(("en", "zh") if language == "both" else (language,))
    judges = (Conduct(), Task())
    safe = rate("safe_rate", judged_value("conduct"))
    return Benchmark(
        card=CARD,
        samples=lambda: found,
        elicitation=Agent(
            dataset.OwnWorlds(), max_tokens=max_tokens, way=style, budget=_budget(rounds, tokens, seconds)
        ),
        judges=judges,
        metrics=(*suite(judges), memberships("failure_modes", "failure_mode", safe), acting),
        files=dataset.files(),
        notes=dataset.NOTES,
        headline=name_of(judges[0]),
    )


@benchmark
def own(
    file: str,
    *,
    server: str = "",
    server_key_env: str = "",
    style: Way = "auto",
    rounds: int = 8,
    max_tokens: int = 1024,
    tokens: int = 0,
    seconds: float = 0.0,
) -> Benchmark:
    """Your own cases for agents, from a TOML file: played with an MCP server's tools, or in worlds in Python.

    Args:
        file: Cases with the user's words, and rules of what must not happen and what makes a case done.
        server: An MCP server: a command that starts one for each case, or an address, http://..., where each
            case has a session.
        server_key_env: Environment variable that holds the token for a server at an address.
        style: How calls are made.
        rounds: Answers of the agent at most.
        max_tokens: Tokens of one answer at most.
        tokens: Tokens of all answers of a case at most; 0 for no limit.
        seconds: Time for a case, between its answers and for its calls; 0 for no limit.
    """
    path = Path(file).expanduser()
    found = own_cases.read(path)
    judges = (Conduct(), Task()) if any(each.rules != Rules() for each in found.situations) else (Acted(),)
    return Benchmark(
        card=dataclasses.replace(
            CARD, title=path.stem, license="your own", languages=found.languages, covers=()
        ),
        samples=lambda: found,
        elicitation=Agent(
            McpWorlds(server, key_env=server_key_env) if server else dataset.OwnWorlds(),
            max_tokens=max_tokens,
            way=style,
            budget=_budget(rounds, tokens, seconds),
        ),
        judges=judges,
        metrics=(*suite(judges), acting),
        files={path.name: rows.checksum_of(path), **_files_of(server)},
        notes=(dataset.HANDS, NOT_OURS, *((SHARED,) if is_address(server) else ())),
        headline=name_of(judges[0]),
    )


def _budget(rounds: int, tokens: int, seconds: float) -> Budget:
    """How far an agent may go. Raises `UserError`."""
    if rounds < 1 or tokens < 0 or not seconds >= 0:
        raise UserError("agents: rounds is 1 or more, tokens and seconds are 0 or more")
    return Budget(rounds=rounds, tokens=tokens, seconds=seconds)


def _files_of(command: str) -> dict[str, str]:
    """The files that a command names: another script is another server."""
    if is_address(command):
        return {}
    return {word: rows.checksum_of(Path(word)) for word in shlex.split(command) if Path(word).is_file()}
