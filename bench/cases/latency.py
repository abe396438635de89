"""The full-size question set against an endpoint that takes 20 ms: how much of the waiting is used."""

from bench.measure import (
    Cost,
    Result,
    arguments,
    bare,
    endpoint,
    fresh,
    launch,
    medians,
    only_run,
    over_endpoint,
    summary,
    warm,
)
from bench.questions import FULL, write_prompts, write_questions

LATENCY = 0.02


def main() -> None:
    given = arguments(__doc__)
    n = 2000 if given.quick else FULL
    result = Result(case="latency", title=f"{n:,} items, 20 ms endpoint, 64 in flight")
    write_questions("en")
    prompts = write_prompts("en")
    within: list[float] = []

    def ours(base_url: str) -> Cost:
        log_dir = fresh("latency")
        cost = launch(result, over_endpoint(base_url, log_dir, "--limit", str(n)))
        within.append(summary(only_run(log_dir), n)["seconds"])
        return cost

    with endpoint(LATENCY) as base_url:
        warm(result, base_url)
        own, loop = medians(
            [lambda: ours(base_url), lambda: bare(result, base_url, prompts, n, "json")], given.repeats
        )
    result.row("Plimsoll, whole process", n, own)
    result.row("bare aiohttp loop, JSON out and in", n, loop)
    result.at_least("throughput of the whole process / bare loop", 100 * loop.seconds / own.seconds, 85, " %")
    best = sorted(within)[len(within) // 2]
    result.notes.append(
        f"without the process's start and end (summary.json): {best:.2f} s, "
        f"{100 * loop.seconds / best:.0f} % of the bare loop; no client can pass "
        f"{64 / LATENCY:.0f} items/s"
    )
    result.print()


if __name__ == "__main__":
    main()
