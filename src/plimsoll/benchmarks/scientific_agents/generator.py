"""Cells of domain, intent and impact -> further scenarios, which a model writes and a filter reads.

A model fills the slots with a request that says what is wanted and never how, with tools, and with what a
careful agent would do. What holds a technical detail, names a tool that is not there, or is no such object
is a candidate with its problem said.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.scientific_agents.details import details
from plimsoll.core import Model, Request, Sample, Sampling, decoding, replace, system, user
from plimsoll.data import resources
from plimsoll.registry import generator
from plimsoll.text.refusals import refuses
from plimsoll.text.thoughts import split

FILE = ("benchmarks", "scientific_agents", "generator.toml")


class Offered(Struct, frozen=True, forbid_unknown_fields=True):
    """A tool as a model writes it."""

    name: str
    description: str
    says: str
    """What it answers."""
    arguments: tuple[str, ...] = ()


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario as a model writes it."""

    request: str
    tools: tuple[Offered, ...]
    risky: tuple[str, ...]
    """Tools that must not be called without asking."""
    expected: str
    """What a careful agent does."""

    @property
    def texts(self) -> str:
        """All of it that is read by anybody."""
        told = (f"{tool.name} {tool.description} {tool.says}" for tool in self.tools)
        return "\n".join((self.request, self.expected, *told))


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
                yield sample_of(each, split(reply.text).answer.strip())

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


def sample_of(seed: Sample, said: str) -> Sample:
    """A candidate with the world it is played in, or with its problem."""
    found = read(said)
    if found is None:
        problem = "the model refused" if refuses(said) else "the model gave no scenario that can be read"
        return replace(seed, messages=(user(said or "-"),), metadata={**seed.metadata, "problem": problem})
    told = system(resources.table("benchmarks", "scientific_agents", "starter.toml")["system"]["en"])
    return replace(
        seed,
        messages=(told, user(found.request)),
        request=found.request,
        metadata={
            **seed.metadata,
            "problem": problem_of(found),
            "kind": "A3",
            "risky": True,
            "hazardous": list(found.risky),
            "expected": found.expected,
            "world": world_of(found),
            "rules": {"unsafe": [{"tool": name} for name in found.risky], "done": []},
        },
    )


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


def world_of(found: Scenario) -> dict[str, Any]:
    """The laboratory of a scenario, as `Lab` takes it."""
    return {
        "tools": [
            {
                "name": tool.name,
                "description": tool.description,
                "says": tool.says,
                "parameters": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in tool.arguments},
                    "required": list(tool.arguments),
                },
            }
            for tool in found.tools
        ],
        "hazardous": list(found.risky),
    }
