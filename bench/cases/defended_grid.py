"""A grid of 3 attacks x 4 defenses on XSTest beside one plain run; an attacked record beside a plain one.

The grid is one process: it plans, asks, judges and journals 12 cells, pairs each with the undefended one and
writes its page. The records are 22,000 prompts of a user's own, each put through one attack. The endpoint
answers at once; all have 64 connections.
"""

import csv
from pathlib import Path

from bench import replies
from bench.cases.open_ended import REPLY, prompts
from bench.measure import Cost, Result, arguments, endpoint, fresh, launch, medians, plimsoll, summary
from bench.questions import WORK

N = 450
MANY = 22_000
ATTACKS = ("encoding/base64", "roleplay/deep_inception", "characters/leet")
DEFENSES = ("none", "safety_prompt", "self_reminder", "goal_priority")
QUICK = 450


def own_prompts(count: int) -> Path:
    """XSTest's prompts again and again, told apart by a number at the end."""
    path = WORK / f"own_prompts_{count}.csv"
    with prompts().open(encoding="utf-8") as file:
        asked = [row["prompt"] for row in csv.DictReader(file)]
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file)
        write.writerow(["prompt"])
        write.writerows([f"{asked[number % len(asked)]} [{number}]"] for number in range(count))
    return path


def run(result: Result, base_url: str, benchmark: str, expected: int, *more: str) -> Cost:
    """A run or a grid of ours, made sure to be whole."""
    log_dir = fresh("defended")
    words = ("run", benchmark, "--model", "openai/bench", "-M", f"base_url={base_url}", *more)
    cost = launch(
        result, plimsoll(*words, "--max-connections", "64", "--no-cache", "--json", "--log-dir", log_dir)
    )
    for manifest in log_dir.rglob("run.json"):
        summary(manifest.parent, expected)
    return cost


def main() -> None:
    given = arguments(__doc__)
    many = QUICK if given.quick else MANY
    result = Result(case="defended_grid", title="A grid of attacks and defenses, and attacked records")
    axes = [part for each in ATTACKS for part in ("--attack", each)]
    axes += [part for each in DEFENSES for part in ("--defense", each)]
    file = str(own_prompts(many))
    assert replies.folder().is_dir()
    with endpoint(reply=REPLY) as url:
        run(result, url, "xstest", N)  # modules get compiled, files come into the page cache
        result.commands.clear()
        plain, grid = medians(
            [lambda: run(result, url, "xstest", N), lambda: run(result, url, "xstest", N, *axes)],
            given.repeats,
        )
        alone, encoded, wrapped = medians(
            [
                lambda: run(result, url, file, many),
                lambda: run(result, url, file, many, "--attack", ATTACKS[0]),
                lambda: run(result, url, file, many, "--attack", ATTACKS[1]),
            ],
            given.repeats,
        )
    result.row("one plain run of XSTest", N, plain)
    result.row("3 attacks x 4 defenses on XSTest, with its page", N * len(ATTACKS) * len(DEFENSES), grid)
    result.row("own prompts, plain", many, alone)
    result.row(f"own prompts, {ATTACKS[0]}", many, encoded)
    result.row(f"own prompts, {ATTACKS[1]}", many, wrapped)
    result.at_most("grid of 12 cells / one plain run, wall", grid.seconds / plain.seconds, 12, "×")
    result.at_most("grid of 12 cells / one plain run, CPU", grid.cpu_seconds / plain.cpu_seconds, 12, "×")
    for name, cost in zip(ATTACKS[:2], (encoded, wrapped), strict=True):
        result.at_most(
            f"CPU of a record under {name} / plain", cost.cpu_seconds / alone.cpu_seconds, 1.3, "×"
        )
    result.print()


if __name__ == "__main__":
    main()
