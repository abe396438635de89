import asyncio
from pathlib import Path

import pytest

from plimsoll.core import (
    BudgetExceeded,
    Late,
    Model,
    ModelError,
    Overloaded,
    Request,
    Response,
    Sampling,
    TransientError,
    Unreadable,
    Usage,
    innermost,
    user,
)
from plimsoll.run.ask import layers
from plimsoll.run.ask.limits import Limiter
from plimsoll.run.keep.cache import Cache, key_of
from tests.support.toy import Adder

ASK = Request(messages=(user("What is 1 + 1?"),))


def retried(model: Adder, limiter: Limiter | None = None, **patience: float) -> layers.Retried:
    shared = limiter or Limiter(first_pause=0.001)
    wished = layers.Patience(**patience)  # type: ignore[arg-type]
    return layers.Retried(layers.Limited(model, shared), shared, wished, first_delay=0.001)


def failing(error: ModelError, calls: int = 1000) -> Adder:
    return Adder(failures=dict.fromkeys(range(1, calls + 1), error))


def test_a_transient_error_is_asked_again() -> None:
    model = Adder(failures={1: TransientError("closed"), 2: Overloaded("slow down")})
    assert asyncio.run(retried(model).generate(ASK)).text == "2"
    assert model.calls == 3


def test_an_error_for_good_is_not_asked_again() -> None:
    model = Adder(failures={1: ModelError("bad request")})
    with pytest.raises(ModelError, match="bad request"):
        asyncio.run(retried(model).generate(ASK))
    assert model.calls == 1


@pytest.mark.parametrize("error", [TransientError("down"), Overloaded("full")])
def test_an_endpoint_that_is_away_is_asked_by_time_and_not_by_tries(error: TransientError) -> None:
    assert asyncio.run(retried(failing(error, 9)).generate(ASK)).text == "2"
    model = failing(error)
    with pytest.raises(TransientError):
        asyncio.run(retried(model, silence=0.0, failing=0.0).generate(ASK))
    assert model.calls == 1


def test_a_reply_that_cannot_be_read_and_one_that_never_comes_in_time_are_asked_for_by_tries() -> None:
    model = failing(Unreadable("no JSON"))
    with pytest.raises(Unreadable):
        asyncio.run(retried(model, unreadable=4).generate(ASK))
    assert model.calls == 4
    model = failing(Late("no answer within 1 s"))
    with pytest.raises(Late):
        asyncio.run(retried(model, late=3).generate(ASK))
    assert model.calls == 3


def test_a_call_that_fails_while_others_are_answered_is_given_up_sooner() -> None:
    async def both() -> int:
        limiter = Limiter()
        poison = failing(TransientError("HTTP 500"), 10_000)
        limiter.succeeded()
        asked = asyncio.create_task(retried(poison, limiter, silence=60.0, failing=0.2).generate(ASK))
        while not asked.done():
            await retried(Adder(), limiter).generate(ASK)
            await asyncio.sleep(0.01)
        with pytest.raises(TransientError, match="500"):
            await asked
        return poison.calls

    assert asyncio.run(asyncio.wait_for(both(), 20)) > 1


def test_an_endpoint_that_was_given_up_costs_the_next_call_one_try() -> None:
    limiter, model = Limiter(), failing(Overloaded("away"))
    with pytest.raises(Overloaded):
        asyncio.run(retried(model, limiter, silence=0.3).generate(ASK))
    calls = model.calls
    with pytest.raises(Overloaded):
        asyncio.run(retried(model, limiter, silence=0.3).generate(ASK))
    assert model.calls == calls + 1


def test_an_overloaded_endpoint_shrinks_the_limit() -> None:
    limiter = Limiter()
    asyncio.run(retried(failing(Overloaded("slow down"), 1), limiter).generate(ASK))
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


def test_a_hundred_workers_spend_a_limit_that_is_below_their_estimates() -> None:
    """An estimate counts the longest reply; what stops a run is what replies really cost."""
    model = Adder(usage=Usage(input_tokens=1))
    meter = layers.Meter(price=lambda usage: usage.input_tokens / 10, budget=layers.Budget(max_cost=0.75))
    wrapped = layers.Metered(model, meter)

    async def burst() -> list[BaseException | Response]:
        return await asyncio.gather(*(wrapped.generate(ASK) for _ in range(100)), return_exceptions=True)

    found = asyncio.run(asyncio.wait_for(burst(), 20))
    answered = [each for each in found if isinstance(each, Response)]
    assert len(answered) == model.calls == 8
    assert all(isinstance(each, BudgetExceeded) for each in found if not isinstance(each, Response))


def test_a_call_that_fails_gives_its_share_back() -> None:
    budget = layers.Budget(max_cost=1.0)
    wrapped = layers.Metered(Adder(failures={1: ModelError("no")}), layers.Meter(lambda _: 0.9, budget))

    async def two() -> str:
        with pytest.raises(ModelError):
            await wrapped.generate(ASK)
        return (await wrapped.generate(ASK)).text

    assert asyncio.run(asyncio.wait_for(two(), 20)) == "2"


async def drawn(model: Model, epoch: int) -> None:
    layers.EPOCH.set(epoch)
    await layers.Drawn(model).generate(ASK)


def test_every_epoch_draws_with_a_seed_of_its_own() -> None:
    seen: list[int | None] = []

    class Listening(Adder):
        async def generate(self, request: Request) -> Response:
            seen.append(request.sampling.seed)
            return Response()

    model = layers.Resampled(Listening(), {"temperature": 1.0, "seed": 5})
    for epoch in range(3):
        asyncio.run(drawn(model, epoch))
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
        Cache(path).open()


def test_overrides_and_system_prompt_reach_the_model() -> None:
    seen: list[Request] = []

    class Listening(Adder):
        async def generate(self, request: Request) -> Response:
            seen.append(request)
            return Response(usage=Usage(input_tokens=3))

    model = layers.Resampled(layers.Instructed(Listening(), "Be kind."), {"temperature": 0.7})
    asyncio.run(drawn(model, 2))
    assert seen[0].messages[0].text == "Be kind."
    assert seen[0].sampling.temperature == 0.7
    assert seen[0].draw == 2
    assert innermost(model).name == "toy/adder"


class Slow(Adder):
    """Lets others have a turn before it answers, and fails where it is told to."""

    async def generate(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return await super().generate(request)


def test_what_is_being_asked_at_this_moment_is_asked_once(tmp_path: Path) -> None:
    model, meter = Slow(), layers.Meter()
    with Cache(tmp_path / "cache.sqlite") as cache:
        cached = layers.Cached(model, cache, "toy", meter)

        async def all_at_once() -> list[Response]:
            return await asyncio.gather(*(cached.generate(ASK) for _ in range(5)))

        assert {each.text for each in asyncio.run(all_at_once())} == {"2"}
        assert (model.calls, meter.cached) == (1, 4)
        assert cache.asked == {}


def test_a_call_that_fails_is_made_anew_by_whoever_waited_for_it(tmp_path: Path) -> None:
    model = Slow(failures={1: ModelError("broken")})
    with Cache(tmp_path / "cache.sqlite") as cache:
        cached = layers.Cached(model, cache, "toy", layers.Meter())

        async def both() -> list[Response | BaseException]:
            return await asyncio.gather(*(cached.generate(ASK) for _ in range(2)), return_exceptions=True)

        first, second = asyncio.run(both())
        assert isinstance(first, ModelError)
        assert isinstance(second, Response)
        assert (second.text, model.calls) == ("2", 2)
