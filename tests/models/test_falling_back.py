"""What endpoints refuse to be asked, in their many words -> asked for less, and said."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from plimsoll.core import ModelError, Request, Sampling, TransientError, UserError, replace, user
from plimsoll.registry import build_model
from tests.support.asking import CHOICE, INSTRUCTED, PLAIN, ask, ask_together
from tests.support.endpoint import FakeEndpoint, Fault, chat, document, events, piece, status

Body = Mapping[str, Any]
SAMPLED = Request(
    messages=(user("Hello"),),
    sampling=Sampling(temperature=0.0, top_p=0.9, seed=3, stop=("\n",), max_tokens=4096),
)


def refusing(field: str, *said: str, code: int = 400) -> Callable[[Body], Fault | None]:
    """An endpoint that refuses every request with that field, and answers the others."""
    told = iter(said)
    last = [said[0]]

    def answer(body: Body) -> Fault | None:
        if field not in body:
            return None
        last[0] = next(told, last[0])
        return status(code, last[0], kind="invalid_request_error")

    return answer


@pytest.mark.parametrize(
    "said",
    [
        "Unsupported value: 'temperature' does not support 0 with this model. Only 1 is supported.",
        "Unsupported parameter: 'temperature' is not supported with this model.",
        "`temperature` is deprecated for this model.",
        "temperature: extra inputs are not permitted",
        "Invalid temperature: only 1 is allowed for this model",
        "参数 temperature 不支持",
        "Unrecognized request argument supplied",
        "Bad Request",
    ],
)
def test_a_temperature_that_is_refused_in_any_words_is_left_out_and_that_is_said(said: str) -> None:
    with FakeEndpoint("hi", answer=refusing("temperature", said)) as endpoint:
        first, second = ask(endpoint, PLAIN, PLAIN)
        assert "temperature" not in endpoint.received[-1].body
    assert first.text == second.text == "hi"
    assert first.notes == second.notes
    assert "without temperature" in first.notes[0]


@pytest.mark.parametrize(
    "said",
    ["`temperature` must be strictly positive", "temperature must be in (0, 2]", "temperature 必须大于0"],
)
def test_an_endpoint_that_takes_no_temperature_of_0_is_asked_at_nearly_0(said: str) -> None:
    def answer(body: Body) -> Fault | None:
        return status(422, said) if body["temperature"] == 0 else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        (response,) = ask(endpoint, PLAIN)
        assert endpoint.received[-1].body["temperature"] == 0.01
    assert "temperature 0.01" in response.notes[0]


@pytest.mark.parametrize("field", ["top_p", "seed", "stop"])
def test_a_field_that_is_named_is_left_out_and_the_others_stay(field: str) -> None:
    with FakeEndpoint("hi", answer=refusing(field, f"Unsupported parameter: '{field}'")) as endpoint:
        (response,) = ask(endpoint, SAMPLED)
        sent = endpoint.received[-1].body
    assert {"temperature", "top_p", "seed", "stop"} - set(sent) == {field}
    assert f"without {field}" in response.notes[0]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (400, "Argument not supported on this model: logprobs"),
        (400, "Unrecognized request argument supplied"),
        (422, "Extra inputs are not permitted"),
        (500, "internal error"),
        (501, "not implemented"),
    ],
)
def test_log_probabilities_that_are_refused_or_break_the_endpoint_are_not_asked_for_again(
    code: int, said: str
) -> None:
    with FakeEndpoint("B", answer=refusing("logprobs", said, code=code)) as endpoint:
        first, second = ask(endpoint, CHOICE, CHOICE)
        assert "logprobs" not in endpoint.received[-1].body
    assert first.means == second.means == "generation"
    assert first.text == "B"
    assert "without log-probabilities" in first.notes[0]
    assert second.notes == first.notes


def test_a_note_is_made_only_on_responses_that_it_concerns() -> None:
    with FakeEndpoint("B", answer=refusing("logprobs", "no logprobs here")) as endpoint:
        weighed, plain = ask(endpoint, CHOICE, PLAIN)
    assert weighed.notes
    assert plain.notes == ()


def test_an_endpoint_that_is_down_is_not_taken_for_one_without_log_probabilities() -> None:
    with FakeEndpoint("B", faults=[status(500)] * 2) as endpoint:
        with pytest.raises(TransientError):
            ask(endpoint, CHOICE)
        (response,) = ask(endpoint, CHOICE)
    assert (response.means, response.notes) == ("first_token", ())


def test_a_refusal_that_has_passed_teaches_nothing() -> None:
    with FakeEndpoint("B", faults=[status(400, "Bad Request")]) as endpoint:
        first, second = ask(endpoint, CHOICE, CHOICE)
    assert first.means == second.means == "first_token"
    assert first.notes == second.notes == ()


def test_a_refusal_of_a_prompt_after_answers_is_not_tried_in_other_ways() -> None:
    with FakeEndpoint("B", faults=[None, status(400, "Bad Request")]) as endpoint:
        with pytest.raises(ModelError, match="Bad Request"):
            ask(endpoint, CHOICE, CHOICE)
        assert len(endpoint.received) == 2


@pytest.mark.parametrize(
    "said",
    [
        "This model only support stream mode, please enable the stream parameter to access the model.",
        "parameter.enable_thinking must be set to false for non-streaming calls",
        "Streaming is required for this model: set stream to true",
        "该模型仅支持流式输出 (stream)",
    ],
)
def test_a_model_that_answers_only_as_a_stream_is_asked_so(said: str) -> None:
    def answer(body: Body) -> Fault | None:
        return events(piece(content="B"), piece("stop")) if body.get("stream") else status(400, said)

    with FakeEndpoint(answer=answer) as endpoint:
        first, second = ask(endpoint, PLAIN, PLAIN)
        assert [received.body.get("stream") for received in endpoint.received] == [None, True, True]
        assert endpoint.received[-1].body["stream_options"] == {"include_usage": True}
    assert first.text == second.text == "B"
    assert "as a stream" in second.notes[0]
    assert ("enable_thinking" in said) == ("enable_thinking" in second.notes[0])


def test_a_stream_that_cannot_be_counted_is_not_counted() -> None:
    def answer(body: Body) -> Fault | None:
        if not body.get("stream"):
            return status(400, "stream must be true")
        if "stream_options" in body:
            return status(400, "Unknown field: stream_options")
        return events(piece(content="B"), piece("stop"))

    with FakeEndpoint(answer=answer) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.text == "B"


@pytest.mark.parametrize(
    "said",
    [
        "System role not supported",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "messages: the system role is not supported by this model",
        "This model does not support system messages",
        "不支持 system 角色",
    ],
)
def test_a_system_prompt_goes_before_the_first_message_where_there_is_no_such_role(said: str) -> None:
    def answer(body: Body) -> Fault | None:
        return status(400, said) if body["messages"][0]["role"] == "system" else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        instructed, plain = ask(endpoint, INSTRUCTED, PLAIN)
        assert endpoint.received[1].body["messages"] == [{"role": "user", "content": "Be kind.\n\nHello"}]
    assert "no system role" in instructed.notes[0]
    assert plain.notes == ()


@pytest.mark.parametrize(
    "said",
    [
        "max_tokens is too large: 4096. This model supports at most 2048 completion tokens",
        "max_tokens: 4096 > 2048, which is the maximum allowed number of output tokens",
        "Range of max_tokens should be [1, 2048]",
    ],
)
def test_a_reply_that_may_not_be_so_long_is_asked_for_as_long_as_it_may_be(said: str) -> None:
    def answer(body: Body) -> Fault | None:
        return status(400, said) if body["max_tokens"] > 2048 else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        first, second = ask(endpoint, SAMPLED, SAMPLED)
        assert [received.body["max_tokens"] for received in endpoint.received] == [4096, 2048, 2048]
    assert "at most 2048 tokens" in first.notes[0]
    assert first.notes == second.notes


def test_a_reply_that_only_this_prompt_leaves_no_room_for_is_shortened_for_this_prompt() -> None:
    said = (
        "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length is "
        "4200 tokens and your request has 1000 input tokens (4096 > 4200 - 1000)."
    )
    with FakeEndpoint("hi", faults=[status(400, said)]) as endpoint:
        first, second = ask(endpoint, SAMPLED, SAMPLED)
        assert [received.body["max_tokens"] for received in endpoint.received] == [4096, 3200, 4096]
    assert first.notes
    assert not second.notes


def test_a_limit_that_no_shorter_reply_keeps_stops_with_the_remedy() -> None:
    said = "max_tokens is too large: 4096. This model supports at most 2048 completion tokens"
    with FakeEndpoint(always=status(400, said)) as endpoint:
        with pytest.raises(UserError, match="--max-tokens"):
            ask(endpoint, CHOICE)
        assert len(endpoint.received) == 1


def test_either_name_of_the_longest_reply_is_learned_from_a_refusal() -> None:
    for wanted, other in (("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")):
        with FakeEndpoint("hi", tokens_field=wanted) as endpoint:  # type: ignore[arg-type]
            ask(endpoint, SAMPLED, max_tokens_field=other)
            assert wanted in endpoint.received[-1].body


def test_two_refusals_one_after_the_other_are_both_heeded() -> None:
    def answer(body: Body) -> Fault | None:
        if "temperature" in body:
            return status(400, "temperature is not supported")
        return status(400, "seed is not supported") if "seed" in body else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        (response,) = ask(endpoint, SAMPLED)
        assert len(endpoint.received) == 3
    assert len(response.notes) == 2


def test_what_was_left_out_in_vain_is_sent_again() -> None:
    said = iter(["please stop sending this", "still not"])

    def answer(body: Body) -> Fault | None:
        return status(400, next(said, "never")) if "bad" in body["messages"][0]["content"] else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        bad = Request(messages=(user("bad"),), sampling=SAMPLED.sampling)
        with pytest.raises(ModelError):
            ask(endpoint, SAMPLED, bad)
        (response,) = ask(endpoint, SAMPLED)
        assert endpoint.received[-1].body["stop"] == ["\n"]
    assert response.notes == ()


def test_anthropic_is_asked_for_less_too() -> None:
    told = {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "temperature is deprecated"},
    }

    def answer(body: Body) -> Fault | None:
        return document(told, 400) if "temperature" in body else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        first, second = ask(endpoint, PLAIN, PLAIN, model="anthropic/any")
        assert len(endpoint.received) == 3
    assert first.notes == second.notes
    assert "without temperature" in first.notes[0]


def test_a_filter_met_on_the_way_is_a_filter() -> None:
    faults = [status(400, "temperature is not supported"), status(400, "flagged", kind="content_filter")]
    with FakeEndpoint(faults=faults) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.finish == "blocked"


def test_a_stream_may_hold_a_whole_answer_of_another_kind() -> None:
    def answer(body: Body) -> Fault | None:
        return chat("B") if body.get("stream") else status(400, "non-streaming calls must disable thinking")

    with FakeEndpoint(answer=answer) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.text == "B"


TOO_LARGE = "max_tokens is too large: 4096. This model supports at most 2048 completion tokens"


@pytest.mark.parametrize("model", ["openai/any", "anthropic/any"])
def test_of_requests_that_are_refused_together_the_first_learns_for_all(model: str) -> None:
    def answer(body: Body) -> Fault | None:
        return status(400, TOO_LARGE) if body["max_tokens"] > 2048 else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        responses = ask_together(endpoint, *[SAMPLED] * 8, model=model)
        asked = [body["max_tokens"] for body in (each.body for each in endpoint.received)]
    assert [getattr(each, "text", each) for each in responses] == ["hi"] * 8
    assert asked == [4096, *[2048] * 8]


def test_where_only_a_user_can_help_one_request_finds_out_and_the_others_stop() -> None:
    with FakeEndpoint("hi", answer=lambda body: status(400, TOO_LARGE)) as endpoint:
        outcomes = ask_together(endpoint, *[SAMPLED] * 8)
        asked = [each.body["max_tokens"] for each in endpoint.received]
    assert all(isinstance(each, UserError) and "--max-tokens" in str(each) for each in outcomes)
    assert asked == [4096, 2048]


def test_a_request_that_asks_for_less_than_one_that_was_hopeless_is_asked() -> None:
    answer = lambda body: status(400, TOO_LARGE) if body["max_tokens"] > 64 else None  # noqa: E731
    small = replace(SAMPLED, sampling=Sampling(max_tokens=32))

    async def both(url: str) -> str:
        asked = build_model("openai/any", {"base_url": url})
        try:
            with pytest.raises(UserError):
                await asked.generate(SAMPLED)
            return (await asked.generate(small)).text
        finally:
            await asked.close()

    with FakeEndpoint("hi", answer=answer) as endpoint:
        assert asyncio.run(both(endpoint.url)) == "hi"
