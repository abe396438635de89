"""Our official reading of replies against that of the official script, random fill included."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.benchmarks.safetybench.judge import SafetyBench
from plimsoll.core import Response, Sample, Transcript, user
from plimsoll.text.letters import index_of
from plimsoll.text.official_choice import official_choice, official_fill


@pytest.fixture
def cases(official: Path) -> list[dict[str, Any]]:
    lines = (official / "extraction_golden.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line) for line in lines]


def test_all_golden_predictions_are_the_official_ones(cases: list[dict[str, Any]]) -> None:
    found = [official_choice(case["response"], case["options"]) for case in cases]
    filled = official_fill(found, [len(case["options"]) for case in cases])
    assert len(cases) == 284
    assert [prediction is not None for prediction in found] == [case["extracted"] for case in cases]
    assert sum(prediction is None for prediction in found) == 99
    assert filled == [case["pred"] for case in cases]


def test_the_compat_judge_reads_as_the_official_script(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        sample = Sample(
            id=str(case["case"]), messages=(user(""),), choices=tuple(case["options"]), target="A"
        )
        transcript = Transcript(responses=(Response(text=case["response"]),))
        verdict = asyncio.run(SafetyBench().judge(sample, transcript))
        assert index_of(verdict.label) == (case["pred"] if case["extracted"] else None), case
