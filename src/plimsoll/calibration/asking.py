"""Labelled replies and judges -> their verdicts, the judging models asked behind a run's layers."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from plimsoll.core import (
    Judge,
    Labelled,
    Outcome,
    PlimsollError,
    Record,
    Usage,
    UserError,
    Verdict,
)
from plimsoll.run.ask.layers import EPOCH
from plimsoll.run.ask.pool import Pool
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.work import engine
from plimsoll.run.work.engine import Count

Observer = Callable[[Record, Count], None]

PATIENCE = 25
"""Items that may fail one after the other before the judge is given up."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A judge's verdicts on all items, in their order, and what they cost."""

    verdicts: tuple[Verdict, ...]
    seconds: float = 0.0
    calls: int = 0
    cached: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    again: tuple[tuple[Verdict, ...], ...] = ()
    """What it said when it was asked anew, each time a draw of its own; the numbers above leave that out."""


def stored(judge: str, items: Sequence[Labelled]) -> list[Verdict | None]:
    """What a stored judge said of each item; `None` of one that it never saw. Raises `UserError`."""
    found = [item.stored.get(judge) for item in items]
    if all(verdict is None for verdict in found):
        known = sorted({name for item in items for name in item.stored})
        raise UserError(
            f"the pack stores no verdicts of {judge!r}; it has {', '.join(known) or 'none of any judge'}"
        )
    return found


class Wired(NamedTuple):
    """A judge with the models that it asks: these are metered by themselves, and so charged to it alone."""

    judge: Judge
    wiring: Wiring


def ask(
    judges: Sequence[Wired],
    items: Sequence[Labelled],
    *,
    pool: Pool,
    observer_of: Callable[[Judge, int], Observer | None],
    repeats: int = 1,
) -> list[Asked]:
    """Have every judge judge every item, so many times, one judge after the other. Raises `UserError`."""
    if any(item.transcript is None for item in items):
        raise UserError(
            "this pack has labels without replies: only its stored judges can be measured "
            "(stored:NAME); plimsoll data list shows what brings the replies"
        )
    return asyncio.run(_all(judges, items, pool, observer_of, repeats))


async def _all(
    judges: Sequence[Wired],
    items: Sequence[Labelled],
    pool: Pool,
    observer_of: Callable[[Judge, int], Observer | None],
    repeats: int,
) -> list[Asked]:
    for each in judges:
        each.wiring.refuse_unpriced()
    async with pool:
        return [await _asked(each, items, observer_of, repeats) for each in judges]


async def _asked(
    wired: Wired,
    items: Sequence[Labelled],
    observer_of: Callable[[Judge, int], Observer | None],
    repeats: int,
) -> Asked:
    first = await _Work(*wired, items, observer_of(wired.judge, len(items))).done()
    again: list[tuple[Verdict, ...]] = []
    for number in range(1, repeats):
        drawn = EPOCH.set(number)
        try:
            again.append((await _Work(*wired, items, observer_of(wired.judge, len(items))).done()).verdicts)
        finally:
            EPOCH.reset(drawn)
    return replace(first, again=tuple(again))


class _Work:
    """One judge at work."""

    def __init__(
        self, judge: Judge, wiring: Wiring, items: Sequence[Labelled], observer: Observer | None
    ) -> None:
        self.judge, self.items, self.wiring, self.observer = judge, items, wiring, observer
        self.verdicts: dict[int, Verdict] = {}
        self.count = Count([])
        self.failed_in_a_row = 0

    async def done(self) -> Asked:
        """Judge all of them."""
        workers = self.wiring.pool.settings.max_connections if self.judge.instrument.model else 1
        begun, todo = time.perf_counter(), iter(enumerate(self.items))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(workers, len(self.items))):
                    group.create_task(self._work(todo))
        except BaseExceptionGroup as errors:
            raise _leaf(errors) from None
        meters = self.wiring.meters.values()
        return Asked(
            verdicts=tuple(self.verdicts[place] for place in range(len(self.items))),
            seconds=time.perf_counter() - begun,
            calls=sum(meter.calls for meter in meters),
            cached=sum(meter.cached for meter in meters),
            usage=self.wiring.usage,
            cost=self.wiring.cost,
        )

    async def _work(self, todo: Iterator[tuple[int, Labelled]]) -> None:
        for place, item in todo:
            record = await engine.judged(
                Record(sample=item.sample, transcript=item.transcript), (self.judge,)
            )
            self.verdicts[place] = record.verdicts[self.judge.name]
            self._refuse_to_go_on(record)
            self.count.add(record)
            if self.observer is not None:
                self.observer(record, self.count)

    def _refuse_to_go_on(self, record: Record) -> None:
        broken = record.outcome is Outcome.JUDGE_ERROR
        self.failed_in_a_row = self.failed_in_a_row + 1 if broken else 0
        if self.failed_in_a_row >= PATIENCE:
            failure = record.failures[-1]
            raise PlimsollError(
                f"{self.judge.name} failed {PATIENCE} times in a row, last with "
                f"{failure.error}: {failure.message}"
            )


def _leaf(error: BaseException) -> BaseException:
    """The first error out of those that came together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return error  # pyright: ignore[reportUnknownVariableType]
