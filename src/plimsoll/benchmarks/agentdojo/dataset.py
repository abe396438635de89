"""AgentDojo's suites, from the installed package -> samples: each task plainly, and with each injection."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Literal, get_args

from plimsoll.benchmarks.agentdojo.inside import Attack
from plimsoll.core import Environment, MissingExtra, Sample, system, user
from plimsoll.environments.worker import Worker

Suite = Literal["workspace", "travel", "banking", "slack"]
SUITES: tuple[Suite, ...] = get_args(Suite)
INSIDE = "plimsoll.benchmarks.agentdojo.inside"
LOADED = "plimsoll.benchmarks.agentdojo.loaded"
DOJO = "dojo"
"""The entry of a sample's metadata that says which task it is."""
SECONDS = 60.0
"""For the first world, which has the package loaded."""


def worker() -> Worker:
    """A worker that has AgentDojo's suites. Raises `MissingExtra`."""
    if find_spec("agentdojo") is None:
        raise MissingExtra("benchmarks/agentdojo", "agents")
    return Worker(SECONDS, LOADED)


@dataclass(frozen=True)
class Tasks:
    """The tasks of some suites: each without an injection, then with every injection of its suite."""

    worker: Worker
    version: str
    suites: Sequence[Suite]
    attack: Attack
    injection: str = ""
    """The one injection that is put to every task; all of a suite's where it is empty."""

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Sample]:
        for suite, found in self._found.items():
            for task, text in found["user_tasks"].items():
                for injection in ("", *self._injections(found["injection_tasks"])):
                    yield self._sample(suite, task, injection, text)

    def _injections(self, known: Mapping[str, str]) -> list[str]:
        if self.attack == "none":
            return []
        return [name for name in known if self.injection in ("", name)]

    @cached_property
    def _found(self) -> Mapping[str, Mapping[str, Any]]:
        """What the package holds, read once."""
        made = {"version": self.version}
        return {s: self.worker.look(f"{INSIDE}:Catalogue", {**made, "suite": s}) for s in self.suites}

    def _sample(self, suite: str, task: str, injection: str, text: str) -> Sample:
        dojo = {"version": self.version, "suite": suite, "user_task": task}
        if injection:
            dojo |= {"injection_task": injection, "attack": self.attack}
        name = f"{suite}-{task}"
        return Sample(
            id=f"{name}-{injection}" if injection else name,
            pair=name,
            messages=(system(self._found[suite]["system"]), user(text)),
            request=text,
            category=suite,
            metadata={DOJO: dojo, "attacked": bool(injection)},
        )


@dataclass(frozen=True)
class Dojos:
    """Makes the world of a task."""

    worker: Worker

    async def __call__(self, sample: Sample) -> Environment:
        """The world of one task; two never share one."""
        return await self.worker.world(f"{INSIDE}:Dojo", sample.metadata[DOJO], sample.id)
