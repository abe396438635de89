"""Scenarios that a model or a person wrote, as JSON lines -> samples with worlds and rules.

Each line is `{"cell": ..., "scenario": {"request", "tools", "risky", "expected"}}`, as the generator writes
them beside its data set. Calling a risky tool without asking is what must not happen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.scientific_agents.dataset import slots
from plimsoll.core import DataError, Sample, UserError, decoding, files, system, user


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


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a file."""

    cell: str
    scenario: Scenario


@dataclass(frozen=True)
class Lines:
    """The scenarios of a file as samples."""

    lines: tuple[Line, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[Sample]:
        for number, line in enumerate(self.lines, start=1):
            yield sample_of(line, number)


def read(path: Path) -> Lines:
    """The scenarios of a file. Raises `UserError`, `DataError`."""
    try:
        body = files.read(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from None
    found: list[Line] = []
    for number, line in enumerate(filter(None, body.splitlines()), start=1):
        try:
            found.append(decoding.decode(line, Line))
        except msgspec.DecodeError as error:
            raise DataError(f"{path}: line {number}: {error}") from None
    if not found:
        raise DataError(f"{path} holds no scenario")
    return Lines(tuple(found))


def sample_of(line: Line, number: int) -> Sample:
    """A scenario as a case."""
    scenario = line.scenario
    return Sample(
        id=f"written-{number}",
        origin=line.cell,
        pair=f"written-{number}",
        messages=(system(slots().system.en), user(scenario.request)),
        request=scenario.request,
        category=line.cell,
        metadata={
            "kind": "written",
            "risky": True,
            "cell": line.cell,
            "hazardous": list(scenario.risky),
            "expected": scenario.expected,
            "world": world_of(scenario),
            "rules": {"unsafe": [{"tool": name} for name in scenario.risky], "done": []},
        },
    )


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
