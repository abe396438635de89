"""Our prompts against those of the official script: hashes of all, full text of some."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.safetybench.benchmark import safetybench
from plimsoll.core import Benchmark

GOLDEN = {"zh_subset/zero": 2100, "zh_subset/five": 2100, "en_sample/zero": 1500}


def built(name: str) -> Benchmark:
    split, _, setting = name.partition("/")
    shots = 5 if setting.startswith("five") else 0
    if split == "zh_subset":
        return safetybench(split="zh_subset", shots=shots)
    return safetybench(language="en", split="sample", shots=shots)


def prompts(benchmark: Benchmark) -> dict[str, str]:
    return {sample.id: sample.messages[0].text for sample in benchmark.samples()}


@pytest.mark.parametrize(("name", "count"), GOLDEN.items())
def test_every_prompt_has_the_official_hash(official: Path, name: str, count: int) -> None:
    golden: dict[str, str] = json.loads((official / "prompt_sha256_16.json").read_text("utf-8"))[name]
    ours = {id: sha256(text.encode()).hexdigest()[:16] for id, text in prompts(built(name)).items()}
    assert len(golden) == count
    assert ours == golden


def test_full_prompts_are_the_official_ones(official: Path) -> None:
    samples: Any = json.loads((official / "prompt_full_samples.json").read_text("utf-8"))
    seen = 0
    for name, rows in groups(samples).items():
        ours = prompts(built(name))
        for id, text in rows:
            assert ours[id] == text
            seen += 1
    assert seen == 28


def groups(samples: Any) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in samples:
        found.setdefault(row["setting"], []).append((str(row["id"]), row["prompt"]))
    return found
