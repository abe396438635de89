"""200 clients that hand in a full file at the same moment, each twice -> stored exactly once, no 5xx."""

import asyncio
import time
from collections import Counter
from contextlib import nullcontext

from bench.boards import all_at_once, opened, predictions, served, stored, teams
from bench.measure import Cost, Failed, Result, arguments, fresh
from tests.support import postgres


def measured(result: Result, name: str, database: str, count: int) -> None:
    home = fresh(f"board-clients-{name}")
    service = opened(home, database)
    tokens = teams(service, count)
    bodies = [predictions(number, 0.7) for number in range(8)]
    with served(home, database) as running:
        began = time.perf_counter()
        statuses, accepted, seconds = asyncio.run(all_at_once(running.address, tokens, bodies))
        wall = time.perf_counter() - began
    found = stored(service, tokens)
    once = sum(found.get((each.team, f"m {each.key}")) == [each.id] for each in accepted)
    service.accounts.books.database.close()
    result.row(
        f"{name}: {count} clients, each twice", 2 * count, Cost(seconds=wall, cpu_seconds=wall, rss_mb=0)
    )
    result.notes.append(f"{name}: statuses {dict(Counter(statuses))}, slowest {max(seconds):.1f} s")
    result.at_most(f"{name}: answers 5xx", sum(status >= 500 for status in statuses), 0)
    result.at_least(f"{name}: accepted and stored exactly once", once, 2 * count)
    if len(found) != count or any(len(ids) != 1 for ids in found.values()):
        raise Failed(f"{name}: {len(found)} submissions stored, {count} handed in")


def main() -> None:
    given = arguments(__doc__)
    count = 40 if given.quick else 200
    result = Result(case="board_clients", title=f"Leaderboard: {count} clients at once")
    measured(result, "sqlite", "", count)
    why = postgres.missing()
    if why:
        result.notes.append(f"PostgreSQL left out: {why}")
    with nullcontext() if why else postgres.cluster() as cluster:
        if cluster is not None:
            measured(result, "postgresql", cluster.new_database(), count)
    result.print()


if __name__ == "__main__":
    main()
