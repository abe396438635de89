"""A planned suite -> its runs, a few at a time, under one progress display."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from plimsoll.cli import _output
from plimsoll.cli._interruption import end_when_told
from plimsoll.evaluation import at_once
from plimsoll.evaluation.at_once import Waiting
from plimsoll.evaluation.progress import JoinedProgress, Progress
from plimsoll.run.ask import suite
from plimsoll.run.ask.suite import Planning, SuiteRun
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.work.session import Session


@dataclass
class SuiteSession:
    """A suite being carried out."""

    planning: Planning
    path: Path = field(init=False)
    runs: list[SuiteRun] = field(init=False)

    def __post_init__(self) -> None:
        log_dir = self.planning.pool.settings.log_dir
        found = suite.unfinished(log_dir, self.planning.id)
        entries = self.planning.entries
        waiting = [SuiteRun(benchmark=each.spec, source=each.source, gap=each.gap) for each in entries]
        self.runs = list(suite.read(found).runs) if found else waiting
        self.path = found or suite.write(log_dir, self.planning, self.runs)

    def carry_out(self) -> Path:
        """Run what is not run yet; returns the suite's folder, which holds whatever was finished."""
        planning = self.planning
        total = sum(each.manifest.total for each in planning.plans)
        with Progress(f"{planning.name} · {planning.model}", total) as progress:
            try:
                asyncio.run(self._all(JoinedProgress(progress)))
            except (KeyboardInterrupt, asyncio.CancelledError):
                progress.__exit__(None, None, None)
                _output.echo("interrupted; the same command goes on with the suite", err=True)
                raise KeyboardInterrupt from None
        return self.path

    async def _all(self, together: JoinedProgress) -> None:
        end_when_told()
        async with self.planning.pool as pool:
            pool.budget.cost += self._spent()
            waiting: list[Waiting] = []
            for place, each in enumerate(self.planning.entries):
                if each.plan is not None and not self.runs[place].run:
                    waiting.append(Waiting(place, each.plan))
                elif each.plan is not None:
                    together.finished(each.plan.manifest.total, Counter())
            await at_once.each(waiting, partial(self._one, together))

    async def _one(self, together: JoinedProgress, waiting: Waiting) -> None:
        place, plan = waiting
        with together.part(f"{plan.manifest.spec.benchmark} · {self.planning.model}") as observer:
            going = Session(plan, observer)
            summary = await going.run()
        together.finished(summary.records, Counter(summary.outcomes))
        self.runs[place] = msgspec.structs.replace(self.runs[place], run=going.folder.path.name)
        suite.rewrite(self.path, self.planning, self.runs)

    def _spent(self) -> float:
        """What the suite's runs have cost before: one limit holds for all of them."""
        folders = (
            RunFolder(self.planning.pool.settings.log_dir / each.run) for each in self.runs if each.run
        )
        summaries = (folder.summary() for folder in folders)
        return sum(summary.cost or 0.0 for summary in summaries if summary is not None)
