import asyncio
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.core import (
    ContextExceeded,
    Denied,
    Late,
    Model,
    ModelError,
    Overloaded,
    Request,
    Response,
    TransientError,
    Unreadable,
    user,
)
from plimsoll.models._faults import LONGEST_MESSAGE, Reply, cleaned, fault
from plimsoll.registry import build_model
from tests.support import endpoint as fake
from tests.support.endpoint import FakeEndpoint, Fault

PLAIN = Request(messages=(user("Hello"),))
KEY = "sk-proj-a1b2c3d4e5f6"


def ask(base_url: str, model: str = "openai/any", **options: str) -> Response:
    async def one() -> Response:
        asked = build_model(model, {"base_url": base_url} | options)
        try:
            return await asked.generate(PLAIN)
        finally:
            await asked.close()

    return asyncio.run(one())


@pytest.mark.parametrize("model", ["openai/any", "anthropic/any"])
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (fake.status(401), Denied),
        (fake.status(402), Denied),
        (fake.status(404, "no such model"), Denied),
        (fake.status(429, "quota", kind="insufficient_quota"), Denied),
        (fake.redirect("http://elsewhere.example/v1"), Denied),
        (fake.status(429), Overloaded),
        (fake.status(503), Overloaded),
        (fake.status(529), Overloaded),
        (fake.status(502), Overloaded),
        (fake.html(502), Overloaded),
        (fake.status(522), Overloaded),
        (fake.status(408), Late),
        (fake.status(504), Late),
        (fake.status(524), Late),
        (fake.status(409), TransientError),
        (fake.status(500), TransientError),
        (fake.html(), Unreadable),
        (fake.invalid_json(), Unreadable),
        (fake.half_body(), Unreadable),
        (fake.closed(), TransientError),
        (fake.closed_mid_body(), TransientError),
        (fake.closed_mid_chunk(), TransientError),
        (Fault(body=b""), Unreadable),
        (Fault(body=b"null"), Unreadable),
        (Fault(body=b"[" * 100_000), Unreadable),
        (Fault(body=b"{}"), Unreadable),
        (Fault(body=b'{"choices": [{"message": {"content": 7}}], "content": 7}'), Unreadable),
        (fake.status(400, "This model's maximum context length is 4096 tokens"), ContextExceeded),
        (fake.status(400, "prompt is too long: 210000 tokens > 200000 maximum"), ContextExceeded),
        (fake.status(413), ContextExceeded),
        (fake.status(429, "Request too large for m: Limit 3000, Requested 3500"), ContextExceeded),
        (fake.status(429, "Too many tokens, please wait before trying again."), Overloaded),
        (fake.status(400, "max_tokens must be positive"), ModelError),
        (fake.status(422), ModelError),
    ],
)
def test_every_fault_has_its_error(model: str, trouble: Fault, error: type[ModelError]) -> None:
    with FakeEndpoint(always=trouble) as endpoint, pytest.raises(ModelError) as caught:
        ask(endpoint.url, model)
    assert isinstance(caught.value, error)
    if error is ModelError:
        assert not isinstance(caught.value, TransientError | Denied | ContextExceeded)
    if error is TransientError:
        assert not isinstance(caught.value, Overloaded | Unreadable)
    if error is Overloaded:
        assert not isinstance(caught.value, Late)


@pytest.mark.parametrize("model", ["openai/any", "anthropic/any"])
def test_silence_is_a_transient_error_after_the_timeout(model: str) -> None:
    with FakeEndpoint(always=fake.hang()) as endpoint, pytest.raises(TransientError, match=r"within 0\.2 s"):
        ask(endpoint.url, model, timeout="0.2")


def test_patience_grows_once_for_all_calls_that_waited_as_long() -> None:
    async def four() -> list[str]:
        with FakeEndpoint(always=fake.hang()) as endpoint:
            model = build_model("openai/any", {"base_url": endpoint.url, "timeout": "0.1"})
            # The very first call goes ahead of all others: those that wait as long come after it.
            first = await asyncio.gather(model.generate(PLAIN), return_exceptions=True)
            both = await asyncio.gather(*(model.generate(PLAIN) for _ in range(2)), return_exceptions=True)
            last = await asyncio.gather(model.generate(PLAIN), return_exceptions=True)
            await model.close()
            return [str(error) for error in (*first, *both, *last)]

    first, second, third, last = asyncio.run(four())
    assert "within 0.1 s" in first
    assert "-M timeout=0.2" in first
    assert "--max-connections" in first
    assert "within 0.2 s" in second
    assert "within 0.2 s" in third
    assert "within 0.4 s" in last


def test_three_calls_refused_and_none_answered_mean_us_and_not_the_prompt() -> None:
    async def four() -> list[type]:
        with FakeEndpoint(always=fake.status(403, "Forbidden")) as endpoint:
            model = build_model("openai/any", {"base_url": endpoint.url})
            found = [await _outcome(model) for _ in range(3)]
            await model.close()
            return found

    assert asyncio.run(four()) == [ModelError, ModelError, Denied]


def test_a_prompt_that_is_refused_among_answered_ones_is_its_own_affair() -> None:
    async def five() -> list[type]:
        refusals = [None, *[fake.status(403, "Forbidden")] * 4]
        with FakeEndpoint(faults=refusals) as endpoint:
            model = build_model("openai/any", {"base_url": endpoint.url})
            found = [await _outcome(model) for _ in range(5)]
            await model.close()
            return found

    assert asyncio.run(five()) == [Response, *[ModelError] * 4]


async def _outcome(model: Model) -> type:
    try:
        await model.generate(PLAIN)
    except Denied:
        return Denied
    except ModelError as error:
        return type(error)
    return Response


def test_a_404_shows_the_address_and_what_is_missing_from_it() -> None:
    with FakeEndpoint(always=fake.status(404, "Not Found")) as endpoint:
        with pytest.raises(Denied) as caught:
            ask(endpoint.root)
        assert f"{endpoint.root}/chat/completions" in str(caught.value)
        assert "/v1" in str(caught.value)
        with pytest.raises(Denied) as caught:
            ask(endpoint.url)
    assert f"404 from {endpoint.url}/chat/completions" in str(caught.value)
    assert "base_url" not in str(caught.value)


def test_a_days_quota_stops_the_run_with_the_time_when_it_goes_on() -> None:
    for trouble in (
        fake.status(429, "Rate limit exceeded: free-models-per-day", retry_after="36000"),
        fake.status(429, "Rate limit exceeded: free-models-per-day"),
    ):
        with FakeEndpoint(always=trouble) as endpoint, pytest.raises(Denied, match="goes on with it") as told:
            ask(endpoint.url)
        assert ("until 2" in str(told.value)) == ("Retry-After" in trouble.headers or bool(trouble.headers))


def test_nobody_listening_is_a_transient_error() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(TransientError, match="connection"):
        ask(f"http://127.0.0.1:{port}/v1")


def test_a_second_call_after_a_fault_is_answered() -> None:
    async def twice() -> Response:
        with FakeEndpoint(faults=[fake.closed_mid_body()]) as endpoint:
            model = build_model("openai/any", {"base_url": endpoint.url})
            with pytest.raises(TransientError):
                await model.generate(PLAIN)
            response = await model.generate(PLAIN)
            await model.close()
            return response

    assert asyncio.run(twice()).text == "(B)"


def test_a_closed_model_opens_again() -> None:
    with FakeEndpoint() as endpoint:
        model = build_model("openai/any", {"base_url": endpoint.url})

        async def once() -> str:
            response = await model.generate(PLAIN)
            await model.close()
            return response.text

        assert [asyncio.run(once()), asyncio.run(once())] == ["(B)", "(B)"]


def test_a_cancelled_call_is_cancelled() -> None:
    async def cancelled() -> None:
        with FakeEndpoint(always=fake.hang()) as endpoint:
            model = build_model("openai/any", {"base_url": endpoint.url})
            task = asyncio.create_task(model.generate(PLAIN))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await model.close()

    asyncio.run(cancelled())


def test_an_overloaded_endpoint_says_when_to_come_back() -> None:
    with (
        FakeEndpoint(always=fake.status(429, retry_after="3")) as endpoint,
        pytest.raises(Overloaded) as caught,
    ):
        ask(endpoint.url)
    assert caught.value.retry_after == 3.0


def test_an_error_under_status_200_counts_as_what_it_says() -> None:
    body = json.dumps({"error": {"message": "slow down", "code": 429}}).encode()
    with FakeEndpoint(always=Fault(body=body)) as endpoint, pytest.raises(Overloaded, match="slow down"):
        ask(endpoint.url)


@pytest.mark.parametrize("code", [400, 401, 429, 500, 307])
def test_a_key_that_the_endpoint_echoes_is_not_repeated(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    headers = {"Location": f"http://x/?k={KEY}"}
    trouble = Fault(status=code, body=f"bad key {KEY}, Bearer {KEY}".encode(), headers=headers)
    with FakeEndpoint(always=trouble) as endpoint, pytest.raises(ModelError) as caught:
        ask(endpoint.url)
    assert KEY not in str(caught.value)
    assert endpoint.received[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_key_inside_a_reply_is_blanked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with FakeEndpoint(f"your key is {KEY}") as endpoint:
        assert ask(endpoint.url).text == "your key is ***"


def test_a_redirect_is_not_followed() -> None:
    with FakeEndpoint() as other, FakeEndpoint(always=fake.redirect(f"{other.url}/x")) as endpoint:
        with pytest.raises(Denied, match="redirects to"):
            ask(endpoint.url)
        assert other.received == []


def test_a_hostile_error_body_is_cut_to_one_clean_line() -> None:
    hostile = "\x1b[2J\u202e" + "evil\r\n" * 1000 + "\x00"
    said = str(fault(Reply(400, {}, hostile.encode())))
    assert "\x1b" not in said
    assert "\n" not in said
    assert "\u202e" not in said
    assert len(said) < LONGEST_MESSAGE + 20


@given(st.text(), st.text(min_size=8))
def test_cleaned_text_is_short_and_without_the_secret(text: str, secret: str) -> None:
    said = cleaned(text + secret + text, (secret,))
    assert len(said) <= LONGEST_MESSAGE
    assert said.encode()
    assert said.isprintable() or " " in said or not said.isascii()


@given(st.integers(300, 599), st.binary())
def test_any_failed_reply_becomes_a_model_error(code: int, body: bytes) -> None:
    assert isinstance(fault(Reply(code, {}, body)), ModelError)
