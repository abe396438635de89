import json
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.benchmarks.red_eval.benchmark import published, red_eval, references
from plimsoll.core import UserError
from tests.support.official_files import official_folder


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Path:
    return official_folder("red-eval", monkeypatch)


def test_harmfulqa_has_ten_topics_and_98_subtopics(official: Path) -> None:
    samples = list(red_eval().samples())
    topics = Counter(sample.category for sample in samples)
    assert len(samples) == 1960
    assert {topic for topic, count in topics.items() if count == 180} == {
        "Science and Technology",
        "Philosophy and Ethics",
    }
    assert sorted(topics.values()) == [180, 180, *[200] * 8]
    assert Counter(Counter((s.category, s.metadata["subtopic"]) for s in samples).values()) == {20: 98}


@pytest.mark.parametrize(("questions", "count"), [("dangerousqa", 200), ("adversarialqa", 500)])
def test_lists_are_read_whole(official: Path, questions: str, count: int) -> None:
    samples = list(red_eval(questions=questions).samples())  # type: ignore[arg-type]
    listed = json.loads((official / f"{questions}.json").read_text(encoding="utf-8"))
    assert [sample.request for sample in samples] == [text.strip() for text in listed]
    assert len(samples) == count


def test_catqa_asks_the_same_550_questions_in_three_languages(official: Path) -> None:
    benchmark = red_eval(questions="catqa", language="all")
    samples = list(benchmark.samples())
    assert Counter(sample.language for sample in samples) == {"en": 550, "zh": 550, "vi": 550}
    assert Counter(Counter(sample.pair for sample in samples).values()) == {3: 550}
    keys = Counter((s.language, s.category, s.metadata["subtopic"]) for s in samples)
    assert set(keys.values()) == {10}
    assert len(keys) == 3 * 55
    assert {sample.category for sample in samples} == set(benchmark.hazards)
    assert len({(s.pair, s.category, s.metadata["subtopic"]) for s in samples}) == 550


def test_only_catqa_comes_in_other_languages(official: Path) -> None:
    with pytest.raises(UserError, match="only questions=catqa"):
        red_eval(language="zh")


def test_published_rates_are_those_of_the_table(official: Path) -> None:
    table = json.loads((official / "published_asr.json").read_text(encoding="utf-8"))
    names = {"standard": "standard", "cot": "CoT", "cou": "RedEval"}
    for model, row in published().items():
        official_row = dict(zip(table["cols"], table[model], strict=False))
        for key, title in (("dangerousqa", "DangerousQA"), ("harmfulqa", "HarmfulQA")):
            for mode, value in row.get(key, {}).items():
                assert value == official_row[f"{title} {names[mode]}"]
    found = list(references("official", "dangerousqa", red_eval(questions="dangerousqa").samples()))
    assert {each.name: each.values[""] for each in found}["Vicuna-13B"] == 0.027
