"""A run of more than 100,000 records -> how fast its summary, any one record and a new judgement are had."""

import json
import random
import statistics
import sys
import time
from pathlib import Path

from bench.measure import (
    BIN,
    Failed,
    Result,
    arguments,
    endpoint,
    fresh,
    launch,
    median,
    only_run,
    over_endpoint,
    plimsoll,
    summary,
    warm,
)
from bench.questions import write_questions


def open_items(run: Path, limit: int, epochs: int) -> dict[str, float]:
    """Milliseconds for the first item opened by a program, and for others after it."""
    from plimsoll.run.keep.folder import open_run

    draw = random.Random(7)
    wanted = [(str(draw.randrange(limit)), draw.randrange(epochs)) for _ in range(50)]
    times: list[float] = []
    for sample_id, epoch in wanted:
        began = time.perf_counter()
        record = open_run(run).record(sample_id, epoch)
        times.append(1000 * (time.perf_counter() - began))
        assert (record.sample.id, record.epoch) == (sample_id, epoch)
    return {"first": times[0], "median": statistics.median(times), "worst": max(times)}


def main() -> None:
    if sys.argv[1:2] == ["--open"]:
        print(json.dumps(open_items(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
        return
    given = arguments(__doc__)
    limit, epochs = (1000, 5) if given.quick else (11_112, 9)
    n = limit * epochs
    result = Result(case="large_run", title=f"A run of {n:,} items")
    write_questions("en")
    log_dir = fresh("large")
    with endpoint() as base_url:
        warm(result, base_url)
        more = ("--limit", str(limit), "--epochs", str(epochs))
        made = launch(result, over_endpoint(base_url, log_dir, *more))
    run = only_run(log_dir)
    summary(run, n)
    result.row("make the run", n, made)
    report = median(lambda: launch(result, plimsoll("report", run)), given.repeats)
    result.row("open its summary (plimsoll report)", n, report)
    one = median(
        lambda: launch(result, plimsoll("records", run, "--id", "777", "--epoch", "3")), given.repeats
    )
    result.row("print one record (plimsoll records --id)", 1, one)
    opened = launch(
        result, [BIN / "python", "-m", "bench.cases.large_run", "--open", run, str(limit), str(epochs)]
    )
    times = json.loads(opened.output)
    again = launch(result, plimsoll("judge", run))
    result.row("judge its stored answers anew (plimsoll judge)", n, again)
    if len(list(log_dir.rglob("run.json"))) != 2:
        raise Failed("judging anew made no run")
    result.at_most("summary, whole process", report.seconds, 0.3, " s")
    result.at_most("any item, first in a process", times["first"], 20, " ms")
    result.at_most("any item, worst of 50", times["worst"], 20, " ms")
    result.at_most("judging anew, whole process", again.seconds, 10, " s")
    result.notes.append(f"any item, median of 50: {times['median']:.2f} ms")
    result.notes.append(f"journal: {(run / 'records.jsonl').stat().st_size / n:.0f} bytes per record")
    result.print()


if __name__ == "__main__":
    main()
