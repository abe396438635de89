"""The log-probabilities of a reply's tokens, asked for by a request and told by each provider."""

import asyncio
import math

import pytest

from plimsoll.core import Model, Request, Response, Sampling, UserError, offered, refuse_unmet, user
from plimsoll.registry import build_model
from plimsoll.run.keep.cache import key_of
from tests.support.endpoint import FakeEndpoint, status


def ask(
    endpoint: FakeEndpoint, *, continuations: tuple[str, ...] = (), logprobs: int = 3, **options: str
) -> Response:
    async def one() -> Response:
        model = build_model("openai/any", {"base_url": endpoint.url} | options)
        request = Request(messages=(user("Say B."),), logprobs=logprobs, continuations=continuations)
        try:
            return await model.generate(request)
        finally:
            await model.close()

    return asyncio.run(one())


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_an_endpoint_is_asked_for_as_many_rivals_as_the_request_wants(api: str) -> None:
    with FakeEndpoint("B it is") as endpoint:
        response = ask(endpoint, api=api)
    assert "".join(token.text for token in response.tokens) == response.text == "B it is"
    first = response.tokens[0]
    assert (first.logprob, list(first.rivals.items())) == (-0.1, [("A", -2.0), ("C", -3.0)])
    asked = endpoint.received[0].body
    assert (
        (asked["top_logprobs"], asked["logprobs"]) == (3, True) if api == "chat" else asked["logprobs"] == 3
    )


def test_without_the_wish_no_log_probability_is_asked_for_or_kept() -> None:
    with FakeEndpoint("B") as endpoint:
        assert ask(endpoint, logprobs=0).tokens == ()
        assert ask(endpoint, logprobs=0, continuations=("A", "B")).tokens == ()
    assert "logprobs" not in endpoint.received[0].body


def test_letters_are_weighed_and_tokens_told_out_of_one_reply() -> None:
    with FakeEndpoint("B") as endpoint:
        response = ask(endpoint, logprobs=1, continuations=("A", "B"))
    assert endpoint.received[0].body["top_logprobs"] == 20
    assert response.means == "first_token"
    assert [(token.text, dict(token.rivals)) for token in response.tokens] == [("B", {"A": -2.0})]


def test_an_endpoint_that_gives_none_answers_in_text_and_says_so() -> None:
    with FakeEndpoint("B", logprobs=0) as endpoint:
        response = ask(endpoint)
    assert (response.text, response.tokens) == ("B", ())
    assert any("without log-probabilities" in note for note in response.notes)


def test_a_request_with_log_probabilities_is_another_request_to_the_cache() -> None:
    plain = Request(messages=(user("Hi"),))
    keys = {
        key_of("m", plain),
        *(key_of("m", Request(messages=plain.messages, logprobs=n)) for n in (0, 1, 2)),
    }
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("spec", "options", "gives"),
    [
        ("openai/any", {}, True),
        ("openai/any", {"logprobs": "off"}, False),
        ("anthropic/claude-x", {}, False),
    ],
)
def test_a_model_declares_whether_it_gives_log_probabilities(
    spec: str, options: dict[str, str], *, gives: bool
) -> None:
    model: Model = build_model(spec, {"base_url": "http://127.0.0.1:9/v1"} | options)
    assert ("logprobs" in offered(model)) is gives
    if not gives:
        with pytest.raises(UserError, match=r"needs log-probabilities, which .* does not offer"):
            refuse_unmet("judge perplexity", frozenset({"logprobs"}), model)


def test_an_endpoint_that_breaks_where_log_probabilities_are_asked_for_offers_none_from_then_on() -> None:
    async def both(address: str) -> tuple[bool, bool]:
        model = build_model("openai/any", {"base_url": address})
        before = "logprobs" in offered(model)
        await model.generate(Request(messages=(user("Hi"),), logprobs=1))
        await model.close()
        return before, "logprobs" in offered(model)

    with FakeEndpoint("B", faults=[status(500)]) as endpoint:
        assert asyncio.run(both(endpoint.url)) == (True, False)


def at_hand(spec: str, request: Request) -> Response:
    async def one() -> Response:
        model = build_model(spec)
        try:
            return await model.generate(request)
        finally:
            await model.close()

    return asyncio.run(one())


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("llamacpp", marks=pytest.mark.llm),
        pytest.param("transformers", marks=[pytest.mark.llm, pytest.mark.torch]),
    ],
)
def test_models_at_hand_tell_the_tokens_they_wrote(spec: str) -> None:
    sampling = Sampling(max_tokens=6, stop=("zzz",))
    plain = Request(messages=(user("Name the capital of France."),), sampling=sampling)
    told = at_hand(spec, Request(messages=plain.messages, sampling=sampling, logprobs=2))
    assert told.text == at_hand(spec, plain).text
    assert "".join(token.text for token in told.tokens) == told.text
    for token in told.tokens:
        assert len(token.rivals) == 2
        assert token.logprob <= 0
        assert token.text not in token.rivals
        # Greedy: nothing is likelier than what was said, and the three are not more than everything.
        assert token.logprob >= max(token.rivals.values())
        assert sum(map(math.exp, (token.logprob, *token.rivals.values()))) <= 1 + 1e-4
