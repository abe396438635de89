import json
from collections.abc import Mapping

import pytest

from plimsoll.core import (
    Image,
    Message,
    Request,
    Sampling,
    Tool,
    ToolCall,
    UserError,
    assistant,
    system,
    user,
)
from plimsoll.registry import build_model
from tests.support.asking import CHOICE, LETTERS, PLAIN, ask
from tests.support.endpoint import FakeEndpoint, Fault, status


def test_a_question_is_sent_as_written_and_its_reply_counted() -> None:
    sampling = Sampling(max_tokens=9, temperature=0.5, top_p=0.9, seed=3, stop=("\n",))
    with FakeEndpoint("你好 🌊") as endpoint:
        (response,) = ask(
            endpoint, Request(messages=(system("Be kind."), user("你好")), sampling=sampling, draw=2)
        )
    assert response.text == "你好 🌊"
    assert response.finish == "stop"
    assert (response.usage.input_tokens, response.usage.cached_tokens) == (12, 4)
    assert response.usage.seconds > 0
    assert endpoint.received[0].path == "/v1/chat/completions"
    assert endpoint.received[0].body == {
        "model": "any",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "你好"}],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 5,
        "stop": ["\n"],
    }


def test_chat_weighs_the_letters_at_the_first_token_that_says_something() -> None:
    with FakeEndpoint("(C) because") as endpoint:
        (response,) = ask(endpoint, CHOICE)
    assert response.means == "first_token"
    assert response.loglikelihoods == (-2.0, -3.0, -0.1, -4.0)
    assert response.text == "(C) because"
    assert endpoint.received[0].body["top_logprobs"] == 20


@pytest.mark.parametrize("reply", ["**B**", '"B"', "`B`", "「B」", "  B.", "B", "B) yes", "B\nbecause"])
def test_a_decorated_letter_is_read_by_its_log_probability(reply: str) -> None:
    with FakeEndpoint(reply) as endpoint:
        (response,) = ask(endpoint, CHOICE)
    assert response.means == "first_token"
    assert max(response.loglikelihoods) == response.loglikelihoods[1]


@pytest.mark.parametrize(
    "reply", ["I cannot answer.", "A good question, but no.", "Bad idea", "", "答案是 B"]
)
def test_a_reply_that_begins_with_no_letter_is_left_to_the_judge(reply: str) -> None:
    with FakeEndpoint(reply) as endpoint:
        (response,) = ask(endpoint, CHOICE)
    assert response.means == "generation"
    assert response.loglikelihoods == ()
    assert response.text == reply


def test_letters_beyond_the_reported_ones_lie_below_them() -> None:
    with FakeEndpoint("B", logprobs=2) as endpoint:
        (response,) = ask(endpoint, CHOICE, top_logprobs="2")
    a, b, c, d = response.loglikelihoods
    assert (a, b) == (-2.0, -0.1)
    assert c == d < a


def test_a_letter_whose_rivals_are_not_reported_is_read_in_the_text() -> None:
    with FakeEndpoint("B", logprobs=1) as endpoint:
        (response,) = ask(endpoint, CHOICE, top_logprobs="1")
    assert (response.means, response.loglikelihoods, response.text) == ("generation", (), "B")


def test_an_endpoint_that_grants_five_log_probabilities_is_asked_for_five_from_then_on() -> None:
    with FakeEndpoint("D", logprobs=5) as endpoint:
        first, second = ask(endpoint, CHOICE, CHOICE)
    assert first.means == second.means == "first_token"
    assert [r.body.get("top_logprobs") for r in endpoint.received] == [20, 5, 5]


def test_an_endpoint_that_rejects_log_probabilities_is_asked_for_text_from_then_on() -> None:
    with FakeEndpoint("D", logprobs=0) as endpoint:
        first, second = ask(endpoint, CHOICE, CHOICE)
    assert first.means == second.means == "generation"
    assert first.text == "D"
    assert [r.body.get("top_logprobs") for r in endpoint.received] == [20, 5, None, None]


def test_an_endpoint_that_ignores_log_probabilities_answers_by_text() -> None:
    with FakeEndpoint("D", logprobs=None) as endpoint:
        endpoint.logprobs = None
        (response,) = ask(endpoint, CHOICE, logprobs="off")
    assert response.means == "generation"
    assert "logprobs" not in endpoint.received[0].body


def test_completions_weigh_whole_continuations_where_the_prompt_is_repeated() -> None:
    with FakeEndpoint("(C)", echo=True) as endpoint:
        (response,) = ask(endpoint, CHOICE, api="completions")
    assert response.means == "loglikelihood"
    assert response.loglikelihoods == pytest.approx((-6.0, -6.0, -3.1, -6.0))
    assert response.text == "(C"
    assert endpoint.received[0].body["prompt"] == [f"Which?{letter}" for letter in LETTERS]


def test_completions_without_echo_read_the_first_token_after_the_common_beginning() -> None:
    with FakeEndpoint("(B) yes", echo=False) as endpoint:
        first, second = ask(endpoint, CHOICE, CHOICE, api="completions")
    assert first == second or first.loglikelihoods == second.loglikelihoods
    assert first.means == "first_token"
    assert first.text == "(B) yes"
    assert first.loglikelihoods.index(max(first.loglikelihoods)) == 1
    assert [r.body.get("echo") for r in endpoint.received] == [True, None, None]
    assert endpoint.received[1].body["prompt"] == "Which?("


def test_completions_without_log_probabilities_generate_text() -> None:
    with FakeEndpoint("(B) yes", echo=False, logprobs=0) as endpoint:
        first, second = ask(endpoint, CHOICE, CHOICE, api="completions")
    assert first.means == second.means == "generation"
    assert first.text == "(B) yes"
    assert endpoint.received[-1].body["prompt"] == "Which?"


def test_completions_continue_a_prefill() -> None:
    request = Request(messages=(system("Short."), user("Q?"), assistant("A:")))
    with FakeEndpoint(" yes") as endpoint:
        (response,) = ask(endpoint, request, api="completions")
    assert endpoint.received[0].body["prompt"] == "Short.\n\nQ?A:"
    assert response.text == " yes"


@pytest.mark.parametrize(
    ("message", "thought", "text"),
    [
        ({"reasoning_content": "hmm"}, "hmm", "(B)"),
        ({"reasoning": "hmm"}, "hmm", "(B)"),
        ({"content": "<think>\nhmm\n</think>\n\n(B)"}, "hmm", "(B)"),
        ({"content": "<think>still at it"}, "still at it", ""),
        ({"content": "analysisWell, (B).assistantfinal(B)"}, "Well, (B).", "(B)"),
        ({"content": "analysisStill at it"}, "Still at it", ""),
        ({"content": "analysis of (B)"}, "", "analysis of (B)"),
        ({"content": None, "refusal": "I won't."}, "", "I won't."),
        ({"content": [{"type": "text", "text": "(B)"}]}, "", "(B)"),
    ],
)
def test_thoughts_and_refusals_are_told_from_answers(
    message: Mapping[str, object], thought: str, text: str
) -> None:
    with FakeEndpoint("(B)", message=message) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert (response.thought, response.text) == (thought, text)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("content_filter", "blocked"), ("length", "length"), ("stop", "stop"), ("eos", "stop")],
)
def test_a_finish_reason_is_read_in_our_words(reason: str, finish: str) -> None:
    with FakeEndpoint("x", finish=reason) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.finish == finish


def test_a_prompt_that_the_content_filter_stops_is_a_blocked_reply() -> None:
    body = json.dumps({"error": {"message": "The response was filtered", "code": "content_filter"}})
    with FakeEndpoint(always=Fault(status=400, body=body.encode())) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert (response.finish, response.text) == ("blocked", "")


def test_tools_are_offered_and_their_calls_read() -> None:
    calls = [
        {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"where": "left"}'}},
        {"id": "c2", "type": "function", "function": {"name": "look", "arguments": "not json"}},
    ]
    request = Request(
        messages=(
            user("Look"),
            Message(role="assistant", calls=(ToolCall(id="c0", name="look", arguments={"where": "up"}),)),
            Message(role="tool", text="sky", call_id="c0"),
        ),
        tools=(Tool(name="look", description="Looks."),),
    )
    with FakeEndpoint(message={"content": None, "tool_calls": calls}, finish="tool_calls") as endpoint:
        (response,) = ask(endpoint, request)
    assert [call.arguments for call in response.calls] == [{"where": "left"}, {"unread": "not json"}]
    assert response.finish == "tool_calls"
    sent = endpoint.received[0].body
    assert sent["tools"][0]["function"]["name"] == "look"
    assert sent["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"where": "up"}'
    assert sent["messages"][2] == {"role": "tool", "content": "sky", "tool_call_id": "c0"}


def test_images_travel_beside_the_text() -> None:
    picture = Message(role="user", text="What?", images=(Image(media_type="image/png", data="aGk="),))
    with FakeEndpoint() as endpoint:
        ask(endpoint, Request(messages=(picture,)))
    parts = endpoint.received[0].body["messages"][0]["content"]
    assert parts[1] == {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}


def test_the_other_name_for_the_longest_reply_is_learned() -> None:
    with FakeEndpoint("D", tokens_field="max_completion_tokens") as endpoint:
        ask(endpoint, CHOICE, CHOICE, logprobs="off")
    assert [sorted(k for k in r.body if k.startswith("max")) for r in endpoint.received] == [
        ["max_tokens"],
        ["max_completion_tokens"],
        ["max_completion_tokens"],
    ]


def test_extra_fields_headers_and_omissions_reach_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDE_KEY", "side-secret-123")
    with FakeEndpoint() as endpoint:
        ask(
            endpoint,
            PLAIN,
            extra='{"enable_thinking": false}',
            headers='{"X-Team": "blue", "Api-Key": "$SIDE_KEY"}',
            omit="temperature",
        )
    received = endpoint.received[0]
    assert received.body["enable_thinking"] is False
    assert "temperature" not in received.body
    assert (received.headers["X-Team"], received.headers["Api-Key"]) == ("blue", "side-secret-123")


def test_a_query_in_the_address_is_kept() -> None:
    with FakeEndpoint() as endpoint:
        ask(endpoint, PLAIN, base_url=f"{endpoint.root}/deployments/x?api-version=2024-10-21")
    assert endpoint.received[0].path == "/deployments/x/chat/completions?api-version=2024-10-21"


def test_a_reply_of_a_megabyte_arrives_whole() -> None:
    with FakeEndpoint("深" * 350_000) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert len(response.text) == 350_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"choices": [{"message": {"content": "a\\ud800b"}}], "usage": {"prompt_tokens": NaN}}',
        b'{"choices": [{"message": {"content": "a\xed\xa0\x80b"}}]}',
        b'{"choices": [{"message": {"content": "a\\ud800b"}}]}',
    ],
)
def test_lone_surrogates_and_broken_utf8_are_mended(body: bytes) -> None:
    with FakeEndpoint(always=Fault(body=body)) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.text.startswith("a�")
    assert response.text.endswith("b")
    response.text.encode()


def test_models_of_one_endpoint_and_account_share_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-one-two-three")
    options = {"base_url": "http://127.0.0.1:9/v1"}
    one, two = build_model("openai/a", options), build_model("openai/b", options)
    assert one.endpoint == two.endpoint == "http://127.0.0.1:9 OPENAI_API_KEY"


def test_what_changes_the_replies_changes_the_revision() -> None:
    base = {"base_url": "http://127.0.0.1:9/v1"}
    variants = [{}, {"api": "completions"}, {"extra": '{"top_k": 1}'}, {"extra": '{"top_k": 2}'}]
    assert len({build_model("openai/a", base | variant).revision for variant in variants}) == 4


def test_a_service_is_told_by_its_name_and_ones_own_server_may_move() -> None:
    own = [
        "http://127.0.0.1:9/v1",
        "http://10.0.0.7:8001/v1/",
        "https://gpu.example.org",
        "http://[::1]:1/v1",
    ]
    services = ["https://openrouter.ai/api/v1", "https://api.deepseek.com/v1", "http://gpu:1/deployments/x"]

    def revision(address: str) -> str:
        return build_model("openai/a", {"base_url": address}).revision

    assert {revision(address) for address in own} == {""}
    assert len({revision(address) for address in (*own, *services)}) == 4
    assert revision("https://api.deepseek.com") == revision("https://api.deepseek.com:443/v1/")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "export OPENAI_API_KEY"),
        ({"api_key": "sk-very-secret-key"}, "never an option"),
        ({"base_url": "http://me:pass-word@host/v1"}, "user or password"),
        ({"base_url": "localhost:8000"}, "no address"),
        ({"base_url": "http://h/v1?key=se-cret"}, r"\?key="),
        ({"base_url": "http://h/v1", "api_key_env": "MISSING_KEY"}, "export MISSING_KEY"),
        ({"base_url": "http://h/v1", "headers": '{"Authorization": "Bearer x"}'}, "write its variable"),
        ({"base_url": "http://h/v1", "extra": "{oops"}, "no JSON object"),
        ({"base_url": "http://h/v1", "timeout": "0"}, "above 0"),
        ({"base_url": "http://h/v1", "timeuot": "1"}, "did you mean timeout"),
    ],
)
def test_a_wrong_option_is_told_before_any_call(
    options: Mapping[str, str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UserError, match=complaint) as caught:
        build_model("openai/any", options)
    assert not any(secret in str(caught.value) for secret in ("sk-very", "pass-word", "se-cret"))


def test_the_address_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeEndpoint("hi") as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-one-two-three")
        (response,) = ask(endpoint, PLAIN)
    assert response.text == "hi"
    assert endpoint.received[0].headers["Authorization"] == "Bearer sk-one-two-three"


FORM = Request(
    messages=(user("Is it safe? Answer in JSON."),),
    schema={"type": "object", "properties": {"safe": {"type": "boolean"}}, "required": ["safe"]},
)


def test_an_endpoint_is_asked_to_hold_a_reply_to_its_schema() -> None:
    with FakeEndpoint('{"safe": true}') as endpoint:
        (response,) = ask(endpoint, FORM)
    assert response.text == '{"safe": true}'
    form = endpoint.received[0].body["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["schema"] == FORM.schema


def test_an_endpoint_without_schemas_is_asked_in_words_and_not_again() -> None:
    refusal = status(400, "Unknown parameter: 'response_format'")
    with FakeEndpoint('{"safe": true}', faults=[refusal]) as endpoint:
        responses = ask(endpoint, FORM, FORM)
    assert [response.text for response in responses] == ['{"safe": true}'] * 2
    assert ["response_format" in received.body for received in endpoint.received] == [True, False, False]
