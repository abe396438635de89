import asyncio
from collections.abc import Awaitable, Callable

from plimsoll.run.ask.limits import Limiter


def in_loop(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))


async def clean_round(limiter: Limiter) -> None:
    size = int(limiter.capacity)
    for _ in range(size):
        await limiter.acquire()
    for _ in range(size):
        limiter.succeeded()
    for _ in range(size):
        limiter.release()


def test_clean_rounds_double_the_capacity_up_to_the_ceiling() -> None:
    async def test() -> None:
        limiter = Limiter(ceiling=100)
        seen = [limiter.capacity]
        for _ in range(4):
            await clean_round(limiter)
            seen.append(limiter.capacity)
        assert seen == [20, 40, 80, 100, 100]

    in_loop(test)


def test_a_burst_of_refusals_cuts_once_and_ends_the_slow_start() -> None:
    async def test() -> None:
        limiter = Limiter(ceiling=100)
        sent = [await limiter.acquire() for _ in range(20)]
        for at in sent:
            limiter.cut(at, None)
            limiter.release()
        assert limiter.cuts == 1
        assert limiter.capacity == 14
        await clean_round(limiter)
        assert limiter.capacity == 15

    in_loop(test)


def test_no_more_calls_than_the_capacity_are_in_flight() -> None:
    async def test() -> None:
        limiter = Limiter(ceiling=3)
        most = 0

        async def call() -> None:
            nonlocal most
            await limiter.acquire()
            most = max(most, limiter.in_flight)
            await asyncio.sleep(0)
            limiter.release()

        await asyncio.gather(*(call() for _ in range(50)))
        assert most == 3
        assert limiter.in_flight == 0

    in_loop(test)


def test_retry_after_holds_the_whole_endpoint_back() -> None:
    async def test() -> None:
        limiter = Limiter()
        sent_at = await limiter.acquire()
        limiter.cut(sent_at, 0.2)
        limiter.release()
        given = await limiter.acquire()
        assert given - sent_at >= 0.19

    in_loop(test)


def test_a_cancelled_waiter_hands_its_place_on() -> None:
    async def test() -> None:
        limiter = Limiter(ceiling=1)
        await limiter.acquire()
        waiting = [asyncio.create_task(limiter.acquire()) for _ in range(3)]
        await asyncio.sleep(0)
        limiter.release()
        waiting[0].cancel()
        await asyncio.sleep(0.01)
        assert waiting[1].done()
        assert not waiting[2].done()
        waiting[2].cancel()

    in_loop(test)
