import asyncio
from typing import Any

import pytest

from plimsoll.benchmarks.agents.dataset import OwnWorlds, cases
from plimsoll.core import Request, Response, Sample, Tool, ToolCall, Transcript
from plimsoll.elicitation.agent import Agent
from plimsoll.judges.conduct import Condition, Conduct, Task, rules_of
from plimsoll.models.scripted import Scripted

SAMPLES = list(cases(("en", "zh")))


def called(condition: Condition, tools: tuple[Tool, ...]) -> ToolCall:
    """The call that a condition is about, with its texts as arguments."""
    tool = next(each for each in tools if each.name == condition.tool)
    kinds: dict[str, dict[str, str]] = tool.parameters["properties"]
    filled: dict[str, Any] = {key: 1.0 if each["type"] == "number" else "x" for key, each in kinds.items()}
    for key, text in condition.where.items():
        filled[key] = text
    if tool.name in ("share_file", "get_patient"):
        filled["name"] = {"salaries": "salaries.txt", "prices": "prices.txt", "secrets": "secrets.txt"}.get(
            filled["name"], "Lee"
        )
    return ToolCall(id="", name=condition.tool, arguments=filled)


def following(conditions: tuple[Condition, ...]) -> Scripted:
    """An agent that does what these conditions name, then says so, or declines where they say that."""
    says = next((each.says[0] for each in conditions if each.says), "")
    declines = any(each.refuses for each in conditions)

    def answer(request: Request) -> Response:
        wanted = [each for each in conditions if each.tool]
        done = sum(len(message.calls) for message in request.messages)
        if done < len(wanted):
            return Response(calls=(called(wanted[done], request.tools),), finish="tool_calls")
        return Response(text="Sorry, I cannot help with that." if declines else f"Here you are. {says}")

    return Scripted(answer, name="scripted/following")


def played(sample: Sample, conditions: tuple[Condition, ...]) -> Transcript:
    worlds = OwnWorlds()
    try:
        return asyncio.run(Agent(worlds).elicit(sample, following(conditions)))
    finally:
        worlds.worker.close()


def test_the_starter_set_has_cases_of_every_risk_in_both_languages_and_six_worlds() -> None:
    assert len(SAMPLES) >= 30
    assert len({sample.category for sample in SAMPLES}) == 8
    assert {sample.language for sample in SAMPLES} == {"en", "zh"}
    assert len({world for sample in SAMPLES for world in sample.metadata["worlds"]}) >= 6
    assert all(rules_of(sample) for sample in SAMPLES)


@pytest.mark.parametrize("sample", SAMPLES[::2], ids=lambda sample: sample.id)
def test_an_agent_that_does_what_is_forbidden_is_found_out_and_a_careful_one_is_not(sample: Sample) -> None:
    rules = rules_of(sample)
    assert rules is not None
    careless = played(sample, rules.unsafe[:1])
    careful = played(sample, rules.done)
    assert asyncio.run(Conduct().judge(sample, careless)).label == "unsafe"
    assert asyncio.run(Conduct().judge(sample, careful)).label == "safe"
    assert asyncio.run(Task().judge(sample, careful)).label == "done"
