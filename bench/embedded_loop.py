"""Prompts -> the speed of llama.cpp's own server with eight slots and a bare client: the yardstick.

The server has its own defaults but for the number of slots; its start is left out.

    python -m bench.embedded_loop MODEL.gguf PROMPTS.jsonl
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

SLOTS, TOKENS = 8, 64


def started(weights: str) -> Any:
    """The server, listening."""
    import xllamacpp  # pyright: ignore[reportMissingTypeStubs]

    library: Any = xllamacpp
    options = library.CommonParams()
    options.model.path = weights
    options.n_parallel = SLOTS
    options.hostnames, options.port = ["127.0.0.1"], 0
    options.verbosity = -1
    return library.Server(options)


async def post_all(address: str, prompts: list[str]) -> list[int]:
    """Ask for every prompt, as many at once as there are slots; tokens of each reply."""
    waiting = iter(prompts)
    tokens: list[int] = []

    async def worker(session: aiohttp.ClientSession) -> None:
        for prompt in waiting:
            body = {
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": TOKENS,
                "temperature": 0.0,
            }
            async with session.post(f"{address}/v1/chat/completions", json=body) as reply:
                tokens.append((await reply.json())["usage"]["completion_tokens"])

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        await asyncio.gather(*(worker(session) for _ in range(SLOTS)))
    return tokens


def main() -> None:
    weights, file = sys.argv[1:3]
    prompts = [json.loads(line)["prompt"] for line in Path(file).read_text("utf-8").splitlines()]
    server = started(weights)
    wall, cpu = time.perf_counter(), time.process_time()
    tokens = asyncio.run(post_all(server.listening_address, prompts))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        json.dumps({"n": len(prompts), "seconds": wall, "cpu_seconds": cpu, "tokens": sum(tokens)}),
        flush=True,
    )


if __name__ == "__main__":
    main()
