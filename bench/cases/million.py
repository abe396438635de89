"""A run of a million records -> what it takes to go on with it, and to report it: memory and seconds."""

import json
import resource
import sys
import time
from pathlib import Path

from bench.measure import Failed, Result, arguments, fresh, launch, only_run, plimsoll

SPEC = ("safetybench:split=starter", "-m", "scripted/random", "--no-cache")


def multiplied(run: Path, size: int) -> None:
    """Write the run's records again and again, each as another question."""
    from plimsoll.core import replace
    from plimsoll.run.keep import journal
    from plimsoll.run.keep.folder import open_run

    records = list(journal.read(run / "records.jsonl"))
    sink = journal.Journal(run / "records.jsonl")
    for number in range(len(records), size):
        record = records[number % len(records)]
        sample = replace(record.sample, id=f"q{number}", pair=f"q{number}")
        # Twenty calls in flight: answers come in a few places from where they are asked.
        sink.append(replace(record, sample=sample, place=number ^ 15))
    sink.close()
    folder = open_run(run)
    found = folder.summary()
    if found is None:
        raise Failed(f"{run.name} has no summary")
    # What a run of that many writes at its end: pages go by it.
    folder.write_summary(replace(found, records=size))


def taken_up(run: Path, *, counted: bool) -> dict[str, float]:
    """What a resume does first: read the journal once, with the benchmark's metrics or none."""
    from plimsoll.run.ask.parts import build_benchmark
    from plimsoll.run.keep.folder import open_run
    from plimsoll.run.work.engine import Count
    from plimsoll.run.work.taking_up import take_up

    folder = open_run(run)
    metrics = build_benchmark(folder.manifest().spec).metrics if counted else ()
    began = time.perf_counter()
    taken = take_up(folder, Count([metric() for metric in metrics]))
    return {
        "records": len(taken.done),
        "seconds": time.perf_counter() - began,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    if sys.argv[1:2] == ["--take-up"]:
        print(json.dumps(taken_up(Path(sys.argv[2]), counted=sys.argv[3] == "counted")))
        return
    given = arguments(__doc__)
    size = 20_000 if given.quick else 1_000_000
    result = Result(case="million", title=f"A run of {size:,} records")
    log_dir = fresh("million")
    launch(result, plimsoll("run", *SPEC, "--log-dir", log_dir))
    run = only_run(log_dir)
    multiplied(run, size)
    for kind in ("bare", "counted"):
        command = [sys.executable, "-m", "bench.cases.million", "--take-up", str(run), kind]
        found = json.loads(launch(result, command).output)
        if found["records"] != size:
            raise Failed(f"{found['records']} of {size} records were taken up")
        result.notes.append(f"taken up, {kind}: {found['seconds']:.1f} s, {found['mb']:.0f} MB")
        if kind == "bare":
            result.at_most("what is done already, held in memory", found["mb"], 120, " MB")
        else:
            result.at_most("the same with the benchmark's metrics", found["mb"], 120, " MB")
    report = launch(result, plimsoll("report", run, "--format", "html", "-o", log_dir / "report.html"))
    result.row("report as HTML", size, report)
    result.at_most("report, whole process", report.seconds, 10, " s")
    result.at_most("report, memory", report.rss_mb, 150, " MB")
    result.print()


if __name__ == "__main__":
    main()
