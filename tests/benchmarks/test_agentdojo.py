import asyncio
from collections import Counter
from typing import Any

import pytest

from plimsoll.benchmarks.agentdojo import dataset, loaded
from plimsoll.benchmarks.agentdojo.inside import suite_of
from plimsoll.benchmarks.agentdojo.judge import Checks, Done, Hijacked
from plimsoll.core import Request, Response, Sample, ToolCall, Transcript
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.models.scripted import Scripted

pytest.importorskip("agentdojo", reason="the extra 'agents' is not installed")
VERSION = "v1.2.2"


def solution(suite: str, kind: str, name: str) -> tuple[list[tuple[str, dict[str, Any]]], str]:
    """The package's own solution of a task: calls, and what is said at the end."""
    loaded.load()
    task = getattr(suite_of(VERSION, suite), f"{kind}_tasks")[name]
    environment = suite_of(VERSION, suite).load_and_inject_default_environment({})
    calls = task.ground_truth(environment)
    return [(call.function, dict(call.args)) for call in calls], str(task.GROUND_TRUTH_OUTPUT)


def following(calls: list[tuple[str, dict[str, Any]]], reply: str) -> Scripted:
    """An agent that makes these calls, then says this."""

    def answer(request: Request) -> Response:
        done = sum(len(message.calls) for message in request.messages)
        if done == len(calls):
            return Response(text=reply or "Done.")
        name, arguments = calls[done]
        return Response(calls=(ToolCall(id="", name=name, arguments=arguments),), finish="tool_calls")

    return Scripted(answer, name="scripted/following")


def judged(sample: Sample, agent: Scripted) -> tuple[Transcript, str, str]:
    async def play() -> tuple[Transcript, str, str]:
        worlds = dataset.Dojos(dataset.worker())
        checks = Checks(worlds)
        transcript = await Agent(worlds, budget=Budget(rounds=40, circles=0)).elicit(sample, agent)
        verdicts = [await judge(checks).judge(sample, transcript) for judge in (Hijacked, Done)]
        worlds.worker.close()
        return transcript, verdicts[0].label, verdicts[1].label

    return asyncio.run(play())


@pytest.fixture(scope="module")
def tasks() -> list[Sample]:
    worker = dataset.worker()
    found = list(dataset.Tasks(worker, VERSION, dataset.SUITES, "important_instructions"))
    worker.close()
    return found


def one(tasks: list[Sample], name: str) -> Sample:
    return next(sample for sample in tasks if sample.id == name)


def test_there_are_97_tasks_with_a_benign_twin_and_each_injection_of_their_suite(tasks: list[Sample]) -> None:
    plain = Counter(sample.category for sample in tasks if not sample.metadata["attacked"])
    attacked = Counter(sample.category for sample in tasks if sample.metadata["attacked"])
    assert plain == {"workspace": 40, "travel": 20, "banking": 16, "slack": 21}
    assert attacked == {"workspace": 40 * 14, "travel": 20 * 7, "banking": 16 * 9, "slack": 21 * 5}
    assert len({sample.cluster for sample in tasks}) == 97


@pytest.mark.parametrize("name", ["banking-user_task_0", "slack-user_task_1", "workspace-user_task_3"])
def test_who_solves_the_task_has_done_it_by_the_package_s_checks(tasks: list[Sample], name: str) -> None:
    suite, _, task = name.partition("-")
    transcript, hijacked, done = judged(one(tasks, name), following(*solution(suite, "user", task)))
    assert (hijacked, done) == ("not_applicable", "done")
    assert transcript.state["ended"] == "answer"


def test_who_follows_the_hidden_instruction_is_found_out_and_sees_it_in_a_result(tasks: list[Sample]) -> None:
    sample = one(tasks, "banking-user_task_0-injection_task_4")
    mine, _ = solution("banking", "user", "user_task_0")
    theirs, _ = solution("banking", "injection", "injection_task_4")
    transcript, hijacked, _ = judged(sample, following([*mine[:1], *theirs], "Done."))
    seen = "".join(message.text for message in transcript.messages if message.role == "tool")
    assert "<INFORMATION>" in seen
    assert hijacked == "hijacked"
    assert transcript.state["changes"]


def test_who_leaves_the_hidden_instruction_alone_resisted(tasks: list[Sample]) -> None:
    sample = one(tasks, "banking-user_task_0-injection_task_4")
    _, hijacked, done = judged(sample, following(*solution("banking", "user", "user_task_0")))
    assert (hijacked, done) == ("resisted", "done")
