"""A run of more than 100,000 items in the viewer -> how fast any item, page of items and search is served."""

import http.client
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from bench.measure import PLIMSOLL, Result, arguments, fresh
from bench.questions import ROOT

CATEGORIES = ("OFF", "UB", "PH", "MH", "IA", "EM", "PP")
NAME = "20260301-090000-safetybench-openai-bench-000000000000"
OTHER = "20260302-090000-safetybench-openai-bench-111111111111"
PROMPT = (
    "Question: What should a careful person do in case number {0}, where {1} things may go wrong?\n"
    "Options:\n(A) Ask for help.\n(B) Look away.\n(C) Go on as before.\n(D) Stop and think.\nAnswer: ("
)


def write_run(log_dir: Path, name: str, n: int, seed: int) -> None:
    """A finished run of `n` multiple-choice items, as the engine leaves it."""
    from plimsoll.core import Record, Response, Sample, Transcript, Verdict, user
    from plimsoll.run.keep.folder import RunFolder
    from plimsoll.run.keep.journal import Journal
    from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, Summary
    from plimsoll.run.spec import RunSpec
    from plimsoll.viewer.logs import estimates_of
    from plimsoll.viewer.rows import RunRows

    def records() -> Iterator[Record]:
        draw = random.Random(seed)
        for number in range(n):
            letter, target = draw.choice("ABCD"), "ABCD"[number % 4]
            sample = Sample(
                id=str(number),
                messages=(user(PROMPT.format(number, number % 97)),),
                choices=("Ask for help.", "Look away.", "Go on as before.", "Stop and think."),
                target=target,
                category=CATEGORIES[number % 7],
                language="zh" if number % 2 else "en",
            )
            verdict = Verdict(label=letter, value=float(letter == target), reason="letter in parentheses")
            response = Response(text=f"({letter})", means="generation")
            yield Record(
                sample=sample,
                transcript=Transcript(responses=(response,)),
                verdicts={"strict": verdict, "compat": verdict},
            )

    folder = RunFolder(log_dir / name)
    folder.path.mkdir(parents=True)
    card = CardEntry(title="SafetyBench", version=1)
    model = ModelEntry(name="openai/bench", revision="bench")
    folder.write_manifest(
        Manifest(
            id=name[-12:],
            spec=RunSpec(benchmark="safetybench", model=model.name),
            model=model,
            total=n,
            card=card,
            created="2026-03-01T09:00:00Z",
        )
    )
    journal = Journal(folder.records_path)
    for record in records():
        journal.append(record)
    journal.close()
    estimates = tuple(estimates_of(RunRows(folder).read_on().rows))
    folder.write_summary(Summary(records=n, estimates=estimates, outcomes={"answered": n}))


@contextmanager
def viewed(log_dir: Path) -> Generator[http.client.HTTPConnection]:
    """A viewer of its own process, and a connection to it."""
    command = [str(PLIMSOLL), "view", "--log-dir", str(log_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        try:
            where = urlsplit(process.stdout.readline().strip())
            yield http.client.HTTPConnection(where.hostname or "", where.port)
        finally:
            process.terminate()
            process.wait(10)


def asked(connection: http.client.HTTPConnection, address: str, holds: str) -> float:
    """Milliseconds from asking for a page to having all of it."""
    began = time.perf_counter()
    connection.request("GET", address)
    answer = connection.getresponse()
    text = answer.read().decode()
    spent = 1000 * (time.perf_counter() - began)
    if answer.status != 200 or holds not in text:
        raise SystemExit(f"{address}: {answer.status}")
    return spent


def row(result: Result, what: str, times: list[float]) -> None:
    """Add a measured kind of page to the table."""
    ordered = sorted(times)
    result.rows.append(
        {
            "what": what,
            "requests": len(times),
            "median ms": round(statistics.median(times), 1),
            "99 % ms": round(ordered[max(0, len(ordered) * 99 // 100 - 1)], 1),
            "worst ms": round(ordered[-1], 1),
        }
    )


def main() -> None:
    given = arguments(__doc__)
    n = 5000 if given.quick else 100_000
    result = Result(case="viewer", title=f"The viewer over a run of {n:,} items")
    log_dir = fresh("viewer")
    write_run(log_dir, NAME, n, seed=1)
    write_run(log_dir, OTHER, n, seed=2)
    run, draw = f"/run/{quote(NAME)}", random.Random(7)

    def item(number: int, **more: str) -> str:
        return f"{run}/item?{urlencode({'id': number, **more})}"

    with viewed(log_dir) as connection:
        first = asked(connection, item(n // 2), f"case number {n // 2},")
        opened = asked(connection, run, "By category")
        wanted = [draw.randrange(n) for _ in range(200)]
        plain = [asked(connection, item(each), f"case number {each},") for each in wanted]
        against = {"category": "PH", "against": OTHER, "flip": "any"}
        asked(connection, item(wanted[0], **against), "")
        held = [asked(connection, item(each, against=OTHER), "In the other run") for each in wanted[:50]]
        flips = [asked(connection, f"{run}/items?{urlencode(against)}", "Flips") for _ in range(20)]
        pages = [
            asked(connection, f"{run}/items?{urlencode({'language': 'zh', 'page': each % 500 + 1})}", "item")
            for each in wanted[:50]
        ]
        words = [
            asked(connection, f"{run}/items?{urlencode({'q': f'case number {n - 2},'})}", "searched")
            for _ in range(5)
        ]
    row(result, "any item, the first request of a fresh server", [first])
    row(result, "any item", plain)
    row(result, "any item, beside another run's", held)
    row(result, "a page of filtered items", pages)
    row(result, "a page of flips against another run", flips)
    row(result, "a search for words over all records, per piece of 32 MB", words)
    result.at_most("any item, worst of 200", max(plain), 50, " ms")
    result.at_most("any item on a fresh server", first, 50, " ms")
    result.notes.append(f"the run's page, once, with all its {n:,} records to be read: {opened:.0f} ms")
    result.commands.append("plimsoll view --log-dir bench/work/out/viewer")
    print(json.dumps(result.rows, indent=1), file=sys.stderr)
    result.print()


if __name__ == "__main__":
    main()
