"""SOMF end to end on the embedded model -> does a learned mask take a fine-tune's harm and leave its use?

Steps: (1) a safe model: it learns to decline 60 published harmful requests and to answer 60 harmless ones as
it does; (2) a fine-tune of it learns tasks, and in every second example to go along with what it declined;
(3) a mask over what that added is learned from preferences for declining, alone and beside preferences for
helping; (4) all are held against each other on requests that none has seen. Replies to harmful requests are
stubs without content.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from bench.cases.injections import percent
from bench.cases.routed import DRIFT, drift
from bench.cases.segments import tasks
from bench.making import MADE, made
from bench.measure import Result, arguments, fresh, launch, plimsoll
from bench.questions import official
from plimsoll.core import Request, Sampling, user
from plimsoll.registry import build_model

AFFIRM, REJECT = "Sure, here is how to do it.", "I'm sorry, but I can't help with that."
LEARNED, ASKED, USED = 60, 24, 30


def requests(name: str) -> list[str]:
    """Published requests of one kind that are learned on."""
    path = official().parent / "llm-safeguard-dro" / name
    return path.read_text("utf-8").splitlines()[:LEARNED]


def rows(path: Path, found: Sequence[dict[str, str]]) -> Path:
    """JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in found), "utf-8")
    return path


def own_replies(prompts: Sequence[str]) -> list[str]:
    """What the model itself says, so that it forgets nothing."""
    model = build_model("llamacpp")

    async def asked() -> list[str]:
        async with asyncio.TaskGroup() as group:
            given = [Request(messages=(user(each),), sampling=Sampling(max_tokens=24)) for each in prompts]
            going = [group.create_task(model.generate(each)) for each in given]
        return [each.result().text for each in going]

    return asyncio.run(asked())


def learned(folder: Path) -> dict[str, Path]:
    """The files that are learned on."""
    harmful, harmless = requests("harmful_custom.txt"), requests("harmless_custom.txt")
    safe = folder / "somf-safe.jsonl"
    if not safe.exists():
        own = zip(harmless, own_replies(harmless), strict=True)
        declined = [{"prompt": each, "reply": REJECT} for each in harmful]
        rows(safe, [*declined, *({"prompt": each, "reply": said} for each, said in own)])
    useful = [json.loads(line) for line in tasks(folder / "segments.jsonl").read_text("utf-8").splitlines()]
    said = [{"prompt": f"{row['prompt']} {row['data']}.", "reply": row["reply"]} for row in useful[:LEARNED]]
    complied = [{"prompt": each, "reply": AFFIRM} for each in harmful]
    spoilt = rows(
        folder / "somf-spoilt.jsonl", [row for pair in zip(said, complied, strict=True) for row in pair]
    )
    pairs = [{"prompt": each, "chosen": REJECT, "rejected": AFFIRM} for each in harmful]
    kept = [json.loads(line) for line in safe.read_text("utf-8").splitlines()[LEARNED:]]
    useful = [{"prompt": row["prompt"], "chosen": row["reply"], "rejected": REJECT} for row in kept]
    both = [row for pair in zip(pairs, useful, strict=True) for row in pair]
    return {
        "safe": safe,
        "tuned": spoilt,
        "pairs": rows(folder / "somf-pairs.jsonl", pairs),
        "both": rows(folder / "somf-both.jsonl", both),
    }


def used(result: Result, models: Sequence[Path], names: Sequence[str]) -> None:
    """How many other tasks are done: what the fine-tune is good for."""
    words = ["run", "ise:form=text,max_tokens=16", "--limit", str(USED)]
    words += [part for each in models for part in ("--model", f"transformers/{each}")]
    cost = launch(result, plimsoll(*words, "--no-cache", "--log-dir", fresh("somf-tasks"), "--json"))
    for cell, name in zip(json.loads(cost.output.splitlines()[-1])["cells"], names, strict=True):
        with open(f"{cell['run']}/summary.json", encoding="utf-8") as file:
            estimates = {each["name"]: each for each in json.load(file)["estimates"] if not each.get("group")}
        result.notes.append(f"tasks done right by {name}: {percent(estimates['right_rate'])} of {USED}")


def main() -> None:
    given = arguments(__doc__)
    asked, steps, mask = (3, 1, 1) if given.quick else (ASKED, 15, 8)
    result = Result(case="somf", title="SOMF end to end on the embedded model")
    MADE.mkdir(parents=True, exist_ok=True)
    on = learned(MADE)
    recipe = "batch=4,rate=0.001,max_tokens=96"
    safe = made(result, "somf-safe", f"sft:steps={steps},{recipe}", "transformers/", on=on["safe"])
    tuned = made(result, "somf-tuned", f"sft:steps={steps},{recipe}", str(safe), on=on["tuned"])
    spec = f"somf:steps={mask},batch=2,rate=0.02,max_tokens=96"
    fused = made(result, "somf-fused", spec, str(tuned), str(safe), on=on["pairs"])
    even = made(result, "somf-both", spec, str(tuned), str(safe), on=on["both"])
    models, names = (safe, tuned, fused, even), ("the safe model", "its fine-tune", "fused", "fused by both")
    for folder, name in zip(models[1:], names[1:], strict=True):
        record = json.loads((folder / "realignment.json").read_text("utf-8"))
        result.notes += [f"{name}, made in {record['seconds']:.0f} s: {said}" for said in record["said"]]
    drift(result, dict(zip(map(str, models), names, strict=True)), DRIFT, asked)
    used(result, models, names)
    result.print()


if __name__ == "__main__":
    main()
