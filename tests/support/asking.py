"""Requests and the one call that tests of endpoints make again and again."""

import asyncio

from plimsoll.core import Request, Response, Sampling, system, user
from plimsoll.registry import build_model
from tests.support.endpoint import FakeEndpoint

LETTERS = ("(A", "(B", "(C", "(D")
CHOICE = Request(messages=(user("Which?"),), continuations=LETTERS, sampling=Sampling(max_tokens=64))
PLAIN = Request(messages=(user("Hello"),))
INSTRUCTED = Request(messages=(system("Be kind."), user("Hello")))


def ask(
    endpoint: FakeEndpoint, *requests: Request, model: str = "openai/any", **options: str
) -> list[Response]:
    """The responses to requests, put one after the other to one model."""

    async def all_of() -> list[Response]:
        asked = build_model(model, {"base_url": endpoint.url} | options)
        try:
            return [await asked.generate(request) for request in requests]
        finally:
            await asked.close()

    return asyncio.run(all_of())


def ask_together(endpoint: FakeEndpoint, *requests: Request, model: str = "openai/any") -> list[object]:
    """The responses to requests that are put at the same time, or what was raised instead."""

    async def all_of() -> list[object]:
        asked = build_model(model, {"base_url": endpoint.url})
        try:
            return list(await asyncio.gather(*map(asked.generate, requests), return_exceptions=True))
        finally:
            await asked.close()

    return asyncio.run(all_of())
