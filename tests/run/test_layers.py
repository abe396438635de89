import asyncio
from pathlib import Path

import pytest

from plimsoll.core import (
    BudgetExceeded,
    ModelError,
    Overloaded,
    Request,
    Response,
    Sampling,
    TransientError,
    Usage,
    innermost,
    user,
)
from plimsoll.run.ask import layers
from plimsoll.run.ask.limits import Limiter
from plimsoll.run.keep.cache import Cache, key_of
from tests.support.toy import Adder

ASK = Request(messages=(user("What is 1 + 1?"),))


def retried(model: Adder, **options: object) -> layers.Retried:
    return layers.Retried(layers.Limited(model, Limiter()), first_delay=0.001, **options)  # type: ignore[arg-type]


def test_a_transient_error_is_asked_again() -> None:
    model = Adder(failures={1: TransientError("closed"), 2: Overloaded("slow down")})
    assert asyncio.run(retried(model).generate(ASK)).text == "2"
    assert model.calls == 3


def test_an_error_for_good_is_not_asked_again() -> None:
    model = Adder(failures={1: ModelError("bad request")})
    with pytest.raises(ModelError, match="bad request"):
        asyncio.run(retried(model).generate(ASK))
    assert model.calls == 1


def test_retries_end_with_the_attempts_and_with_the_budget() -> None:
    broken = {number: TransientError("down") for number in range(1, 100)}
    model = Adder(failures=dict(broken))
    with pytest.raises(TransientError):
        asyncio.run(retried(model, attempts=4).generate(ASK))
    assert model.calls == 4
    model = Adder(failures=dict(broken))
    with pytest.raises(TransientError):
        asyncio.run(retried(model, budget=layers.RetryBudget(tokens=1)).generate(ASK))
    assert model.calls == 2


def test_an_overloaded_endpoint_shrinks_the_limit() -> None:
    model = Adder(failures={1: Overloaded("slow down")})
    limiter = Limiter()
    wrapped = layers.Retried(layers.Limited(model, limiter), first_delay=0.001)
    asyncio.run(wrapped.generate(ASK))
    assert limiter.capacity < 20


def test_the_cost_limit_stops_before_the_next_call() -> None:
    model = Adder()
    meter = layers.Meter(price=lambda _: 0.4, budget=layers.Budget(max_cost=1.0))
    wrapped = layers.Metered(model, meter)

    async def ask_on() -> None:
        for _ in range(10):
            await wrapped.generate(ASK)

    with pytest.raises(BudgetExceeded, match="1 USD"):
        asyncio.run(ask_on())
    assert model.calls == 3


def test_calls_in_flight_count_towards_the_limit_and_missing_usage_is_estimated() -> None:
    model = Adder()
    meter = layers.Meter(price=lambda usage: float(usage.input_tokens), budget=layers.Budget(max_cost=10.0))
    wrapped = layers.Metered(model, meter)

    async def burst() -> None:
        await asyncio.gather(*(wrapped.generate(ASK) for _ in range(10)), return_exceptions=True)

    asyncio.run(burst())
    assert 10 <= meter.budget.cost < 20
    assert meter.budget.reserved == 0


def test_every_epoch_draws_with_a_seed_of_its_own() -> None:
    seen: list[int | None] = []

    class Listening(Adder):
        async def generate(self, request: Request) -> Response:
            seen.append(request.sampling.seed)
            return Response()

    model = layers.Resampled(Listening(), {"temperature": 1.0, "seed": 5})
    for draw in range(3):
        asyncio.run(layers.Drawn(model, draw).generate(ASK))
    assert seen == [5, 6, 7]


def test_a_known_request_is_answered_from_the_cache_across_processes(tmp_path: Path) -> None:
    model, meter = Adder(), layers.Meter()
    for _ in range(2):
        with Cache(tmp_path / "cache.sqlite") as cache:
            wrapped = layers.Cached(model, cache, "toy/adder|1|", meter)
            assert asyncio.run(wrapped.generate(ASK)).text == "2"
    assert model.calls == 1
    assert meter.cached == 1


def test_the_cache_key_covers_request_draw_and_identity() -> None:
    requests = [
        ASK,
        Request(messages=ASK.messages, draw=1),
        Request(messages=ASK.messages, sampling=Sampling(temperature=1.0)),
        Request(messages=ASK.messages, continuations=("(A",)),
    ]
    keys = {key_of(identity, request) for request in requests for identity in ("a", "b")}
    assert len(keys) == 8


def test_a_broken_cache_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    from plimsoll.core import UserError

    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(UserError, match="--no-cache"):
        Cache(path)


def test_overrides_and_system_prompt_reach_the_model() -> None:
    seen: list[Request] = []

    class Listening(Adder):
        async def generate(self, request: Request) -> Response:
            seen.append(request)
            return Response(usage=Usage(input_tokens=3))

    model = layers.Resampled(layers.Instructed(Listening(), "Be kind."), {"temperature": 0.7})
    asyncio.run(layers.Drawn(model, 2).generate(ASK))
    assert seen[0].messages[0].text == "Be kind."
    assert seen[0].sampling.temperature == 0.7
    assert seen[0].draw == 2
    assert innermost(model).name == "toy/adder"
