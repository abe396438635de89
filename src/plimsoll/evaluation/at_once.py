"""Runs that share a pool -> carried out a few at a time: the end of one leaves no connection idle.

They begin in order, and share the connections, the cache and the cost limit of their pool. The first error
ends all of them; each sums up what it has, and the same command goes on with what waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from plimsoll.core import STOPS_THE_RUN
from plimsoll.run.ask.plan import Plan

AT_ONCE = 4
"""Runs under way at a time: enough to fill the connections, few enough to finish one by one."""


class Waiting(NamedTuple):
    """A run that waits, and its place among all."""

    place: int
    plan: Plan


async def each(waiting: Iterable[Waiting], carry_out: Callable[[Waiting], Awaitable[None]]) -> None:
    """Carry out every run. Raises what ended the first that did not go well."""
    jobs = iter(waiting)
    # Two runs of one id would go on with the same folder: one of them waits for the other.
    alone: dict[str, asyncio.Lock] = {}

    async def worker() -> None:
        for job in jobs:
            async with alone.setdefault(job.plan.manifest.id, asyncio.Lock()):
                await carry_out(job)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        raise _first(errors) from None


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a user must hear of several errors: what would stop any run, before the others."""
    found = errors.exceptions
    return next((error for error in found if isinstance(error, STOPS_THE_RUN)), found[0])
