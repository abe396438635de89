"""Inspect's providers as models of ours, against its own mock with outputs that we give it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from plimsoll.core import (
    ContextExceeded,
    Denied,
    Image,
    Message,
    ModelError,
    Overloaded,
    Request,
    Response,
    Sampling,
    Tool,
    ToolCall,
    TransientError,
    UserError,
    assistant,
    system,
    user,
)
from plimsoll.registry import build_model

ai = pytest.importorskip("inspect_ai.model", reason="inspect_ai is not installed")

pytestmark = pytest.mark.peer

USAGE = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 12, "input_tokens_cache_read": 2}


def output(text: str = "yes", stop: str = "stop", **fields: Any) -> Any:
    made = ai.ModelOutput.from_content("mock", text, stop)
    # Without a usage the mock counts tokens with a vocabulary that it fetches from the network.
    made.usage = ai.ModelUsage(**USAGE)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def mocked(answer: Callable[..., Any]) -> Any:
    from plimsoll.models.inspect import InspectModel, direct

    inner = ai.get_model("mockllm/model", custom_outputs=answer)
    return InspectModel(
        name="inspect/mockllm/model", revision="", ask=direct(inner), close=inner.api.aclose, top_logprobs=20
    )


def ask(answer: Callable[..., Any], request: Request) -> Response:
    return asyncio.run(mocked(answer).generate(request))


def test_a_request_reaches_the_provider_with_all_its_parts() -> None:
    seen: dict[str, Any] = {}

    def answer(messages: Any, tools: Any, choice: Any, config: Any) -> Any:
        seen.update(messages=messages, tools=tools, config=config)
        return output()

    call = ToolCall(id="1", name="add", arguments={"a": 1})
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    request = Request(
        messages=(
            system("be brief"),
            Message(role="user", text="look", images=(Image(media_type="image/png", data="AAAA"),)),
            Message(role="assistant", calls=(call,)),
            Message(role="tool", text="2", call_id="1"),
            assistant("So"),
        ),
        sampling=Sampling(max_tokens=5, temperature=0.5, top_p=0.9, seed=3, stop=("\n",)),
        tools=(Tool(name="add", description="adds", parameters=schema),),
    )
    response = ask(answer, request)

    assert response.text == "yes"
    assert [message.role for message in seen["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert seen["messages"][1].content[1].image == "data:image/png;base64,AAAA"
    assert seen["messages"][2].tool_calls[0].arguments == {"a": 1}
    assert seen["messages"][3].tool_call_id == "1"
    assert seen["tools"][0].parameters.required == ["a"]
    config = seen["config"]
    assert (config.max_tokens, config.temperature, config.top_p, config.seed) == (5, 0.5, 0.9, 3)
    assert config.stop_seqs == ["\n"]
    assert config.logprobs is None


def test_usage_counts_cached_tokens_among_the_input() -> None:
    usage = ask(lambda *_: output(), Request(messages=(user("hi"),))).usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (9, 2, 3)


@pytest.mark.parametrize(
    ("stop", "finish"),
    [("stop", "stop"), ("max_tokens", "length"), ("content_filter", "blocked"), ("unknown", "stop")],
)
def test_stop_reasons_become_finishes(stop: str, finish: str) -> None:
    assert ask(lambda *_: output("a", stop), Request(messages=(user("hi"),))).finish == finish


def test_reasoning_is_kept_apart_from_the_text() -> None:
    parts = [ai.ContentReasoning(reasoning="hm"), ai.ContentText(text="A")]
    response = ask(lambda *_: output(parts), Request(messages=(user("hi"),)))
    assert (response.text, response.thought) == ("A", "hm")


def test_a_tool_call_comes_back() -> None:
    def answer(*_: Any) -> Any:
        made = ai.ModelOutput.for_tool_call("mock", "add", {"a": 1}, tool_call_id="x")
        made.usage = ai.ModelUsage(**USAGE)
        return made

    response = ask(answer, Request(messages=(user("hi"),)))
    assert response.calls == (ToolCall(id="x", name="add", arguments={"a": 1}),)
    assert response.finish == "tool_calls"


def test_a_request_too_long_for_the_model_is_no_answer() -> None:
    def answer(*_: Any) -> Any:
        return output("maximum context length is 8192 tokens", "model_length", usage=ai.ModelUsage())

    with pytest.raises(ContextExceeded, match="8192"):
        ask(answer, Request(messages=(user("hi"),)))


def logprobs(*rows: dict[str, float]) -> Any:
    return ai.Logprobs(
        content=[
            ai.Logprob(
                token=next(iter(row)),
                logprob=next(iter(row.values())),
                top_logprobs=[ai.TopLogprob(token=token, logprob=value) for token, value in row.items()],
            )
            for row in rows
        ]
    )


def test_options_are_weighed_by_the_first_token_where_log_probabilities_are_given() -> None:
    seen: list[Any] = []

    def answer(messages: Any, tools: Any, choice: Any, config: Any) -> Any:
        seen.append(config)
        made = output("(B)")
        made.choices[0].logprobs = logprobs({"(": -0.01}, {"B": -0.2, "A": -2.0, "C": -5.0}, {")": 0.0})
        return made

    response = ask(answer, Request(messages=(user("hi"),), continuations=("(A", "(B", "(C", "(D")))
    assert response.means == "first_token"
    assert response.loglikelihoods[:3] == pytest.approx((-2.0, -0.2, -5.0))
    assert response.loglikelihoods[3] < -5.0
    assert (seen[0].logprobs, seen[0].top_logprobs) == (True, 20)


def test_without_log_probabilities_the_text_is_the_answer() -> None:
    response = ask(lambda *_: output("(B)"), Request(messages=(user("hi"),), continuations=("(A", "(B")))
    assert (response.means, response.loglikelihoods, response.text) == ("generation", (), "(B)")


class Refused(Exception):
    def __init__(self, status_code: int) -> None:
        super().__init__(f"status {status_code}")
        self.status_code = status_code


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refused(401), Denied),
        (Refused(429), Overloaded),
        (Refused(400), ModelError),
        (TimeoutError("slow"), TransientError),
        (ValueError("odd"), ModelError),
    ],
)
def test_errors_are_told_apart(error: Exception, kind: type[Exception]) -> None:
    def answer(*_: Any) -> Any:
        raise error

    with pytest.raises(kind) as caught:
        ask(answer, Request(messages=(user("hi"),)))
    assert type(caught.value) is kind


def test_the_registry_builds_a_provider_by_its_inspect_name() -> None:
    built = build_model("inspect/mockllm/model", {"arguments": '{"custom": 1}'})
    assert built.name == "inspect/mockllm/model"
    assert built.revision.startswith("inspect-ai ")
    assert '"custom": 1' in built.revision
    asyncio.run(built.close())


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("inspect/gpt", {}, "inspect/<provider>/<model>"),
        ("inspect/nowhere/model", {}, "nowhere"),
        ("inspect/mockllm/model", {"arguments": "[1]"}, "JSON object"),
        ("inspect/mockllm/model", {"arguments": '{"api_key": "s"}'}, "environment"),
        ("inspect/mockllm/model", {"top_logprobs": "99"}, "0 to 20"),
    ],
)
def test_wrong_options_are_refused_before_any_call(name: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        build_model(name, options)


def test_the_mock_of_inspect_answers_without_a_network() -> None:
    built = build_model("inspect/mockllm/model")
    response = asyncio.run(built.generate(Request(messages=(user("hi"),))))
    assert response.text.startswith("Default output")
    assert response.usage.input_tokens > 0
