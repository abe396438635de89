"""The runs of a whole suite -> one safety case: seconds of the whole process."""

from bench.measure import PLIMSOLL, Result, arguments, fresh, launch, median


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="safety_case", title="Safety case over the runs of suite/full")
    logs = fresh("safety-case")
    more = ["--limit", "20"] if given.quick else []
    launch(
        result,
        [PLIMSOLL, "run", "suite/full", "--model", "scripted/refuse", "--log-dir", logs, "--no-cache", *more],
    )
    (suite,) = logs.glob("*suite*")
    records = sum(sum(1 for _ in path.open("rb")) for path in logs.glob("*/records.jsonl"))
    result.notes.append(f"{len(list(logs.glob('*/run.json')))} runs, {records:,} records")
    command = [PLIMSOLL, "report", suite, "--format", "safety-case", "-o"]
    start = median(lambda: launch(result, [PLIMSOLL, "--help"]), given.repeats)
    result.row("plimsoll --help (the start)", 1, start)
    for what, name in (("one page, HTML", "case.html"), ("PDF, English", "case.pdf")):
        cost = median(lambda: launch(result, [*command, logs / name]), given.repeats)  # noqa: B023
        result.row(what, records, cost)
        result.at_most(f"{what}, CPU of the whole process", cost.cpu_seconds, 3, " s")
    result.print()


if __name__ == "__main__":
    main()
