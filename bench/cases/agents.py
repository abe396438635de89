"""Agent-SafetyBench -> every environment made, every tool called; 2,000 cases over an endpoint, also resumed.

Needs the official cases and the extra `agents`.
"""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import (
    BIN,
    KEYS,
    Cost,
    Failed,
    Result,
    arguments,
    fresh,
    launch,
    only_run,
    plimsoll,
    summary,
)
from bench.questions import ROOT, official
from plimsoll.benchmarks.agent_safetybench import dataset
from plimsoll.benchmarks.agent_safetybench.worlds import CaseWorlds
from plimsoll.core import ToolCall
from plimsoll.data.schemas import properties
from plimsoll.models._every_tool import MADE_UP


async def every_call() -> dict[str, float]:
    """Make the environments of every case in the worker, and call every tool that is offered once."""
    worlds, environments, calls, failed = CaseWorlds(), 0, 0, 0
    for sample in dataset.official("native", "none"):
        world = await worlds(sample)
        environments += sum(bool(each["name"]) for each in sample.metadata["environments"])
        for tool in world.tools:
            made_up = {
                key: MADE_UP.get(str(each.get("type")), "x")
                for key, each in properties(tool.parameters).items()
            }
            answer = await world.call(ToolCall(id="1", name=tool.name, arguments=made_up))
            calls += 1
            failed += answer.error
        await world.close()
    worlds.worker.close()
    worker = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "environments": environments,
        "calls": calls,
        "failed": failed,
        "worker_mb": worker.ru_maxrss * 1024 / 1e6,
        "worker_cpu": worker.ru_utime + worker.ru_stime,
    }


@contextmanager
def endpoint() -> Generator[str]:
    """The agent's server in a process of its own; gives its base URL."""
    command = [sys.executable, "-m", "bench.acting_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.terminate()
            process.wait(10)


def run_of(base_url: str, log_dir: Path, *more: str) -> list[str | Path]:
    """The command of a whole run."""
    return plimsoll(
        *("run", "agent_safetybench", "--model", "openai/bench", "-M", f"base_url={base_url}"),
        *("--max-connections", "32", "--no-cache", "--log-dir", log_dir, "--json", *more),
    )


def killed(base_url: str, log_dir: Path, after: int) -> int:
    """Begin the run, kill it with signal 9 when it holds so many records, and say how many it held."""
    words = [str(word) for word in run_of(base_url, log_dir)]
    given = {**os.environ, **KEYS, "PLIMSOLL_DATA": str(official().parent)}
    with subprocess.Popen(
        words, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        held, until = 0, time.monotonic() + 60
        while held < after and time.monotonic() < until:
            time.sleep(0.02)
            held = sum(path.read_bytes().count(b"\n") for path in log_dir.rglob("records.jsonl"))
        process.send_signal(signal.SIGKILL)
    return held


def agreed(one: Path, other: Path) -> int:
    """How many cases have the same transcript in both runs."""

    def played(run: Path) -> dict[str, str]:
        from plimsoll.run.keep.folder import open_run

        return {
            record.sample.id: json.dumps(
                [(m.text, [c.name for c in m.calls]) for m in record.transcript.messages]
            )
            for record in open_run(run).records()
            if record.transcript
        }

    first, second = played(one), played(other)
    return sum(first[key] == second.get(key) for key in first)


def main() -> None:
    if sys.argv[1:2] == ["--every-call"]:
        print(json.dumps(asyncio.run(every_call())))
        return
    given = arguments(__doc__)
    result = Result(
        case="agents", title="Agent-SafetyBench: 2,000 cases, official environments, 32 in flight"
    )
    made = launch(result, [BIN / "python", "-m", "bench.cases.agents", "--every-call"])
    found = json.loads(made.output.splitlines()[-1])
    result.row("make all environments, make all calls", found["calls"], made)
    more = ("--limit", "200") if given.quick else ()
    n = 200 if given.quick else 2000
    with endpoint() as base_url:
        whole = fresh("agents")
        cost = launch(result, run_of(base_url, whole, *more))
        summary(only_run(whole), n)
        result.row("cases over an endpoint", n, cost)
        resumed, again = 0, whole
        if not given.quick:
            again = fresh("agents_killed")
            resumed = killed(base_url, again, 700)
            rest: Cost = launch(result, run_of(base_url, again))
            summary(only_run(again), n)
            result.row("the rest of a run that was killed", n - resumed, rest)
    if found["environments"] != 1843 or found["calls"] != 3300:
        raise Failed(f"{found['environments']} environments, {found['calls']} calls")
    result.at_most("1,843 environments made, 3,300 calls, whole process", made.seconds, 5, " s")
    result.at_most("the same, CPU", made.cpu_seconds, 5, " s")
    result.at_most(f"{n:,} cases, whole process", cost.seconds, 15, " s")
    result.at_most(f"{n:,} cases, memory, worker included", cost.rss_mb + found["worker_mb"], 200, " MB")
    result.at_least(
        "cases alike in a whole run and in one killed and resumed",
        agreed(only_run(whole), only_run(again)),
        n,
    )
    result.notes.append(
        f"calls that the environments' own code fails on: {found['failed']} of {found['calls']:,}"
    )
    result.notes.append(
        f"the worker: {found['worker_mb']:.0f} MB, {found['worker_cpu']:.1f} s CPU for all calls"
    )
    result.notes.append(f"killed with {resumed:,} records")
    result.print()


if __name__ == "__main__":
    main()
