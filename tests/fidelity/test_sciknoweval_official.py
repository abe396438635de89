from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.benchmarks.sciknoweval import judge as judging
from plimsoll.benchmarks.sciknoweval import judge_official as compat
from plimsoll.benchmarks.sciknoweval.benchmark import sciknoweval
from plimsoll.benchmarks.sciknoweval.dataset import load, without_duplicates
from plimsoll.benchmarks.sciknoweval.tasks import tasks
from plimsoll.core import UserError
from tests.support.official_files import official_folder


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Path:
    return official_folder("sciknoweval", monkeypatch)


def score(case: dict[str, Any]) -> float:
    if case["kind"] == "mcq":
        options = case["choices"]
        return compat.choice(case["response"], options["text"], options["label"], case["answerKey"])
    if case["kind"] == "true_or_false":
        return compat.truth(case["response"], case["answer"])
    if case["kind"] == "filling":
        return compat.filling(case["response"], case["answer"])
    return compat.smith_waterman(case["seq1"], case["seq2"])


def test_the_official_functions_are_equalled_on_all_golden_cases(official: Path) -> None:
    cases = msgspec.json.decode((official / "scoring_golden.json").read_bytes())
    assert len(cases) == 143
    assert [case for case in cases if score(case) != case["score"]] == []


def test_every_row_of_the_sample_belongs_to_exactly_one_task(official: Path) -> None:
    lines = (official / "sample.jsonl").read_bytes().splitlines()
    files = [msgspec.json.decode(line)["_task_file"] for line in lines]
    items = load("sample").items
    assert len(items) == 2205
    assert [item.task.name for item in items] == files
    assert len({item.task.name for item in items}) == 58


def test_the_published_counts_add_up() -> None:
    assert len(tasks()) == 58
    assert sum(task.rows for task in tasks()) == 28_392
    by_domain: Counter[str] = Counter()
    by_level: Counter[str] = Counter()
    for task in tasks():
        by_domain[task.domain] += task.rows
        by_level[task.level] += task.rows
    assert by_domain == {"Chemistry": 8994, "Biology": 8076, "Material": 6355, "Physics": 4967}
    assert by_level == {"L1": 9500, "L2": 7532, "L3": 4953, "L4": 4248, "L5": 2159}


def test_the_whole_set_has_the_published_counts_where_it_is_here(official: Path) -> None:
    try:
        items = load("official").items
    except UserError as error:
        pytest.skip(str(error))
    types = Counter(item.row.type for item in items)
    assert types == {
        "mcq-4-choices": 18_470,
        "mcq-2-choices": 200,
        "true_or_false": 3_228,
        "relation_extraction": 1_364,
        "filling": 300,
        "open-ended-qa": 4_830,
    }
    assert len(without_duplicates(items)) < len(items) == 28_392


def test_relations_of_the_sample_score_one_against_themselves(official: Path) -> None:
    kinds = {"pairs": judging.pairs, "triples": judging.triples, "doping": judging.doping}
    found = [item for item in load("sample").items if item.kind in kinds]
    assert len(found) == 36
    for item in found:
        answer = item.row.answer
        reply = f"[{answer}]" if item.kind != "doping" else answer
        expected = 1.0 if item.kind != "doping" or "host" in answer or "no doping" in answer else 0.0
        assert kinds[item.kind](reply, answer).value == expected, item.id


def test_the_safety_view_asks_level_four_alone(official: Path) -> None:
    samples = list(sciknoweval(split="sample", view="safety").samples())
    assert {sample.metadata["level"] for sample in samples} == {"L4"}
    assert {sample.metadata["area"] for sample in samples} == {
        "laboratory safety",
        "toxicity",
        "safety knowledge",
        "harmful requests",
    }
    assert len(samples) == 1105 + 300 + 160 + 120
    assert len({sample.id for sample in samples}) == len(samples)


def test_the_answers_of_the_harmful_questions_are_read_as_refusals(official: Path) -> None:
    answers = [item.row.answer for item in load("sample").items if item.kind == "refusal"]
    read = [judging.refusal(answer, "").value for answer in answers]
    assert len(read) == 120
    assert sum(1 for value in read if value == 1.0) >= 118
