"""A leaderboard with made-up answers at SafetyBench's size, its server process, and its clients."""

import asyncio
import json
import random
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.measure import PLIMSOLL, ROOT, Failed
from plimsoll.benchmarks.safetybench.categories import CATEGORIES
from plimsoll.leaderboard import keys, opening
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.keys import Key, Question
from plimsoll.leaderboard.nouns import Meta
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.upload import of_bytes

SLUG = "bench"


class Running(NamedTuple):
    """A server process and its address."""

    process: "subprocess.Popen[str]"
    address: str


def key() -> Key:
    """11,435 questions in seven categories; the answers are drawn, not SafetyBench's."""
    draw = random.Random("bench:answers")
    return keys.key_of(
        (
            Question(id=str(number), category=category.code, answer=draw.randrange(4))
            for category in CATEGORIES
            for number in range(category.first, category.last + 1)
        ),
        {category.code: category.name for category in CATEGORIES},
    )


def predictions(seed: object, skill: float) -> bytes:
    """A full submission file, right with a chance of `skill`."""
    draw, answers = random.Random(f"bench:{seed}"), key().questions
    chosen = {q.id: q.answer if draw.random() < skill else draw.randrange(4) for q in answers}
    return json.dumps(chosen, indent=2).encode()


def opened(home: Path, database: str = "", **settings: Any) -> Service:
    """A service with the bench's board and nothing else."""
    service = opening.open_service(home, database)
    board = opening.new_board(SLUG, "safetybench:language=en,split=test", daily=100_000, **settings)
    service.admin.add_board(HOST, board, key())
    service.admin.issue(HOST, None)
    return service


def teams(service: Service, count: int, name: str = "Team") -> list[str]:
    """Tokens of as many teams."""
    made = (service.admin.add_team(HOST, f"{name} {number}") for number in range(count))
    return [service.admin.issue(HOST, team.id).token for team in made]


def fill(service: Service, count: int) -> None:
    """Store published submissions of as many models."""
    who = [service.accounts.who(token) for token in teams(service, 20)]
    draw = random.Random("bench:fill")
    for number in range(count):
        meta = Meta(
            model=f"model {number}",
            size=f"{draw.choice((1, 3, 7, 13, 34, 70))}B",
            setting=draw.choice(("zero-shot", "five-shot")),
            how=draw.choice(("generation", "log-likelihood")),
        )
        file = of_bytes(predictions(number, draw.uniform(0.1, 0.95)))
        service.submitting.submit(who[number % len(who)], SLUG, meta, file)


@contextmanager
def served(home: Path, database: str = "") -> Generator[Running]:
    """The server as a process of its own."""
    running = start(home, database)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait(10)


def start(home: Path, database: str = "", port: int = 0) -> Running:
    """Start the server and wait until it answers."""
    command = [str(PLIMSOLL), "board", "serve", "--home", str(home), "--port", str(port)]
    command += ["--database", database] if database else []
    return listening(subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True))


def listening(process: "subprocess.Popen[str]") -> Running:
    """A server that was started, once it answers. Raises `Failed` where it ends."""
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            if line.startswith("http://"):
                return Running(process, line.strip().rstrip("/"))
    raise Failed(f"the board's server ended with {process.wait(10)}")


class Accepted(NamedTuple):
    """A receipt that a client holds in hand."""

    team: int
    key: str
    id: str
    sha256: str


async def hand_in(session: Any, address: str, token: str, key: str, body: bytes) -> Mapping[str, Any]:
    """One submission; the status and what was said."""
    url = f"{address}/api/v1/boards/{SLUG}/submissions"
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    async with session.post(url, params={"model": f"m {key}"}, data=body, headers=headers) as response:
        return {"status": response.status, **json.loads(await response.read())}


async def all_at_once(
    address: str, tokens: Sequence[str], bodies: Sequence[bytes]
) -> tuple[list[int], list[Accepted], list[float]]:
    """Every team hands in at the same moment, and each twice with the same key."""
    import aiohttp

    seconds: list[float] = []
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(team: int) -> Mapping[str, Any]:
            began = time.perf_counter()
            said = await hand_in(session, address, tokens[team], f"k{team}", bodies[team % len(bodies)])
            seconds.append(time.perf_counter() - began)
            return {**said, "team": team}

        said = await asyncio.gather(*(one(team) for team in range(len(tokens)) for _ in range(2)))
    accepted = [
        Accepted(each["team"], f"k{each['team']}", each["id"], each["sha256"])
        for each in said
        if each["status"] in (200, 201)
    ]
    return [each["status"] for each in said], accepted, seconds


def stored(service: Service, tokens: Sequence[str]) -> dict[tuple[int, str], list[str]]:
    """What lies in the database: submission ids by team and model name."""
    found: dict[tuple[int, str], list[str]] = {}
    for team, token in enumerate(tokens):
        for submission in service.submitting.mine(service.accounts.who(token)):
            for version in submission.versions:
                found.setdefault((team, version.meta.model), []).append(submission.id)
    return found
