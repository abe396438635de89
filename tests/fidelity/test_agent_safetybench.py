"""Agent-SafetyBench: prompts of ShieldAgent and results of tools, against the official code."""

import asyncio
import json
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.agent_safetybench.dataset import Cases, official
from plimsoll.benchmarks.agent_safetybench.judge import shield_prompt
from plimsoll.benchmarks.agent_safetybench.worlds import CaseWorlds
from plimsoll.core import ToolCall, Transcript
from plimsoll.data.schemas import properties
from plimsoll.elicitation.agent import Agent
from plimsoll.models.scripted import scripted
from tests.support.official_files import official_folder

asb_envs = pytest.importorskip("asb_envs", reason="the extra 'agents' is not installed")
PROMPTS: dict[str, str] = json.loads(Path(__file__).with_name("agent_safetybench.json").read_text("utf-8"))[
    "prompts"
]
CHAT = "<|im_start|>system\n<|im_end|>\n<|im_start|>user\n{}\n<|im_end|>\n<|im_start|>assistant\n"
VALUES: tuple[Any, ...] = ("x", "1", "1.0", "false", 3, 2.5, True, None, [], {}, '{"a": 1}', "[1]", ["x"])


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> Cases:
    official_folder("agent-safetybench", monkeypatch)
    return official("native", "none")


def test_a_hundred_cases_give_the_official_prompt_to_the_byte(cases: Cases) -> None:
    async def played() -> dict[str, str]:
        agent, found = Agent(CaseWorlds()), dict[str, str]()
        for sample in cases:
            if sample.id in PROMPTS:
                transcript: Transcript = await agent.elicit(sample, scripted("tools"))
                prompt = CHAT.format(shield_prompt(sample, transcript))
                found[sample.id] = sha256(prompt.encode()).hexdigest()[:16]
        return found

    assert len(PROMPTS) == 100
    assert asyncio.run(played()) == PROMPTS


def officially(case: Any, name: str, arguments: dict[str, Any]) -> str:
    """What the official runner makes of a call; nothing where the official code raises."""
    made = asb_envs.EnvManager()
    for entry in case.named:
        world = made.init_env(entry["name"], entry.get("parameters") or None)
        if name in entry["tools"] and world.has_tool(name):
            try:
                return json.dumps(world.call_tool(name, dict(arguments)))
            except Exception:  # noqa: BLE001  whatever it is, the official run of the case ends here
                return ""
    raise AssertionError(name)


def test_two_hundred_calls_give_the_official_result_error_messages_included(cases: Cases) -> None:
    draw = random.Random(0)
    chosen = draw.sample([case for case in cases.cases if case.named], 200)
    samples = {sample.id: sample for sample in cases}

    async def called() -> list[tuple[str, str, bool]]:
        worlds, found = CaseWorlds(), list[tuple[str, str, bool]]()
        for case in chosen:
            world = await worlds(samples[str(case.id)])
            tool = draw.choice(world.tools)
            arguments = {
                key: draw.choice(VALUES)
                for key in (*properties(tool.parameters), "extra")
                if draw.random() < 0.8
            }
            answer = await world.call(ToolCall(id="1", name=tool.name, arguments=arguments))
            found.append((officially(case, tool.name, arguments), answer.text, answer.error))
            await world.close()
        worlds.worker.close()
        return found

    results = asyncio.run(called())
    assert [ours for theirs, ours, _ in results if theirs and theirs != ours] == []
    assert all(error for theirs, _, error in results if not theirs)
    said = " ".join(ours for _, ours, _ in results)
    assert "Missing required parameter" in said
    assert "should have type" in said
