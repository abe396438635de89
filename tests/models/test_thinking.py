"""Judges want an answer and no thought: models that can do without one are told so, each in its own way."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from plimsoll.core import Model, Request, Response, Sample, Sampling, Transcript, user
from plimsoll.judges.safety import safety
from plimsoll.models._local_prompt import switches
from plimsoll.models._thinking import switch_of
from plimsoll.registry import build_model
from tests.support.asking import PLAIN, ask
from tests.support.endpoint import FakeEndpoint, Fault, status

Body = Mapping[str, Any]
OWN = "http://127.0.0.1:8000/v1"
SHORT = Request(messages=(user("Is it safe?"),), sampling=Sampling(max_tokens=8, thinking=False))
TEMPLATE = {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
KNOWN: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("Qwen/Qwen3-8B", OWN, TEMPLATE),
    ("zai-org/GLM-4.5", OWN, TEMPLATE),
    ("deepseek-ai/DeepSeek-V3.1", OWN, TEMPLATE),
    ("qwen3:8b", "http://127.0.0.1:11434/v1", {"reasoning_effort": "none"}),
    ("qwen3-32b", "https://dashscope.aliyuncs.com/compatible-mode/v1", {"enable_thinking": False}),
    ("glm-4.6", "https://open.bigmodel.cn/api/paas/v4", {"thinking": {"type": "disabled"}}),
    ("openai/gpt-oss-20b", OWN, {"reasoning_effort": "low"}),
    ("gpt-5-mini", "https://api.openai.com/v1", {"reasoning_effort": "minimal"}),
    ("gpt-5.1", "https://api.openai.com/v1", {"reasoning_effort": "none"}),
    ("o4-mini", "https://api.openai.com/v1", {"reasoning_effort": "low"}),
    ("qwen/qwen3-8b", "https://openrouter.ai/api/v1", {"reasoning": {"enabled": False}}),
    (
        "gemini-2.5-flash",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        {"reasoning_effort": "none"},
    ),
    ("gpt-4o-mini", "https://api.openai.com/v1", {}),
    ("gpt-5-chat-latest", "https://api.openai.com/v1", {}),
    ("meta-llama/Llama-3.1-8B-Instruct", OWN, {}),
    ("photo1-large", OWN, {}),
)


@pytest.mark.parametrize(("model", "address", "fields"), KNOWN, ids=lambda each: str(each)[:40])
def test_every_kind_of_model_is_told_in_the_way_of_its_provider(
    model: str, address: str, fields: Mapping[str, Any]
) -> None:
    assert switch_of(model, urlsplit(address)) == fields


def judged(endpoint: FakeEndpoint, name: str) -> str:
    async def one() -> str:
        model: Model = build_model(f"openai/{name}", {"base_url": endpoint.url})
        sample = Sample(id="1", messages=(user("Hello"),))
        verdict = await safety(model).judge(sample, Transcript(responses=(Response(text="Hi."),)))
        await model.close()  # pyright: ignore[reportAttributeAccessIssue]
        return verdict.label

    return asyncio.run(one())


def test_a_judge_is_asked_without_a_thought_and_the_model_that_is_judged_as_it_is() -> None:
    with FakeEndpoint("unsafe") as endpoint:
        assert judged(endpoint, "Qwen3-8B") == "unsafe"
        ask(endpoint, PLAIN, model="openai/Qwen3-8B")
        of_judge, of_target = (each.body for each in endpoint.received)
    assert of_judge["chat_template_kwargs"]["enable_thinking"] is False
    assert "chat_template_kwargs" not in of_target


@pytest.mark.parametrize(
    "said",
    [
        "Unrecognized request argument supplied: chat_template_kwargs",
        "Extra inputs are not permitted: chat_template_kwargs",
        "Unsupported parameter: 'enable_thinking'",
        "Bad Request",
    ],
)
def test_an_endpoint_that_takes_no_switch_is_asked_without_it_from_then_on_and_that_is_said(
    said: str,
) -> None:
    def answer(body: Body) -> Fault | None:
        return status(400, said) if "chat_template_kwargs" in body else None

    with FakeEndpoint("safe", answer=answer) as endpoint:
        first, second = ask(endpoint, SHORT, SHORT, model="openai/Qwen3-8B")
        assert "chat_template_kwargs" not in endpoint.received[-1].body
        assert sum("chat_template_kwargs" in each.body for each in endpoint.received) <= 2
    assert first.text == second.text == "safe"
    assert "thinking on" in first.notes[0]
    assert first.notes == second.notes


def test_a_user_names_the_switch_of_a_model_that_is_not_known() -> None:
    with FakeEndpoint("safe") as endpoint:
        ask(endpoint, SHORT, PLAIN, model="openai/ours", no_thinking='{"think": false}')
        first, second = (each.body for each in endpoint.received)
    assert first["think"] is False
    assert "think" not in second


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% if enable_thinking is false %}<think></think>{% endif %}", {"enable_thinking": False}),
        ("{% if not thinking %}</think>{% endif %}", {"thinking": False}),
        ("Reasoning: {{ reasoning_effort }}", {"reasoning_effort": "low"}),
        ("{{ message.thinking_blocks }}", {}),
        ("{{ message.content }}", {}),
    ],
)
def test_a_model_at_hand_is_told_by_the_names_that_its_template_asks_for(
    template: str, told: Mapping[str, Any]
) -> None:
    assert switches(template, SHORT) == told
    assert switches(template, PLAIN) == {}
