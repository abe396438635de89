"""24 XSTest prompts of 64 tokens on the embedded model: ours without a flag, and llama.cpp's own server.

Ours is the whole process with its start; the server's start is left out. So our start is measured too, by
a run of one prompt and one token, and both ratios are shown. All are run in turn, so that a busy minute hits
all of them.
"""

import csv
import json
from pathlib import Path
from typing import NamedTuple

from bench import replies
from bench.cases.five_shot import weights
from bench.measure import BIN, Cost, Failed, Result, arguments, fresh, launch, medians, only_run, plimsoll
from bench.questions import WORK

TOKENS = 64


def prompts(n: int) -> tuple[Path, Path]:
    """The prompts for the bare client, and for us."""
    with (replies.folder() / replies.XSTEST / "xstest_prompts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = [row["prompt"] for row in rows[:: len(rows) // n]][:n]
    bare, own = WORK / "embedded_prompts.jsonl", WORK / "embedded_rows.jsonl"
    for path in (bare, own):
        path.write_text(
            "".join(f"{json.dumps({'id': f'x{at}', 'prompt': each})}\n" for at, each in enumerate(chosen)),
            "utf-8",
        )
    return bare, own


def ours(result: Result, rows: Path, *more: str, tokens: int = TOKENS) -> Cost:
    """Our run, whole."""
    log_dir = fresh("embedded")
    options = (
        "--model",
        "llamacpp",
        "--max-tokens",
        str(tokens),
        "--no-cache",
        "--log-dir",
        log_dir,
        "--json",
    )
    return launch(result, plimsoll("run", rows, *options, *more))


def texts(log_dir: Path) -> list[str]:
    """The replies, by their questions."""
    from plimsoll.run.keep.folder import open_run

    found = {record.sample.id: record.transcript for record in open_run(only_run(log_dir)).records()}
    return [said.reply if (said := found[key]) is not None else "" for key in sorted(found)]


class _Ratios(NamedTuple):
    whole: float
    level: float
    """With our start left out too."""


def _ratios(ours: Cost, start: Cost, server: Cost, field: str) -> _Ratios:
    whole, begun, bare = (getattr(each, field) for each in (ours, start, server))
    return _Ratios(whole / bare, (whole - begun) / bare)


def main() -> None:
    given = arguments(__doc__)
    n = 6 if given.quick else 24
    result = Result(case="embedded", title=f"{n} XSTest prompts × {TOKENS} tokens on the embedded model")
    bare, rows = prompts(n)
    said: list[list[str]] = []

    def own(*more: str) -> Cost:
        cost = ours(result, rows, *more)
        said.append(texts(WORK / "out" / "embedded"))
        return cost

    def server() -> Cost:
        command = [BIN / "python", "-m", "bench.embedded_loop", weights(), bare]
        inner = json.loads(launch(result, command).output.splitlines()[-1])
        return Cost(seconds=inner["seconds"], cpu_seconds=inner["cpu_seconds"], rss_mb=0)

    def start() -> Cost:
        return ours(result, rows, "--limit", "1", tokens=1)

    best, one, loop, begun = medians([own, lambda: own("-M", "parallel=1"), server, start], given.repeats)
    result.row("Plimsoll llamacpp, no flag", n, best)
    result.row("Plimsoll llamacpp, parallel=1", n, one)
    result.row("Plimsoll llamacpp, start: one prompt, one token", 1, begun)
    result.row("llama.cpp's server, 8 slots, bare client, start left out", n, loop)
    if any(each != said[0] for each in said):
        raise Failed("the replies differ between runs")
    result.notes.append(f"all replies are the same in {len(said)} runs, side by side or one at a time")
    for what, found in (
        ("wall", _ratios(best, begun, loop, "seconds")),
        ("CPU", _ratios(best, begun, loop, "cpu_seconds")),
    ):
        result.at_most(
            f"whole process with its start / llama.cpp's server without ({what})", found.whole, 1.15, "×"
        )
        result.at_most(f"start left out on both sides ({what})", found.level, 1.15, "×")
    result.print()


if __name__ == "__main__":
    main()
