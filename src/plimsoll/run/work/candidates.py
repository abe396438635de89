"""What a generator yields: prompts with where they come from, failures with their reason, steps on the way.

All are samples; what they are stands in their metadata under the names of this file.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from plimsoll.core import Sample, replace, user
from plimsoll.run.work.sorting import Axes

PROBLEM, STEP, MADE_OF, BESIDE, AXES, QUOTA = "problem", "step", "made_of", "beside", "axes", "quota"
COMBINED = "combined"
"""Marks prompts of a combinatorial design: only equal ones among them are repetitions."""
SHOWN = 2_000
"""Characters of a useless reply that are kept in the log."""


@runtime_checkable
class Planned(Protocol):
    """A generator that divides its risks before it writes: into combinations, leaves, languages, tools."""

    @property
    def quota(self) -> int:
        """Prompts for each of its cells, where the user names no number."""
        ...

    @property
    def axes(self) -> Axes:
        """What it varies beside the risk, with the definition of each category; none for most."""
        ...

    def plan(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Cells, each a seed of its own, and the steps and failures on the way to them."""
        ...


def prompt_of(
    cell: Sample,
    prompt: str,
    made_of: Mapping[str, Any] | None = None,
    *,
    beside: Mapping[str, Any] | None = None,
    language: str = "",
    pair: str = "",
) -> Sample:
    """A candidate: `made_of` says what it was made of, `beside` holds records for files beside the set."""
    given = {MADE_OF: dict(made_of or {}), BESIDE: dict(beside or {})}
    return replace(
        cell,
        messages=(user(prompt),),
        language=language or cell.language,
        pair=pair or cell.pair,
        metadata={**cell.metadata, **given},
    )


def failure_of(cell: Sample, said: str, problem: str) -> Sample:
    """What a writer said that is no prompt, and why."""
    return replace(cell, messages=(user(said[:SHOWN]),), metadata={**cell.metadata, PROBLEM: problem})


def step_of(cell: Sample, **told: Any) -> Sample:
    """Something that happened on the way, for the log of steps."""
    return replace(cell, metadata={**cell.metadata, STEP: told})


def is_cell(sample: Sample) -> bool:
    """Whether a plan names a cell, and not a step or a failure."""
    return STEP not in sample.metadata and not sample.metadata.get(PROBLEM)
