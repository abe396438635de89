"""Commands -> what they cost: wall time, CPU time and memory of whole processes, and a server to talk to.

Every case prints one JSON document (`Result`) made here; `bench.run` turns them into a page.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

from bench.questions import ROOT, WORK, official

BIN = ROOT / ".venv" / "bin"
PLIMSOLL = BIN / "plimsoll"
OUT = WORK / "out"
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
KEYS = {"OPENAI_API_KEY": "none", "BENCH_API_KEY": "none"}
LONGEST_LOG = 4000


class Failed(SystemExit):
    """A measured command did not end well."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process used from start to end."""

    seconds: float
    cpu_seconds: float
    """User and system time of the process and of the children it waited for."""
    rss_mb: float
    output: str = field(repr=False, default="")


@dataclass(kw_only=True)
class Result:
    """What a case found."""

    case: str
    title: str
    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    checks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    notes: list[str] = field(default_factory=list[str])
    commands: list[str] = field(default_factory=list[str])

    def row(self, what: str, n: int, cost: Cost) -> None:
        """Add a measured process to the table."""
        self.rows.append(
            {
                "what": what,
                "items": n,
                "wall s": round(cost.seconds, 2),
                "items/s": round(n / cost.seconds, 2 if n < 10 * cost.seconds else 0),
                "CPU s": round(cost.cpu_seconds, 2),
                "CPU ms/item": round(1000 * cost.cpu_seconds / n, 3),
                "max RSS MB": round(cost.rss_mb),
            }
        )

    def at_most(self, what: str, measured: float, target: float, unit: str = "") -> None:
        """Hold a figure against an upper bound."""
        self._check(what, measured, f"≤ {target:g}{unit}", unit, met=measured <= target)

    def at_least(self, what: str, measured: float, target: float, unit: str = "") -> None:
        """Hold a figure against a lower bound."""
        self._check(what, measured, f"≥ {target:g}{unit}", unit, met=measured >= target)

    def _check(self, what: str, measured: float, target: str, unit: str, *, met: bool) -> None:
        shown = f"{measured:.3g}{unit}" if abs(measured) < 1000 else f"{measured:.0f}{unit}"
        self.checks.append({"what": what, "measured": shown, "target": target, "met": met})

    def print(self) -> None:
        """Hand the result to whoever reads standard output."""
        print(json.dumps(asdict(self), ensure_ascii=False), flush=True)


def arguments(text: str | None) -> argparse.Namespace:
    """What every case may be told."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer items, one round")
    parser.add_argument("--repeats", type=int, default=3, help="rounds of the short measurements")
    parser.add_argument("--no-peers", action="store_true", help="measure Plimsoll and the bare loop only")
    given = parser.parse_args()
    if given.quick:
        given.repeats = 1
    return given


def launch(result: Result, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end and measure it. Raises `Failed` with the end of its output."""
    words = [str(word) for word in command]
    if shown(words) not in result.commands:
        result.commands.append(shown(words))
    WORK.mkdir(parents=True, exist_ok=True)
    given = {"PLIMSOLL_DATA": str(official().parent)} | OFFLINE | KEYS
    # Everyone may keep compiled modules, as on any user's machine.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    log = WORK / f"{result.case}.log"
    with log.open("w+b") as errors, (WORK / f"{result.case}.out").open("w+b") as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            cwd=ROOT,
            env={**inherited, **given, **(env or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode("utf-8", "replace")
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
    if process.returncode:
        raise Failed(f"{shown(words)} ended with {process.returncode}:\n{(said + output)[-LONGEST_LOG:]}")
    # macOS counts bytes, Linux kibibytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        rss_mb=usage.ru_maxrss * unit / 1e6,
        output=output,
    )


def shown(words: Sequence[str]) -> str:
    """A command as a reader may type it in the repository's root; RUN is the folder of the run before."""
    line = shlex.join(words).replace(f"{ROOT}/", "").replace(str(ROOT), ".")
    line = line.replace(str(official().parent), "$PLIMSOLL_DATA")
    line = re.sub(r"\b\d{8}-\d{6}-[\w.-]+", "RUN", line)
    return re.sub(r"(http://127\.0\.0\.1:)\d+", r"\1PORT", line)


def median(measure: Callable[[], Cost], repeats: int) -> Cost:
    """The run of median wall time."""
    return medians([measure], repeats)[0]


def medians(measures: Sequence[Callable[[], Cost]], repeats: int) -> list[Cost]:
    """The run of median wall time of each; they take turns, so that a busy minute hits all alike."""
    rounds = [[measure() for measure in measures] for _ in range(repeats)]
    return [_middle([costs[place] for costs in rounds]) for place in range(len(measures))]


def _middle(costs: Sequence[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.seconds)[(len(costs) - 1) // 2]


@contextmanager
def endpoint(latency: float = 0.0, reply: str = "(A)") -> Generator[str]:
    """A server of its own process; gives its base URL."""
    command = [sys.executable, "-m", "bench.server", "--latency", str(latency), "--reply", reply]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.terminate()
            process.wait(10)


def plimsoll(*words: str | Path) -> list[str | Path]:
    """The command line of ours; under a profiler where `bench.run --profile` asks for it."""
    target = os.environ.get("BENCH_PROFILE")
    if not target:
        return [PLIMSOLL, *words]
    return [BIN / "python", "-m", "cProfile", "-o", target, PLIMSOLL, *words]


def bare(result: Result, base_url: str, prompts: Path, n: int, send: str) -> Cost:
    """The bare loop over the same prompts; its own clock, start-up left out."""
    words = ["-m", "bench.bare_loop", "--send", send, "--limit", str(n)]
    url = f"{base_url}/chat/completions"
    cost = launch(result, [BIN / "python", *words, "--url", url, "--prompts", prompts])
    inner = json.loads(cost.output)
    return Cost(seconds=inner["seconds"], cpu_seconds=inner["cpu_seconds"], rss_mb=cost.rss_mb)


def fresh(name: str) -> Path:
    """An empty folder below `bench/work/out`."""
    path = OUT / name
    rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def warm(result: Result, base_url: str) -> None:
    """A short run of ours that nobody counts: modules get compiled, files come into the page cache."""
    launch(result, over_endpoint(base_url, fresh("warm"), "--limit", "50"))
    result.commands.clear()


def only_run(log_dir: Path) -> Path:
    """The one run folder below a log folder."""
    (found,) = log_dir.rglob("run.json")
    return found.parent


def summary(run: Path, expected: int) -> dict[str, Any]:
    """What a run found. Raises `Failed` where it is not whole."""
    read = json.loads((run / "summary.json").read_text("utf-8"))
    status, records = read.get("status", "finished"), read.get("records", 0)
    if status != "finished" or records != expected or read.get("failures"):
        raise Failed(f"{run.name}: {status}, {records} of {expected} records, {read.get('failures')}")
    if not read.get("estimates") or not all(e["low"] <= e["value"] <= e["high"] for e in read["estimates"]):
        raise Failed(f"{run.name}: estimates or their intervals are missing")
    return read


def over_endpoint(base_url: str, log_dir: Path, *more: str) -> list[str | Path]:
    """Our run of the full-size question set against a server."""
    spec = f"safetybench:language=en,split=sample,file={WORK / 'questions_en.json'}"
    return plimsoll(
        *("run", spec, "--model", "openai/bench", "-M", f"base_url={base_url}"),
        *("--max-connections", "64", "--no-cache", "--log-dir", log_dir, "--json", *more),
    )
