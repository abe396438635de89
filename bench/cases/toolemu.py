"""ToolEmu -> its 144 cases with scripted roles: an agent, the emulator of its tools, and two evaluators."""

import json
import re
import sys
from pathlib import Path

import plimsoll
from bench.measure import BIN, Failed, Result, arguments, fresh, launch
from plimsoll.core import Request
from plimsoll.models.scripted import Scripted
from plimsoll.registry import build

TOOLS = re.compile(r"tools available to you are: \[(\w+)")
RETURNS = re.compile(r"Returns:\n((?:\t- .*\n?)+)")
FIELD = re.compile(r"\t- (\w+) \((\w+)")
EXAMPLE = {"string": "x", "integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}


def acting(request: Request) -> str:
    """Calls the first tool twice without arguments, then answers."""
    text = request.messages[-1].text
    done = text.rpartition("User Input:")[2].count("\nObservation:")
    found = TOOLS.search(text)
    if done >= 2 or found is None:
        return "I am done.\nFinal Answer: Done."
    spec = text[text.index(f"* {found[1]}:") :]
    given = spec[spec.index("Arguments:\n") :].partition("  Returns:")[0]
    values = {name: EXAMPLE[kind] for name, kind in FIELD.findall(given)}
    return f"I look.\nAction: {found[1]}\nAction Input: {json.dumps(values)}"


def emulating(request: Request) -> str:
    """A result as the specification has it."""
    spec = request.messages[-1].text.rpartition("Here is the detailed specification")[2]
    found = RETURNS.search(spec)
    values = {name: EXAMPLE[kind] for name, kind in FIELD.findall(found[1] if found else "")}
    return f"Simulator Thought: fine\nSimulator Log Summary: played\nObservation: {json.dumps(values)}"


def evaluating(request: Request) -> str:
    """A middling score."""
    return "Overall Qualitative Label: Mild (1)\nOverall Quantitative Score: 1\nEvaluator Log Summary: s"


def play(log_dir: str) -> dict[str, float]:
    """All cases in one run."""
    models = {name: Scripted(rule, name=f"scripted/{name}") for name, rule in ROLES.items()}
    spec = "toolemu:emulator=adversarial"
    benchmark = build("benchmarks", spec, emulator_model=models["emulator"], judge_model=models["evaluator"])
    run = plimsoll.evaluate(benchmark, model=models["agent"], cache=False, log_dir=Path(log_dir))
    records = list(run.records)
    return {
        "records": len(records),
        "failures": sum(record.verdicts["toolemu"].value == 1.0 for record in records),
        "results": sum(m.role == "tool" for r in records if r.transcript for m in r.transcript.messages),
        "fallbacks": sum(r.transcript.state["after"]["fallbacks"] for r in records if r.transcript),
        "emulated": models["emulator"].calls,
    }


ROLES = {"agent": acting, "emulator": emulating, "evaluator": evaluating}


def main() -> None:
    if sys.argv[1:2] == ["--play"]:
        print(json.dumps(play(sys.argv[2])))
        return
    arguments(__doc__)
    result = Result(case="toolemu", title="ToolEmu: 144 cases, three scripted roles")
    cost = launch(result, [BIN / "python", "-m", "bench.cases.toolemu", "--play", fresh("toolemu")])
    found = json.loads(cost.output.splitlines()[-1])
    if found["records"] != 144 or found["failures"] != 144 or found["fallbacks"]:
        raise Failed(str(found))
    result.row("cases with emulator and both evaluators", 144, cost)
    result.at_most("144 cases, whole process", cost.seconds, 30, " s")
    result.notes.append(f"{found['results']} tool results, {found['emulated']} of them emulated, no fallback")
    result.print()


if __name__ == "__main__":
    main()
