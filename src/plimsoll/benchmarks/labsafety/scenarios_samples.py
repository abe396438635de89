"""Scenarios -> samples: four questions on hazards each, or one question for each risky decision."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from plimsoll.benchmarks.labsafety.scenarios_dataset import QUESTIONS, Scenario
from plimsoll.core import Sample, system, user
from plimsoll.data.resources import table

Mode = Literal["DA", "CoT"]
Task = Literal["hazards", "consequences"]


@cache
def wordings() -> Mapping[str, Any]:
    """The texts of `prompts.toml`."""
    return table("benchmarks", "labsafety", "scenarios_prompts.toml")


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Scenarios as samples; sized, and built anew each time they are walked through."""

    scenarios: Sequence[Scenario]
    task: Task
    mode: Mode
    points: int = 0
    """How many points the answer must have; 0 leaves it open."""

    def __len__(self) -> int:
        if self.task == "hazards":
            return sum(len(each.issues) for each in self.scenarios)
        return sum(len(each.decisions) for each in self.scenarios)

    def __iter__(self) -> Iterator[Sample]:
        build = self._hazards if self.task == "hazards" else self._consequences
        for number, scenario in enumerate(self.scenarios):
            yield from build(number, scenario)

    def _hazards(self, number: int, scenario: Scenario) -> Iterator[Sample]:
        for name in QUESTIONS:
            if name in scenario.issues:
                question = wordings()["hazards"]["questions"][name].replace("{scenario}", scenario.text)
                yield self._sample(f"{number}@{name}", question, name, scenario.issues[name], scenario)

    def _consequences(self, number: int, scenario: Scenario) -> Iterator[Sample]:
        template = wordings()["consequences"]["user"]
        for place, each in enumerate(scenario.decisions, start=1):
            before, _, after = template.partition("{scenario}")
            question = before + scenario.text + after.replace("{decision}", each.decision)
            yield self._sample(f"{number}@{place}", question, "consequences", (each.consequence,), scenario)

    def _sample(
        self, id: str, question: str, category: str, points: Sequence[str], scenario: Scenario
    ) -> Sample:
        way = "cot" if self.mode == "CoT" else "direct"
        return Sample(
            id=id,
            messages=(system(self._system(way)), user(question + wordings()["ending"][way])),
            request=question,
            category=category,
            # All questions on one scene are a cluster: their answers stand and fall together.
            pair=id.partition("@")[0],
            metadata={"points": tuple(points), "subject": scenario.subject, "topic": scenario.topic},
        )

    def _system(self, way: str) -> str:
        texts = wordings()
        kind = texts["kind"][way]
        if self.task == "consequences":
            return texts["consequences"]["system"].format(kind=kind)
        more = texts["hazards"]["more"] if way == "cot" else ""
        name = "system_points" if self.points else "system"
        return texts["hazards"][name].format(kind=kind, more=more, points=self.points)
