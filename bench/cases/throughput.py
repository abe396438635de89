"""The full-size question set against an endpoint that answers at once: what the engine itself costs.

Whole processes are measured, from the interpreter's start to its end: questions read and checked,
prompts built, replies parsed and judged, every record written to the journal, intervals computed.
The bare loop does none of this, and its clock leaves its start-up out.
"""

from pathlib import Path

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
from bench.peers.commands import inspect_choice, lm_eval_chat, present
from bench.questions import FULL, write_prompts, write_questions


def ours(result: Result, base_url: str, n: int, *more: str) -> Cost:
    """One run of ours, made sure to be whole."""
    log_dir = fresh("throughput")
    cost = launch(result, over_endpoint(base_url, log_dir, "--limit", str(n), *more))
    found = summary(only_run(log_dir), n)
    note = f"Plimsoll's answers were weighed by {found.get('means')}"
    if not more and note not in result.notes:
        result.notes.append(note)
    return cost


def peers(result: Result, prompts: Path, n: int) -> dict[str, float]:
    """Seconds per item of each peer at hand."""
    found: dict[str, float] = {}
    if present(result, "lm-eval"):
        with endpoint() as base_url:
            cost = launch(result, lm_eval_chat(base_url, prompts, n))
        result.row("lm-eval local-chat-completions", n, cost)
        found["lm-eval"] = cost.seconds / n
    if present(result, "inspect"):
        with endpoint(reply="ANSWER: A") as base_url:
            cost = launch(result, inspect_choice(prompts, n), {"BENCH_BASE_URL": base_url})
        result.row("Inspect multiple_choice", n, cost)
        found["Inspect"] = cost.seconds / n
    return found


def main() -> None:
    given = arguments(__doc__)
    n = 1000 if given.quick else FULL
    result = Result(case="throughput", title=f"{n:,} items, zero-latency endpoint, 64 in flight")
    write_questions("en")
    prompts = write_prompts("en")
    with endpoint() as base_url:
        warm(result, base_url)
        best, text, loop, barest = medians(
            [
                lambda: ours(result, base_url, n),
                lambda: ours(result, base_url, n, "-M", "logprobs=off"),
                lambda: bare(result, base_url, prompts, n, "json"),
                lambda: bare(result, base_url, prompts, n, "bytes"),
            ],
            given.repeats,
        )
    result.row("Plimsoll, log-probabilities asked for (default)", n, best)
    result.row("Plimsoll, text only (as the peers ask)", n, text)
    result.row("bare aiohttp loop, JSON out and in", n, loop)
    result.row("bare aiohttp loop, bytes only", n, barest)
    per_item = {} if given.no_peers else peers(result, prompts, n)
    if not given.quick:
        result.at_most("whole process, wall", best.seconds, 5, " s")
    for asked, cost in (("text only", text), ("log-probabilities", best)):
        result.at_most(f"CPU per item, {asked}", 1000 * cost.cpu_seconds / n, 0.18, " ms")
        result.at_most(
            f"whole process / bare loop (wall, JSON), {asked}", cost.seconds / loop.seconds, 1.8, "×"
        )
    result.at_most("whole process / bare loop (wall, bytes)", best.seconds / barest.seconds, 3, "×")
    for name, target in (("lm-eval", 5), ("Inspect", 25)):
        if name in per_item:
            result.at_least(
                f"faster than {name} (wall per item)", per_item[name] / (best.seconds / n), target, "×"
            )
    result.print()


if __name__ == "__main__":
    main()
