"""A full submission of 11,435 ids -> checked, scored and stored, in process."""

import time

from bench.boards import SLUG, key, opened, predictions, teams
from bench.measure import Cost, Result, arguments, fresh
from plimsoll.leaderboard.checking import check
from plimsoll.leaderboard.holdout import layout
from plimsoll.leaderboard.nouns import Meta
from plimsoll.leaderboard.scoring import score
from plimsoll.leaderboard.upload import of_bytes


def cost(seconds: float) -> Cost:
    return Cost(seconds=seconds, cpu_seconds=seconds, rss_mb=0)


def main() -> None:
    given = arguments(__doc__)
    rounds = 5 if given.quick else 25
    result = Result(case="board_scoring", title="Leaderboard: a full submission of 11,435 ids")
    service = opened(fresh("board-scoring"), holdout=0.3)
    who = service.accounts.who(teams(service, 1)[0])
    answers = key()
    drawn = layout(answers, b"secret", 0.3)
    checks: list[float] = []
    whole: list[float] = []
    for number in range(rounds):
        body = predictions(number, 0.8)
        began = time.perf_counter()
        found = check(body, answers)
        score(drawn, found.compat)
        score(drawn, found.strict)
        checks.append(time.perf_counter() - began)
        began = time.perf_counter()
        service.submitting.submit(who, SLUG, Meta(model=f"m {number}"), of_bytes(body))
        whole.append(time.perf_counter() - began)
    typical, slowest = sorted(checks)[rounds // 2], max(checks)
    result.row("checked and scored, both readings (median)", 11_435, cost(typical))
    result.row("checked and scored, both readings (slowest)", 11_435, cost(slowest))
    result.row("checked, scored and stored on disk (median)", 11_435, cost(sorted(whole)[rounds // 2]))
    result.at_most("a full submission checked and scored", 1000 * typical, 150, " ms")
    result.print()


if __name__ == "__main__":
    main()
