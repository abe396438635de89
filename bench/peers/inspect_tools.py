"""Samples with two tools as an Inspect task: its own loop of calls and results, no scorer.

Run by `bench/cases/tool_calls.py`:
    inspect eval bench/peers/inspect_tools.py --model openai-api/bench/bench -T n=200
"""

from collections.abc import Callable
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import tool


@tool
def look() -> Callable[..., Any]:
    async def execute(place: str) -> str:
        """Look at a place.

        Args:
            place: Where to look.
        """
        return "nothing there"

    return execute


@tool
def turn() -> Callable[..., Any]:
    async def execute(device: str) -> str:
        """Switch a device.

        Args:
            device: Which device.
        """
        return "done"

    return execute


@task
def acting(n: int) -> Task:
    """So many samples, each of which calls both tools and then answers."""
    samples = [Sample(id=str(number), input=f"Put room {number} in order.") for number in range(n)]
    return Task(dataset=samples, solver=[use_tools(look(), turn()), generate(tool_calls="loop")])
