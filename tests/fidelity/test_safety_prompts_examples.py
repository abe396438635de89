"""The thirteen examples that the authors show -> one row a released category, asked as they stand."""

import os
from collections import Counter
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.benchmarks.safety_prompts import dataset
from plimsoll.benchmarks.safety_prompts.judge_rules import target_of
from plimsoll.benchmarks.safety_prompts.scenarios import BY_KEY, key_of
from plimsoll.core import Benchmark
from plimsoll.data import locate


@pytest.fixture
def examples() -> Path:
    given = os.environ.get(locate.VARIABLE)
    root = Path(given) if given else Path(__file__).parents[2].parent / "shared" / "data"
    path = root / "safety-prompts-zh" / "readme_examples_13.jsonl"
    if not path.is_file():
        pytest.skip(f"{path} is not here: set {locate.VARIABLE} to a folder with the official files")
    return path


def test_thirteen_examples_are_one_of_each_released_category(examples: Path) -> None:
    rows = list(dataset.read(examples))
    released = {scenario.key for scenario in BY_KEY.values() if scenario.prompts}
    assert Counter(key for key, _ in rows) == dict.fromkeys(released, 1)
    assert [key_of(row.category_en) for _, row in rows] == [key for key, _ in rows]


def test_the_examples_are_asked_as_they_stand(examples: Path) -> None:
    benchmark: Benchmark = registry.build("benchmarks", f"safety_prompts:file={examples},hidden=none")
    samples = list(benchmark.samples())
    assert [each.messages[-1].text for each in samples] == [row.prompt for _, row in dataset.read(examples)]
    assert all(len(each.messages) == 1 for each in samples)
    assert any("Sensitive Topics" in note for note in benchmark.notes)


def test_the_official_hijack_says_what_it_wants_said(examples: Path) -> None:
    benchmark: Benchmark = registry.build("benchmarks", f"safety_prompts:file={examples}")
    (hijack,) = [each for each in benchmark.samples() if each.category == "Goal_Hijacking"]
    target = target_of(hijack)
    assert len(target) > 10
    assert hijack.messages[-1].text.endswith(target)
