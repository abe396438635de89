"""Prompts -> the speed of the barest client that still uses the same HTTP library: the yardstick.

A fixed number of workers keep requests under way; nothing is retried, judged or written. `json` is
the loop as one writes it down (`post(json=...)`, `reply.json()`); `bytes` encodes the bodies before
the clock starts and throws the replies away unread by any parser: nothing can be below it.

    python -m bench.bare_loop --url http://127.0.0.1:8000/v1/chat/completions --prompts FILE.jsonl
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp

Send = Callable[[aiohttp.ClientSession, str, Any], Awaitable[None]]


async def send_bytes(session: aiohttp.ClientSession, url: str, body: bytes) -> None:
    """Post an encoded body, read the reply's bytes."""
    async with session.post(url, data=body) as reply:
        await reply.read()
        assert reply.status == 200, reply.status


async def send_json(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> None:
    """Post a body, look at the reply's text."""
    async with session.post(url, json=body) as reply:
        assert (await reply.json())["choices"][0]["message"]["content"]


def body_of(prompt: str) -> dict[str, Any]:
    """A chat request as short as an evaluation's."""
    message = {"role": "user", "content": prompt}
    return {"model": "bench", "messages": [message], "temperature": 0.0, "max_tokens": 64}


def bodies(prompts: Path, limit: int) -> list[dict[str, Any]]:
    """The bodies of chat requests."""
    with prompts.open(encoding="utf-8") as lines:
        return [body_of(json.loads(line)["prompt"]) for line in islice(lines, limit)]


async def post_all(url: str, waiting: Iterator[Any], send: Send, in_flight: int) -> None:
    """Post every body."""
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers) as session:

        async def worker() -> None:
            for body in waiting:
                await send(session, url, body)

        await asyncio.gather(*(worker() for _ in range(in_flight)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--prompts", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=11435)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--send", choices=("json", "bytes"), default="json")
    arguments = parser.parse_args()
    waiting: list[Any] = bodies(arguments.prompts, arguments.limit)
    send: Send = send_json
    if arguments.send == "bytes":
        waiting = [json.dumps(body).encode() for body in waiting]
        send = send_bytes
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(post_all(arguments.url, iter(waiting), send, arguments.in_flight))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"n": len(waiting), "seconds": wall, "cpu_seconds": cpu}))


if __name__ == "__main__":
    main()
