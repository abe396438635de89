"""Two checkpoints of the embedded model -> what merging them costs, beside mergekit on the same files.

Whole processes on both sides, start and imports included; results are held against each other, number by
number. The second checkpoint is the first with every number moved a little.
"""

import sys
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import TemporaryDirectory

import numpy

from bench.measure import PLIMSOLL, Cost, Result, arguments, launch
from bench.peers.commands import present
from bench.peers.setup import program
from plimsoll.internals import checkpoint
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.models.transformers import transformers

METHODS = ("linear", "slerp", "ties")
CONFIGS = {
    "linear": "merge_method: linear\nmodels:\n"
    "  - {{model: {tuned}, parameters: {{weight: 0.5}}}}\n"
    "  - {{model: {safe}, parameters: {{weight: 0.5}}}}\ndtype: float32\n",
    "slerp": "merge_method: slerp\nbase_model: {tuned}\nmodels:\n"
    "  - {{model: {tuned}}}\n  - {{model: {safe}}}\nparameters: {{t: 0.5}}\ndtype: float32\n",
    "ties": "merge_method: ties\nbase_model: {base}\nmodels:\n"
    "  - {{model: {tuned}, parameters: {{weight: 1.0, density: 0.2}}}}\n"
    "  - {{model: {safe}, parameters: {{weight: 1.0, density: 0.2}}}}\ndtype: float32\n",
}


def moved(base: Path, out: Path, seed: int) -> Path:
    """A checkpoint with every number moved a little."""
    held, draw = Checkpoint(base), numpy.random.default_rng(seed)

    def given(name: str):
        for part in held.parts(name):
            yield part + draw.standard_normal(part.size, numpy.float32) * 0.01

    checkpoint.stream(out, held, ((name, given(name)) for name in held.places))
    return out


def apart(one: Path, other: Path) -> float:
    """The largest difference of two numbers at one place."""
    first, second = Checkpoint(one), Checkpoint(other)
    return max(
        float(abs(a - b).max())
        for name in first.places
        for a, b in zip(first.parts(name), second.parts(name), strict=True)
    )


def theirs(result: Result, folder: Path, method: str, models: dict[str, Path]) -> Cost:
    """The same merge by mergekit."""
    config = folder / f"{method}.yml"
    config.write_text(CONFIGS[method].format(**models), "utf-8")
    command = [program("mergekit", "mergekit-yaml"), config, folder / f"{method}-mergekit", "--quiet"]
    return launch(result, command)


def compare(result: Result, folder: Path, method: str, models: dict[str, Path], *, peer: bool) -> None:
    """One method on both sides."""
    takes = ("tuned", "safe", "base") if method == "ties" else ("tuned", "safe")
    given = [models[name] for name in takes]
    ours = launch(result, [PLIMSOLL, "realign", method, *given, "--out", folder / method])
    result.row(f"plimsoll realign {method}", 1, ours)
    size = (models["tuned"] / "model.safetensors").stat().st_size / 2**20
    result.at_most(f"{method}, largest memory over the shard", ours.rss_mb / size, 1.2, "×")
    if peer:
        other = theirs(result, folder, method, models)
        result.row(f"mergekit, {method}", 1, other)
        result.at_least(f"{method}, CPU of mergekit over ours", other.cpu_seconds / ours.cpu_seconds, 1, "×")
        if method != "ties":  # of numbers as large as the least that is kept, mergekit keeps some
            far = apart(folder / method, folder / f"{method}-mergekit")
            result.at_most(f"{method}, largest difference from mergekit's numbers", far, 1e-4)
    for made in (folder / method, folder / f"{method}-mergekit"):
        rmtree(made, ignore_errors=True)


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="merges", title="Merges of two checkpoints, beside mergekit")
    base = transformers().folder
    with TemporaryDirectory() as made:
        folder = Path(made)
        # mergekit asks for names that it can tell apart.
        models = {"base": Path(copytree(base, folder / "base"))}
        models |= {name: moved(base, folder / name, seed) for seed, name in enumerate(("tuned", "safe"))}
        peer = not given.no_peers and present(result, "mergekit")
        for method in METHODS[:1] if given.quick else METHODS:
            compare(result, folder, method, models, peer=peer)
            print(method, file=sys.stderr)
    size = (base / "model.safetensors").stat().st_size / 2**20
    result.notes.append("mergekit computes the angle of an arc in 32 bits, ours in 64")
    result.notes.append(f"two checkpoints of {size:.0f} MB in 32 bits, read and written whole")
    result.print()


if __name__ == "__main__":
    main()
