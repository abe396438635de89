"""Merges beside mergekit on random tensors: the same numbers, where mergekit is at hand."""

import subprocess
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.internals.checkpoint import Checkpoint
from tests.support import planted
from tests.support.house import ROOT

pytestmark = [pytest.mark.torch, pytest.mark.slow]
PROGRAM = ROOT / "bench" / "work" / "peers" / "mergekit" / "bin" / "python"
THEIRS = """
import sys, yaml
from mergekit.config import MergeConfiguration
from mergekit.merge import MergeOptions, run_merge
folder = sys.argv[1]
two = [{"model": f"{folder}/{name}", "parameters": {"weight": 0.5}} for name in ("tuned", "safe")]
kept = [{**each, "parameters": {"weight": 1.0, "density": 0.3}} for each in two]
for name, more in {
    "linear": {"models": two},
    "slerp": {"base_model": f"{folder}/tuned", "models": [{"model": each["model"]} for each in two],
              "parameters": {"t": 0.4}},
    "ties": {"base_model": f"{folder}/base", "models": kept},
}.items():
    told = {"merge_method": name, "dtype": "float32", **more}
    run_merge(MergeConfiguration.model_validate(told), f"{folder}/{name}-theirs", MergeOptions(quiet=True))
"""
OURS = {
    "linear:weight=0.5": ("tuned", "safe"),
    "slerp:weight=0.4": ("tuned", "safe"),
    "ties:density=0.3": ("tuned", "safe", "base"),
}


@pytest.mark.skipif(not PROGRAM.exists(), reason="mergekit is not installed (bench.peers.setup mergekit)")
def test_merges_are_those_of_mergekit(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    for seed, name in enumerate(("tuned", "safe", "base")):
        planted.write(tmp_path / name)
        torch.manual_seed(seed)
        module = planted.module()
        for weight in module.parameters():
            weight.data += torch.randn_like(weight) * 0.05
        module.save_pretrained(tmp_path / name)
    done = subprocess.run([PROGRAM, "-c", THEIRS, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for spec, models in OURS.items():
        name = spec.partition(":")[0]
        given = [str(tmp_path / each) for each in models]
        assert exit_code(["realign", spec, *given, "--out", str(tmp_path / name)]) == 0
        ours, theirs = Checkpoint(tmp_path / name), Checkpoint(tmp_path / f"{name}-theirs")
        for tensor in ours.places:
            assert torch.allclose(ours.read(tensor), theirs.read(tensor), atol=1e-6), f"{name} {tensor}"
