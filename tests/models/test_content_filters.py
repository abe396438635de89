"""How endpoints say that a filter withheld something, and what sounds like it and is not."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.core import ContextExceeded, Denied, ModelError, Overloaded, Request, TransientError, user
from plimsoll.models._withheld import is_emptied, is_withheld, is_withholding
from tests.support.asking import PLAIN, ask
from tests.support.endpoint import FakeEndpoint, Fault, chat, document


def error(code: int, message: str | None, mark: str | int | None = None, **more: Any) -> Fault:
    kind = more.pop("kind", None)
    return document({"error": {"message": message, "code": mark, "type": kind, "param": None} | more}, code)


AZURE = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
FLAGGED = 'openai/gpt-x requires moderation on OpenAI. Your input was flagged for "harassment".'
WRAPPED = json.dumps({"error": {"message": "Provider said no", "code": "content_filter"}})

FILTERS: Mapping[str, Fault] = {
    "azure, by code": error(400, "Please modify your prompt.", "content_filter"),
    "azure, by message": error(400, AZURE, "BadRequest"),
    "azure, by inner code": error(
        400, "Bad request", "BadRequest", innererror={"code": "ResponsibleAIPolicyViolation"}
    ),
    "azure, status 500": error(500, AZURE),
    "azure, under 200": document({"error": {"code": "content_filter", "message": "Filtered", "status": 400}}),
    "azure, prompt results": document(
        {"choices": [], "prompt_filter_results": [{"content_filter_results": {"hate": {"filtered": True}}}]}
    ),
    "azure, choice results": chat("", choice={"content_filter_results": {"hate": {"filtered": True}}}),
    "openai, prompt": error(
        400,
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
        "invalid_prompt",
    ),
    "openai, safety": error(
        400, "Invalid prompt: we've limited access to this content for safety reasons.", "invalid_prompt"
    ),
    "openai, system": error(
        400, "Your request was rejected as a result of our safety system.", "content_policy_violation"
    ),
    "openai, moderation": error(400, "Rejected.", "moderation_blocked"),
    "openrouter, 403": error(403, FLAGGED, 403, metadata={"reasons": ["harassment"], "flagged_input": "..."}),
    "openrouter, wrapped": error(400, "Provider returned error", 400, metadata={"raw": WRAPPED}),
    "openrouter, in the choice": chat("", "error", choice={"error": {"code": 403, "message": FLAGGED}}),
    "openrouter, native": chat("", choice={"native_finish_reason": "PROHIBITED_CONTENT"}),
    "anthropic over openai": error(400, "Output blocked by content filtering policy"),
    "bedrock": error(400, "Guardrail intervened: the prompt was blocked by Amazon Bedrock"),
    "dashscope": error(400, "Input data may contain inappropriate content.", "data_inspection_failed"),
    "dashscope, spelled otherwise": error(400, "Output data is bad", "DataInspectionFailed"),
    "deepseek": error(400, "Content Exists Risk", "invalid_request_error"),
    "ark, input": error(400, "The request failed.", "InputTextSensitiveContentDetected"),
    "ark, output": error(400, "The request failed.", "OutputTextSensitiveContentDetected.PolicyViolation"),
    "moonshot": error(
        400, "The request was rejected because it was considered high risk", kind="content_filter"
    ),
    "zhipu": error(
        400, "系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语", "1301"
    ),
    "zhipu, code alone": error(400, "失败", "1301"),
    "zhipu, finish": chat("", "sensitive"),
    "minimax": document(
        {"choices": None, "base_resp": {"status_code": 1026, "status_msg": "input new_sensitive"}}
    ),
    "minimax, reply": chat("", output_sensitive=True),
    "baidu": error(400, "输入内容违规,请修改后重试", "content_error"),
    "iflytek": document({"code": 10013, "message": "输入内容审核不通过，涉嫌违规，请重新调整输入内容"}, 400),
    "one-api": error(400, "input contains sensitive words: [x]", "sensitive_words_detected"),
    "stepfun": error(
        451, "The content you provided or machine outputted is blocked.", kind="censorship_blocked"
    ),
    "xai": document(
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Content violates usage guidelines. Team: t, API key ID: k",
        },
        403,
    ),
    "gemini over openai": error(400, "Gemini blocked the request: PROHIBITED_CONTENT", 400),
    "gemini, feedback": document({"choices": [], "promptFeedback": {"blockReason": "SAFETY"}}),
    "gemini, no message": document({"choices": [{"index": 0, "finish_reason": "content_filter"}]}),
    "gemini, finish": chat(None, "content_filter: PROHIBITED_CONTENT"),
    "vertex": error(400, "The prompt could not be submitted. It contains words that violate our policies."),
    "litellm": error(400, "litellm.ContentPolicyViolationError: the response was filtered"),
    "litellm guardrail": error(400, "Violated guardrail policy", kind="None"),
    "cloudflare": error(424, "Prompt blocked due to security configurations", 2016),
    "finish alone": chat("", "content_filter"),
    "finish in capitals": chat("", "SAFETY"),
    "nothing at all": document({"choices": [], "usage": {"prompt_tokens": 3}}),
    "a list of errors": document([{"error": {"code": 400, "message": "Blocked by safety filters"}}], 400),
    "plain text": Fault(status=400, body=b"prompt flagged by moderation"),
}

NO_FILTERS: Mapping[str, tuple[Fault, type[ModelError]]] = {
    "our account": (
        error(
            403, "Your account has been suspended for violating our usage policies.", "account_deactivated"
        ),
        ModelError,
    ),
    "our organization": (error(401, "This organization has been disabled: policy violation"), Denied),
    "the key": (error(401, "Incorrect API key provided", "invalid_api_key"), Denied),
    "data policy": (error(404, "No endpoints found matching your data policy"), Denied),
    "too much": (error(429, "You are sending content too fast", "rate_limit_exceeded"), Overloaded),
    "a filter that is away": (error(503, "The content filter is temporarily unavailable"), Overloaded),
    "a malformed prompt": (error(400, "Invalid Responses API request", "invalid_prompt"), ModelError),
    "too long": (
        error(400, "maximum context length is 2048 tokens", "context_length_exceeded"),
        ContextExceeded,
    ),
    "a field": (
        error(400, "Invalid content type for messages[0].content", "invalid_request_error"),
        ModelError,
    ),
    "a firewall": (
        Fault(status=500, body=b"<html>Sorry, your request was blocked. Content policy.</html>"),
        TransientError,
    ),
    "an echoed prompt": (
        document(
            {"detail": [{"type": "missing", "msg": "Field required", "input": "content_filter, flagged"}]},
            422,
        ),
        ModelError,
    ),
    "a count": (error(500, "out of memory", None, n_prompt_tokens=1301), TransientError),
}


@pytest.mark.parametrize("fault", FILTERS.values(), ids=FILTERS.keys())
def test_a_withheld_prompt_or_reply_is_blocked_after_one_call(fault: Fault) -> None:
    with FakeEndpoint(always=fault) as endpoint:
        (response,) = ask(endpoint, PLAIN)
        assert len(endpoint.received) == 1
    assert (response.finish, response.text) == ("blocked", "")


@pytest.mark.parametrize(("fault", "kind"), NO_FILTERS.values(), ids=NO_FILTERS.keys())
def test_what_only_sounds_like_a_filter_is_an_error(fault: Fault, kind: type[ModelError]) -> None:
    with FakeEndpoint(always=fault) as endpoint, pytest.raises(kind):
        ask(endpoint, PLAIN)


@pytest.mark.parametrize(
    "reply",
    [
        {"stop_reason": "refusal", "content": []},
        {"stop_reason": "content_filtered", "content": [{"type": "text", "text": ""}]},
    ],
)
def test_an_anthropic_reply_that_was_stopped_is_blocked(reply: Mapping[str, Any]) -> None:
    with FakeEndpoint(message=reply) as endpoint:
        (response,) = ask(endpoint, PLAIN, model="anthropic/any")
    assert response.finish == "blocked"


def test_anthropics_filter_is_known_by_its_message() -> None:
    told = {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "Output blocked by content filtering policy"},
    }
    with FakeEndpoint(always=document(told, 400)) as endpoint:
        (response,) = ask(endpoint, PLAIN, model="anthropic/any")
        assert len(endpoint.received) == 1
    assert response.finish == "blocked"


def test_a_reply_that_was_cut_by_the_filter_keeps_what_was_said() -> None:
    with FakeEndpoint(always=chat("The first step", "content_filter")) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert (response.finish, response.text) == ("blocked", "The first step")


def test_a_reply_with_text_is_no_filters_doing_whatever_stands_beside_it() -> None:
    beside = {"content_filter_results": {"hate": {"filtered": False}}, "native_finish_reason": "STOP"}
    said = 'Azure says {"filtered": true} and "content_filter".'
    with FakeEndpoint(always=chat(said, choice=beside)) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert (response.finish, response.text) == ("stop", said)


def test_an_empty_reply_without_a_mark_is_empty() -> None:
    with FakeEndpoint(
        always=chat("", message={"reasoning_content": 'They filter: {"filtered": true}'})
    ) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.finish == "stop"


@pytest.mark.parametrize(
    "reason", ["stop", "eos", "end_turn", "length", "tool_calls", "STOP", "stop_sequence", ""]
)
def test_a_plain_finish_reason_is_no_filters(reason: str) -> None:
    assert not is_withholding(reason)


@given(st.binary(max_size=500), st.sampled_from([200, 400, 403, 500]))
def test_any_body_is_looked_through_without_an_error(body: bytes, status: int) -> None:
    assert is_withheld(status, body) in (True, False)
    assert is_emptied(body) in (True, False)


def test_a_body_that_is_nested_without_end_is_looked_through_too() -> None:
    assert not is_withheld(400, b"[" * 100_000)
    assert not is_withheld(400, b'{"error":' * 500 + b"1" + b"}" * 500)


def test_filters_of_some_prompts_do_not_touch_the_others() -> None:
    def filtered(body: Mapping[str, Any]) -> Fault | None:
        return FILTERS["openrouter, 403"] if "bad" in body["messages"][-1]["content"] else None

    requests = [
        Request(messages=(user(text),)) for text in ("good", "bad", "good too", "bad again", "bad", "fine")
    ]
    with FakeEndpoint("(B)", answer=filtered) as endpoint:
        responses = ask(endpoint, *requests)
        assert len(endpoint.received) == len(requests)
    assert [each.finish for each in responses] == ["stop", "blocked", "stop", "blocked", "blocked", "stop"]
