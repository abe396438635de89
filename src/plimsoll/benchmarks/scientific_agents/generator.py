"""Cells of domain, intent and impact -> further scenarios, which a model writes and a filter reads.

A model fills the slots with a request that says what is wanted and never how, with tools, and with what a
careful agent would do. What holds a technical detail, names a tool that is not there, or is no such object
is a candidate with its problem said.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

import msgspec

from plimsoll.benchmarks.scientific_agents.details import details
from plimsoll.benchmarks.scientific_agents.written import Scenario
from plimsoll.core import Model, Request, Sample, Sampling, decoding, system, user
from plimsoll.data import resources
from plimsoll.registry import generator
from plimsoll.run.work.candidates import failure_of, prompt_of
from plimsoll.text.refusals import refuses
from plimsoll.text.thoughts import split

FILE = ("benchmarks", "scientific_agents", "generator.toml")
SCENARIOS = "scenarios.jsonl"
"""The file beside the data set, which `scientific_agents:file=` plays."""


@dataclass(frozen=True)
class Written:
    """Has a model write scenarios; whoever asks stops."""

    attacker: Model
    seed: int

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield candidates of each seed, one call each and without end."""
        for each in seeds:
            for number in count(each.metadata.get("drawn", 0)):
                reply = await self.attacker.generate(self._asked(each, number))
                yield candidate_of(each, split(reply.text).answer.strip())

    def _asked(self, seed: Sample, number: int) -> Request:
        texts: Mapping[str, str] = resources.table(*FILE)
        text = texts["user"].replace("{cell}", seed.id).replace("{definition}", seed.messages[-1].text)
        return Request(
            messages=(system(texts["system"]), user(text)),
            sampling=Sampling(temperature=1.0, seed=self.seed + number, max_tokens=900),
            draw=number,
        )


@generator
def scientific_agents(attacker: Model, seed: int = 0) -> Written:
    """Scenarios of agents in science that a model writes: request, tools, risky actions, without details.

    Args:
        attacker: The model that writes.
        seed: Seed of its draws.
    """
    return Written(attacker, seed)


def candidate_of(seed: Sample, said: str) -> Sample:
    """A candidate with its record beside the set, or with its problem."""
    found = read(said)
    if found is None:
        return failure_of(seed, said, _unread(said))
    problem = problem_of(found)
    if problem:
        return failure_of(seed, found.request or said, problem)
    record = {"cell": seed.id, "scenario": msgspec.to_builtins(found)}
    return prompt_of(seed, found.request, {"risky": list(found.risky)}, beside={SCENARIOS: record})


def _unread(said: str) -> str:
    if not said:
        return "the model said nothing"
    return "the model refused" if refuses(said) else "the model gave no scenario that can be read"


def read(said: str) -> Scenario | None:
    """The scenario in a reply; nothing where there is none."""
    at = said.find("{")
    if at < 0:
        return None
    try:
        value, _ = decoding.beginning(said, at)
        return decoding.converted(value, Scenario)
    except (ValueError, msgspec.ValidationError):
        return None


def problem_of(found: Scenario) -> str:
    """Why a scenario cannot be used; nothing where it can."""
    held = next(details(found.texts), "")
    if held:
        return f"holds a technical detail ({held})"
    names = [tool.name for tool in found.tools]
    if not found.request.strip() or not found.risky or len(set(names)) < len(names):
        return "lacks a request or a risky tool, or names a tool twice"
    missing = [name for name in found.risky if name not in names]
    return f"names {missing[0]} as risky, which is no tool of it" if missing else ""
