"""Several turns with tools and thoughts: what an endpoint gave goes back to it as it was."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from plimsoll.core import Message, Request, Response, Tool, ToolCall, assistant, user
from plimsoll.models.inspect_messages import as_inspect
from plimsoll.registry import build_model
from tests.support.endpoint import FakeEndpoint, Fault, chat, document, events, piece, status

LOOK = Tool(name="look", parameters={"type": "object", "properties": {"where": {"type": "string"}}})
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"where": "left"}'}}
DETAILS = [{"type": "reasoning.encrypted", "data": "gAAA", "id": "r1", "format": "x-v1", "index": 0}]


def converse(endpoint: FakeEndpoint, spec: str, *, failed: bool = False, **options: str) -> list[Response]:
    """Two turns: the model calls a tool, and is given what the tool says."""

    async def both() -> list[Response]:
        model = build_model(spec, options)
        said: tuple[Message, ...] = (user("Look left."),)
        responses: list[Response] = []
        try:
            for _ in range(2):
                responses.append(await model.generate(Request(messages=said, tools=(LOOK,))))
                results = [Message(role="tool", text="dark", call_id="c1", error=failed)]
                said = (*said, responses[-1].message, *results)
        finally:
            await model.close()
        return responses

    return asyncio.run(both())


def ask(spec: str, said: tuple[Message, ...], **options: str) -> Response:
    async def one() -> Response:
        model = build_model(spec, options)
        try:
            return await model.generate(Request(messages=said))
        finally:
            await model.close()

    return asyncio.run(one())


def claude(endpoint: FakeEndpoint, *, failed: bool = False) -> list[Response]:
    return converse(endpoint, "anthropic/claude-x", failed=failed, base_url=endpoint.root)


def openai(endpoint: FakeEndpoint) -> list[Response]:
    return converse(endpoint, "openai/any", base_url=endpoint.url)


def message_of(*blocks: Mapping[str, Any]) -> Fault:
    return document({"content": list(blocks), "stop_reason": "tool_use", "usage": {"input_tokens": 1}})


def second(endpoint: FakeEndpoint) -> Sequence[Mapping[str, Any]]:
    """The conversation of the second request."""
    return endpoint.received[1].body["messages"]


USE = {"type": "tool_use", "id": "c1", "name": "look", "input": {"where": "left"}}
SIGNED = {"type": "thinking", "thinking": "First I look.", "signature": "EqQB+/=="}
AGAIN = {"type": "thinking", "thinking": "Then I think on.", "signature": "Zm9v"}
REDACTED = {"type": "redacted_thinking", "data": "ErUB=="}
UNSHOWN = {"type": "thinking", "thinking": "", "signature": "c2ln"}


@pytest.mark.parametrize(
    "thoughts",
    [(SIGNED,), (REDACTED,), (UNSHOWN,), (SIGNED, REDACTED, AGAIN), (REDACTED, SIGNED)],
    ids=["signed", "redacted", "not shown", "interleaved", "redacted first"],
)
def test_anthropic_s_thoughts_go_back_as_they_came(thoughts: tuple[Mapping[str, Any], ...]) -> None:
    with FakeEndpoint("done", faults=[message_of(*thoughts, USE)]) as endpoint:
        responses = claude(endpoint)
    assert second(endpoint)[1] == {"role": "assistant", "content": [*thoughts, USE]}
    assert responses[0].thought == "".join(block.get("thinking", "") for block in thoughts)
    assert responses[1].text == "done"


def test_one_signature_is_the_seal_as_it_stands() -> None:
    with FakeEndpoint("done", faults=[message_of(SIGNED, USE)]) as endpoint:
        assert claude(endpoint)[0].sealed == "EqQB+/=="


def test_an_unsigned_thought_does_not_go_to_anthropic_which_would_refuse_it() -> None:
    said = Message(role="assistant", text="Hm.", thought="from elsewhere")
    kept = Message(role="assistant", text="Hm.", thought="from elsewhere", sealed='{"field":"reasoning"}')
    with FakeEndpoint("done") as endpoint:
        for each in (said, kept):
            ask("anthropic/claude-x", (user("Go."), each, user("On.")), base_url=endpoint.root)
    for received in endpoint.received:
        assert received.body["messages"][1]["content"] == [{"type": "text", "text": "Hm."}]


@pytest.mark.parametrize("failed", [False, True])
def test_anthropic_is_told_of_a_tool_that_failed(*, failed: bool) -> None:
    with FakeEndpoint("done", faults=[message_of(USE)]) as endpoint:
        claude(endpoint, failed=failed)
    (result,) = second(endpoint)[2]["content"]
    assert result.pop("is_error", False) is failed
    assert result == {"type": "tool_result", "tool_use_id": "c1", "content": "dark"}


def test_an_anthropic_endpoint_that_takes_no_thoughts_back_is_asked_without_them() -> None:
    no = document(
        {"type": "error", "error": {"message": "messages.1: Invalid signature in thinking block"}}, 400
    )
    with FakeEndpoint("done", faults=[message_of(SIGNED, USE), no]) as endpoint:
        responses = claude(endpoint)
    assert endpoint.received[2].body["messages"][1]["content"] == [USE]
    assert "thoughts are left out" in responses[1].notes[0]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_a_thought_goes_back_in_the_field_it_came_in(field: str) -> None:
    with FakeEndpoint(
        "done", faults=[chat(None, message={field: "I look.", "tool_calls": [CALL]})]
    ) as endpoint:
        responses = openai(endpoint)
    assert responses[0].thought == "I look."
    turn = {"role": "assistant", "content": None, field: "I look.", "tool_calls": [CALL]}
    assert second(endpoint)[1] == turn
    assert second(endpoint)[2] == {"role": "tool", "content": "dark", "tool_call_id": "c1"}


def test_signed_details_of_a_thought_go_back_unchanged() -> None:
    given = {"reasoning": "I look.", "reasoning_details": DETAILS, "tool_calls": [CALL]}
    with FakeEndpoint("done", faults=[chat(None, message=given)]) as endpoint:
        openai(endpoint)
    assert second(endpoint)[1] == {"role": "assistant", "content": None} | given


def test_a_thought_that_comes_piece_by_piece_goes_back_whole() -> None:
    pieces = [piece(reasoning_content="I "), piece(reasoning_content="look."), piece("stop", content="Ah.")]
    with FakeEndpoint("done", faults=[events(*pieces)]) as endpoint:
        openai(endpoint)
    assert second(endpoint)[1] == {"role": "assistant", "content": "Ah.", "reasoning_content": "I look."}


def test_a_thought_among_the_parts_of_the_content_goes_back_as_a_part() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "I look."}]},
        {"type": "text", "text": "Ah."},
    ]
    with FakeEndpoint("done", faults=[chat(parts)]) as endpoint:
        openai(endpoint)
    assert second(endpoint)[1] == {"role": "assistant", "content": parts}


def test_a_thought_in_tags_stays_out_of_the_history() -> None:
    with FakeEndpoint("done", faults=[chat("<think>I look.</think>Ah.")]) as endpoint:
        assert openai(endpoint)[0].thought == "I look."
    assert second(endpoint)[1] == {"role": "assistant", "content": "Ah."}


def test_an_endpoint_that_takes_no_thoughts_back_is_asked_without_them() -> None:
    given = chat(None, message={"reasoning_content": "I look.", "tool_calls": [CALL]})
    no = status(400, "The reasoning_content must not be in the input messages")
    with FakeEndpoint("done", faults=[given, no]) as endpoint:
        responses = openai(endpoint)
    assert endpoint.received[2].body["messages"][1] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [CALL],
    }
    assert "thoughts are left out" in responses[1].notes[0]


def test_a_refusal_that_speaks_of_reasoning_models_is_not_about_thoughts() -> None:
    no = status(400, "Unsupported parameter: temperature is not supported with reasoning models")
    with FakeEndpoint("done", faults=[no]) as endpoint:
        openai(endpoint)
    assert "temperature" in endpoint.received[0].body
    assert "temperature" not in endpoint.received[1].body


def test_inspect_gets_thoughts_signatures_and_failures() -> None:
    said = Message(
        role="assistant",
        thought="I look.",
        sealed="c2ln",
        calls=(ToolCall(id="c1", name="look"),),
        text="Ah.",
    )
    assert as_inspect(said)["content"] == [
        {"type": "reasoning", "reasoning": "I look.", "signature": "c2ln"},
        {"type": "text", "text": "Ah."},
    ]
    failed = as_inspect(Message(role="tool", text="no light", call_id="c1", error=True))
    assert failed["error"] == {"type": "unknown", "message": "no light"}
    assert as_inspect(assistant("Ah."))["content"] == "Ah."
