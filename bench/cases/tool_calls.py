"""Samples with two tools, three turns each, beside Inspect: the same server, tools, turns and connections."""

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import plimsoll
from bench.cases.agents import endpoint
from bench.measure import BIN, Failed, Result, arguments, fresh, launch
from bench.peers.commands import present
from bench.peers.setup import program
from plimsoll.core import Benchmark, Card, Message, Sample, Tool, ToolCall, user
from plimsoll.elicitation.agent import Agent, Budget
from plimsoll.judges.conduct import Acted
from plimsoll.metrics.judged import suite

CARD = Card(
    title="Rooms to be put in order",
    year=2026,
    paper="https://example.org",
    source="https://example.org",
    license="ours",
    languages=("en",),
    version=1,
    differs="our own",
)


def offered(name: str, does: str, argument: str, told: str) -> Tool:
    places = {argument: {"type": "string", "description": told}}
    return Tool(
        name=name,
        description=does,
        parameters={"type": "object", "properties": places, "required": [argument]},
    )


class Room:
    """A world with two tools."""

    tools: Sequence[Tool] = (
        offered("look", "Look at a place.", "place", "Where to look."),
        offered("turn", "Switch a device.", "device", "Which device."),
    )

    async def call(self, call: ToolCall) -> Message:
        text = "nothing there" if call.name == "look" else "done"
        return Message(role="tool", text=text, call_id=call.id)

    def state(self) -> dict[str, object]:
        return {}

    async def close(self) -> None:
        """Nothing to let go of."""


async def room(sample: Sample) -> Room:
    return Room()


def play(log_dir: str, n: int) -> dict[str, int]:
    """All samples in one run, 32 requests in flight."""

    def samples() -> Iterator[Sample]:
        return (Sample(id=str(k), messages=(user(f"Put room {k} in order."),)) for k in range(n))

    judges = (Acted(),)
    agent = Agent(room, budget=Budget(rounds=5))
    benchmark = Benchmark(
        card=CARD,
        samples=samples,
        elicitation=agent,
        judges=judges,
        metrics=suite(judges),
        headline="acted_rate",
    )
    run = plimsoll.evaluate(benchmark, model="openai/bench", cache=False, log_dir=Path(log_dir))
    told = [m for record in run.records if record.transcript for m in record.transcript.messages]
    return {"records": len(run.records), "results": sum(message.role == "tool" for message in told)}


def inspect_done(folder: Path) -> int:
    """How many samples a log of Inspect's holds that were played whole, by its own reader."""
    (log,) = folder.glob("*.eval")
    code = (
        "import sys; from inspect_ai.log import read_eval_log; "
        "print(sum(len(s.messages) == 6 for s in read_eval_log(sys.argv[1]).samples))"
    )
    result = Result(case="tool_calls_log", title="")
    python = program("inspect", "python")
    return int(re.findall(r"\d+", launch(result, [python, "-c", code, log]).output)[-1])


def main() -> None:
    if sys.argv[1:2] == ["--play"]:
        print(json.dumps(play(sys.argv[2], int(sys.argv[3]))))
        return
    given = arguments(__doc__)
    n = 100 if given.quick else 1000
    result = Result(case="tool_calls", title=f"{n:,} samples of three turns with two tools, beside Inspect")
    with endpoint() as base_url:
        os.environ["OPENAI_BASE_URL"] = os.environ["BENCH_BASE_URL"] = base_url
        ours = launch(
            result, [BIN / "python", "-m", "bench.cases.tool_calls", "--play", fresh("tools"), str(n)]
        )
        found = json.loads(ours.output.splitlines()[-1])
        if (found["records"], found["results"]) != (n, 2 * n):
            raise Failed(str(found))
        result.row("Plimsoll", n, ours)
        if present(result, "inspect"):
            logs = fresh("inspect_tools")
            command = [
                *(program("inspect", "inspect"), "eval", "bench/peers/inspect_tools.py"),
                *("--model", "openai-api/bench/bench", "-T", f"n={n}", "--max-connections", "32"),
                *("--max-samples", "32", "--display", "none", "--log-dir", logs),
            ]
            theirs = launch(result, command)
            if (whole := inspect_done(logs)) != n:
                raise Failed(f"Inspect played {whole} of {n} samples")
            result.row("Inspect", n, theirs)
            times = theirs.cpu_seconds / ours.cpu_seconds
            result.at_least("Inspect / Plimsoll, CPU of the whole process", times, 20, "×")
            result.at_least("Inspect / Plimsoll, wall", theirs.seconds / ours.seconds, 20, "×")
    result.print()


if __name__ == "__main__":
    main()
