import asyncio
import json

import pytest

from plimsoll.core import (
    Image,
    Message,
    Request,
    Response,
    Sampling,
    Tool,
    ToolCall,
    UserError,
    assistant,
    system,
    user,
)
from plimsoll.registry import build_model
from tests.support.endpoint import FakeEndpoint


def ask(endpoint: FakeEndpoint, request: Request, **options: str) -> Response:
    async def one() -> Response:
        model = build_model("anthropic/claude-x", {"base_url": endpoint.root} | options)
        try:
            return await model.generate(request)
        finally:
            await model.close()

    return asyncio.run(one())


def test_a_question_is_sent_in_the_messages_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-one-two-three")
    request = Request(
        messages=(system("Be kind."), user("你好"), assistant("( ")),
        sampling=Sampling(max_tokens=9, stop=("\n",)),
        continuations=("A", "B"),
    )
    with FakeEndpoint("B)") as endpoint:
        response = ask(endpoint, request)
    assert (response.text, response.means, response.finish) == ("B)", "generation", "stop")
    received = endpoint.received[0]
    assert received.path == "/v1/messages"
    assert received.headers["x-api-key"] == "sk-ant-one-two-three"
    assert received.headers["anthropic-version"] == "2023-06-01"
    assert received.body == {
        "model": "claude-x",
        "max_tokens": 9,
        "system": "Be kind.",
        "temperature": 0.0,
        "stop_sequences": ["\n"],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "你好"}]},
            {"role": "assistant", "content": [{"type": "text", "text": "("}]},
        ],
    }


def test_cached_input_is_part_of_the_input() -> None:
    with FakeEndpoint() as endpoint:
        usage = ask(endpoint, Request(messages=(user("Hi"),))).usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (12, 5, 3)


def test_a_length_is_named_where_the_request_names_none() -> None:
    with FakeEndpoint() as endpoint:
        ask(endpoint, Request(messages=(user("Hi"),)))
    assert endpoint.received[0].body["max_tokens"] == 1024


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("refusal", "blocked"), ("max_tokens", "length"), ("tool_use", "tool_calls"), ("end_turn", "stop")],
)
def test_a_stop_reason_is_read_in_our_words(reason: str, finish: str) -> None:
    with FakeEndpoint(finish=reason) as endpoint:
        assert ask(endpoint, Request(messages=(user("Hi"),))).finish == finish


def test_thinking_and_tool_calls_are_told_from_the_answer() -> None:
    content = [
        {"type": "thinking", "thinking": "hmm", "signature": "x"},
        {"type": "text", "text": "Looking."},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"where": "left"}},
    ]
    request = Request(
        messages=(
            user("Look"),
            Message(role="assistant", calls=(ToolCall(id="t0", name="look", arguments={}),)),
            Message(role="tool", text="sky", call_id="t0"),
            Message(role="user", text="And?", images=(Image(media_type="image/png", data="aGk="),)),
        ),
        tools=(Tool(name="look"),),
    )
    with FakeEndpoint(message={"content": content}) as endpoint:
        response = ask(endpoint, request)
    assert (response.thought, response.text) == ("hmm", "Looking.")
    assert response.calls == (ToolCall(id="t1", name="look", arguments={"where": "left"}),)
    turns = endpoint.received[0].body["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert [block["type"] for block in turns[2]["content"]] == ["tool_result", "text", "image"]
    assert json.dumps(endpoint.received[0].body["tools"][0]["input_schema"])


def test_without_a_key_nothing_is_sent_to_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    with pytest.raises(UserError, match="export ANTHROPIC_API_KEY"):
        build_model("anthropic/claude-x")
