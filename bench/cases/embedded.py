"""24 XSTest prompts of 64 tokens on the embedded model: ours without a flag, and llama.cpp's own server.

Like is held against like, in two ways: whole processes, each with its start, and both without (our start is
that of a run of one prompt and one token; the server's is over where its clock begins). All are run in turn,
so that a busy minute hits all of them.
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


class _Server(NamedTuple):
    """What llama.cpp's server takes for the prompts, as a whole process and from its first request on."""

    whole: Cost
    asked: Cost


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
        return launch(result, command)

    def start() -> Cost:
        return ours(result, rows, "--limit", "1", tokens=1)

    best, one, whole, begun = medians([own, lambda: own("-M", "parallel=1"), server, start], given.repeats)
    loop = _Server(whole, _asked(whole))
    result.row("Plimsoll llamacpp, no flag", n, best)
    result.row("Plimsoll llamacpp, parallel=1", n, one)
    result.row("Plimsoll llamacpp, start: one prompt, one token", 1, begun)
    result.row("llama.cpp's server, 8 slots, bare client", n, loop.whole)
    result.row("llama.cpp's server, 8 slots, bare client, start left out", n, loop.asked)
    if any(each != said[0] for each in said):
        raise Failed("the replies differ between runs")
    result.notes.append(f"all replies are the same in {len(said)} runs, side by side or one at a time")
    for what, field in (("wall", "seconds"), ("CPU", "cpu_seconds")):
        ours_whole, ours_start = getattr(best, field), getattr(begun, field)
        theirs, asked = getattr(loop.whole, field), getattr(loop.asked, field)
        result.at_most(
            f"whole process / llama.cpp's server ({what}), with both starts", ours_whole / theirs, 1.15, "×"
        )
        result.at_most(
            f"the same without either's start ({what})", (ours_whole - ours_start) / asked, 1.15, "×"
        )
        result.notes.append(
            f"with our start against the server without its own ({what}): {ours_whole / asked:.2f}×"
        )
    result.print()


def _asked(whole: Cost) -> Cost:
    inner = json.loads(whole.output.splitlines()[-1])
    return Cost(seconds=inner["seconds"], cpu_seconds=inner["cpu_seconds"], rss_mb=0)


if __name__ == "__main__":
    main()
