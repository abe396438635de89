"""kill -9 of the server under load, again and again -> nothing accepted is lost, nothing is doubled.

Clients hand in without a pause, each file under its own key; when the server dies in the middle they
ask again under the same key until they hold a receipt, as `plimsoll submit` does.
"""

import asyncio
import random
import socket
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bench.boards import Accepted, Running, hand_in, opened, predictions, start, stored, teams
from bench.measure import Cost, Failed, Result, arguments, fresh
from tests.support import postgres

CLIENTS = 8


class Load:
    """Clients that never tire."""

    def __init__(self, address: str, tokens: list[str]) -> None:
        self.address = address
        self.tokens = tokens
        self.bodies = [predictions(number, 0.7) for number in range(4)]
        self.accepted: list[Accepted] = []
        self.tries = 0
        self.bad: list[int] = []
        self.stopping = False

    async def run(self, session: Any, team: int) -> None:
        """One client."""
        number = 0
        while not self.stopping:
            await self.until_accepted(session, team, f"{team}-{number}", self.bodies[number % 4])
            number += 1

    async def until_accepted(self, session: Any, team: int, key: str, body: bytes) -> None:
        """Ask under one key until there is a receipt."""
        import aiohttp

        while True:
            self.tries += 1
            try:
                said = await hand_in(session, self.address, self.tokens[team], key, body)
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                await asyncio.sleep(0.05)
                continue
            if said["status"] in (200, 201):
                self.accepted.append(Accepted(team, key, said["id"], said["sha256"]))
                return
            self.bad.append(said["status"])
            await asyncio.sleep(0.05)


async def killed(load: Load, home: Path, database: str, port: int, kills: int) -> None:
    """Kill the server at random moments while the clients hand in."""
    import aiohttp

    draw = random.Random("bench:kill")
    running: Running = await asyncio.to_thread(start, home, database, port)
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
        for team in range(CLIENTS):
            group.create_task(load.run(session, team))
        for _ in range(kills):
            await asyncio.sleep(draw.uniform(0.3, 1.5))
            running.process.kill()
            await asyncio.to_thread(running.process.wait, 10)
            running = await asyncio.to_thread(start, home, database, port)
        load.stopping = True
    running.process.kill()
    running.process.wait(10)


def measured(result: Result, name: str, database: str, kills: int) -> None:
    home = fresh(f"board-kill-{name}")
    service = opened(home, database)
    tokens = teams(service, CLIENTS)
    port = free_port()
    load = Load(f"http://127.0.0.1:{port}", tokens)
    began = time.perf_counter()
    asyncio.run(killed(load, home, database, port, kills))
    wall = time.perf_counter() - began
    found = stored(service, tokens)
    service.accounts.books.database.close()
    lost = sum(each.id not in found.get((each.team, f"m {each.key}"), []) for each in load.accepted)
    doubled = sum(len(ids) != 1 for ids in found.values())
    count = len(load.accepted)
    result.row(f"{name}: killed {kills} times", count, Cost(seconds=wall, cpu_seconds=wall, rss_mb=0))
    result.notes.append(f"{name}: {count} accepted in {load.tries} tries; other answers: {load.bad}")
    result.at_most(f"{name}: accepted and lost", lost, 0)
    result.at_most(f"{name}: stored twice", doubled, 0)
    result.at_most(f"{name}: answers 5xx", sum(status >= 500 for status in load.bad), 0)
    if len(found) != count:
        raise Failed(f"{name}: {len(found)} stored, {count} accepted")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def main() -> None:
    given = arguments(__doc__)
    kills = 3 if given.quick else 20
    result = Result(case="board_kill", title=f"Leaderboard: kill -9 under load, {kills} times")
    measured(result, "sqlite", "", kills)
    why = postgres.missing()
    if why:
        result.notes.append(f"PostgreSQL left out: {why}")
    with nullcontext() if why else postgres.cluster() as cluster:
        if cluster is not None:
            measured(result, "postgresql", cluster.new_database(), kills)
    result.print()


if __name__ == "__main__":
    main()
