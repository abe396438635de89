import asyncio
from collections.abc import Awaitable, Callable

from plimsoll.core import Late, Overloaded
from plimsoll.run.ask.limits import Limiter

FULL = Overloaded("HTTP 429: too many requests")
LATE = Late("no answer within 60 s")


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
            limiter.cut(at, FULL)
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
        limiter.cut(sent_at, Overloaded("later", 0.2))
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


def test_after_an_outage_the_capacity_doubles_back_to_where_it_was_cut_first() -> None:
    async def test() -> None:
        limiter = Limiter()
        limiter.succeeded()
        for _ in range(4):
            limiter.cut(await asyncio.wait_for(acquired(limiter), 10), FULL)
            limiter.release()
        assert limiter.capacity < 5
        seen = []
        for _ in range(4):
            await clean_round(limiter)
            seen.append(int(limiter.capacity))
        assert seen == [9, 14, 15, 16]

    in_loop(test)


async def acquired(limiter: Limiter) -> float:
    return await limiter.acquire()


def test_an_endpoint_that_refuses_all_and_names_no_time_is_left_alone_longer_and_longer() -> None:
    async def test() -> None:
        limiter = Limiter()
        waits = []
        for _ in range(4):
            before = asyncio.get_running_loop().time()
            sent_at = await limiter.acquire()
            waits.append(asyncio.get_running_loop().time() - before)
            limiter.cut(sent_at, FULL)
            limiter.release()
        assert waits[2] >= 0.49
        assert waits[3] >= 0.99

    in_loop(test)


def test_answers_that_come_too_late_shrink_the_limit_where_they_are_many() -> None:
    async def test() -> None:
        limiter = Limiter(ceiling=20)
        sent = [await limiter.acquire() for _ in range(20)]
        for number, at in enumerate(sent):
            if number < 6:
                limiter.succeeded()
            else:
                limiter.cut(at, LATE)
            limiter.release()
        assert (limiter.capacity, limiter.cuts) == (10, 1)

    in_loop(test)


def test_a_question_in_a_hundred_that_never_ends_does_not_slow_the_others_down() -> None:
    async def test() -> None:
        limiter = Limiter(ceiling=20)
        for _ in range(50):
            for _ in range(100):
                limiter.succeeded()
            limiter.cut(asyncio.get_running_loop().time(), LATE)
        assert (limiter.capacity, limiter.cuts) == (20, 0)

    in_loop(test)


def test_a_wait_is_told_once_with_its_length_and_its_reason() -> None:
    async def test() -> None:
        said: list[str] = []
        limiter = Limiter(tell=said.append)
        sent = [await limiter.acquire() for _ in range(20)]
        for at in sent:
            limiter.cut(at, Overloaded("HTTP 429 from http://here: slow down", 26.0))
            limiter.release()
        assert said == ["waiting 26 s, 14 at a time: HTTP 429 from http://here: slow down"]

    in_loop(test)


def test_a_refusal_that_passes_at_once_is_not_worth_a_line() -> None:
    async def test() -> None:
        said: list[str] = []
        limiter = Limiter(tell=said.append)
        limiter.cut(await limiter.acquire(), FULL)
        assert said == []
        limiter.cut(await limiter.acquire(), LATE)
        assert said == ["asking again, 14 at a time: no answer within 60 s"]

    in_loop(test)
