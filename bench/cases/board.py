"""1,000 idle connections and 30 slow uploads beside one visitor; then uploads made to cost memory.

A real server process and real sockets. The visitor opens a connection of its own for each page.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import aiohttp

from bench import hostile
from bench.boards import SLUG, Running, fill, listening, opened, teams
from bench.crowd import Crowd, Visitor, forget_peak, gathered, memory
from bench.measure import ROOT, Result, arguments, fresh

IDLE, SLOW = 1000, 30
FORM = "Content-Type: multipart/form-data; boundary=x\r\n"


@contextmanager
def limited(home: Path, files: int) -> Generator[Running]:
    """The server in a process that may open so many files."""
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))\n"
        "from plimsoll.__main__ import main; main()"
    )
    command = [sys.executable, "-c", code, "board", "serve", "--home", str(home), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    try:
        yield listening(process)
    finally:
        process.kill()
        process.wait(10)


def crowded(result: Result, home: Path, tokens: list[str], files: int, seconds: float) -> None:
    """What a visitor notices of all the others."""
    with limited(home, files) as running:
        crowd = Crowd(running.address)
        people = [partial(crowd.idle, number) for number in range(IDLE)]
        for number, token in enumerate(tokens):
            bearer = f"Authorization: Bearer {token}\r\n"
            people.append(partial(crowd.upload, hostile.PATH, bearer, hostile.RUN_LIMIT))
            people.append(partial(crowd.upload, "/sign-in", FORM, 60 * 2**20)) if number % 3 == 0 else None
        warmed(running, tokens[0])
        visitor = Visitor(page(running), seconds)
        asyncio.run(gathered(people, seconds))
        waits = visitor.leave()
        peak = memory(running.process.pid).peak
    name = f"{files:,} files allowed"
    result.at_least(f"{name}: idle connections held", crowd.most_held, min(IDLE, files // 2 - SLOW))
    result.at_most(f"{name}: a page, 99 of 100", 1000 * waits[int(len(waits) * 0.99)], 100, " ms")
    result.at_most(f"{name}: memory of the board", peak, 300, " MB")
    pages = f"{len(waits)} pages, median {1000 * median(waits):.1f} ms, slowest {1000 * waits[-1]:.0f} ms"
    uploads = f"{crowd.taken_in} slow uploads taken in, {crowd.turned_away} turned away"
    result.notes.append(f"{name}: {pages}; {uploads}")


def page(running: Running) -> str:
    """The page that a visitor wants."""
    return f"{running.address}/board/{SLUG}"


async def handed_in(address: str, token: str, body: bytes) -> tuple[int, str]:
    """Send a body; the status and what is said."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=280)) as session,
        session.post(address + hostile.PATH, data=body, headers=headers) as response,
    ):
        return response.status, (await response.text())[:100]


def warmed(running: Running, token: str) -> None:
    """Let the first page and the first upload be over."""
    for path, posted in ((f"/board/{SLUG}", None), (hostile.PATH, b"{}")):
        request = Request(running.address + path, posted, {"Authorization": f"Bearer {token}"})
        with suppress(HTTPError), urlopen(request, timeout=30) as answer:
            answer.read()


def attacked(result: Result, home: Path, token: str, kind: str) -> float:
    """What one upload costs the server, in MB over what it held before."""
    body = hostile.KINDS[kind]()
    with limited(home, 1024) as running:
        warmed(running, token)
        before = memory(running.process.pid).now
        forget_peak(running.process.pid)
        began, visitor = time.perf_counter(), Visitor(page(running), 300)
        status, said = asyncio.run(handed_in(running.address, token, body))
        seconds, waits = time.perf_counter() - began, visitor.leave()
        cost = memory(running.process.pid).peak - before
    result.rows.append(
        {
            "upload": kind,
            "sent MB": round(len(body) / 1e6, 1),
            "status": status,
            "memory MB": round(cost),
            "seconds": round(seconds, 1),
            "a page meanwhile, slowest, ms": round(1000 * waits[-1]) if waits else None,
        }
    )
    result.notes.append(f"{kind}: {said}")
    return cost


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="board", title=f"Leaderboard: {IDLE:,} idle connections, {SLOW} slow uploads")
    result.commands.append("python -m bench.run --no-peers --only board")
    home = fresh("board")
    service = opened(home, at_once=True)
    fill(service, 50)
    tokens = teams(service, SLOW, "Slow team")
    service.accounts.books.database.close()
    for files in (1024, 4096):
        crowded(result, home, tokens, files, 8 if given.quick else 40)
    costs = {kind: attacked(result, home, tokens[0], kind) for kind in hostile.KINDS}
    worst = max(costs, key=costs.__getitem__)
    result.at_most(f"a hostile upload of 64 MB costs ({worst})", costs[worst], 150, " MB")
    result.print()


if __name__ == "__main__":
    main()
