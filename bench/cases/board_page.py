"""A board with 1,000 submissions -> pages served in a second, by wrk on the same two cores."""

import re
import shutil

from bench.boards import SLUG, fill, opened, served
from bench.measure import Failed, Result, arguments, fresh, launch


def main() -> None:
    given = arguments(__doc__)
    count, seconds = (100, 3) if given.quick else (1000, 15)
    result = Result(case="board_page", title=f"Leaderboard: the board's page with {count:,} submissions")
    wrk = shutil.which("wrk")
    if wrk is None:
        raise Failed("wrk is not installed (Debian: apt-get install wrk)")
    home = fresh("board-page")
    service = opened(home, at_once=True)
    fill(service, count)
    service.accounts.books.database.close()
    with served(home) as running:
        for what, path, target in (
            ("board page", f"/board/{SLUG}", 400),
            ("board page, sorted by a category", f"/board/{SLUG}?sort=PH&direction=desc", 0),
            ("rows over the API", f"/api/v1/boards/{SLUG}/rows", 0),
        ):
            launch(result, [wrk, "-t1", "-c16", "-d2s", running.address + path])
            cost = launch(result, [wrk, "-t1", "-c16", f"-d{seconds}s", running.address + path])
            rate = figure(cost.output, r"Requests/sec:\s+([\d.]+)")
            bad = figure(cost.output, r"Non-2xx or 3xx responses: (\d+)", missing=0.0)
            if bad:
                raise Failed(f"{path}: {bad:.0f} refused requests")
            result.notes.append(f"{what}: {rate:.0f} requests/s ({path})")
            if target:
                result.at_least(f"{what}, {count:,} submissions stored", rate, target, "/s")
    result.print()


def figure(text: str, pattern: str, missing: float | None = None) -> float:
    """A figure out of wrk's report."""
    found = re.search(pattern, text)
    if found is None and missing is not None:
        return missing
    if found is None:
        raise Failed(f"wrk said:\n{text}")
    return float(found[1])


if __name__ == "__main__":
    main()
