import asyncio
from pathlib import Path

import msgspec
import pytest

from plimsoll.benchmarks.labsafety import bench_dataset as dataset
from plimsoll.benchmarks.labsafety import bench_prompts as prompts
from plimsoll.benchmarks.labsafety import judge as labsafety
from plimsoll.benchmarks.labsafety.bench import labsafety_bench
from plimsoll.benchmarks.labsafety.bench_layouts import parts
from plimsoll.benchmarks.labsafety.scenarios import labsafety_scenarios
from plimsoll.benchmarks.labsafety.scenarios_dataset import QUESTIONS, load
from plimsoll.core import Response, Transcript


@pytest.fixture
def questions(official: Path) -> list[dict[str, object]]:
    lines = (official.parent / "labsafety-bench" / "mcq_316.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line) for line in lines]


def test_all_questions_are_taken_apart_as_they_should_be(questions: list[dict[str, object]]) -> None:
    layouts: dict[str, int] = {}
    for row in questions:
        found = parts(str(row["question_raw"]))
        assert found is not None
        assert (found.stem, list(found.options)) == (row["stem"], row["options"])
        layouts[found.layout] = layouts.get(found.layout, 0) + 1
    assert layouts == {"inline": 283, "lines": 23, "escaped": 10}


def test_the_keyed_option_is_the_preferred_text_wherever_it_can_be_compared(
    questions: list[dict[str, object]], official: Path
) -> None:
    rows = {row.id: row for row in dataset.load("train").rows}
    comparable = [row for row in questions if row["answer_confirmed_by_dpo"] is not None]
    assert len(comparable) == 306
    assert all(row["answer_confirmed_by_dpo"] for row in comparable)
    for row in comparable:
        ours = rows[str(row["id"])]
        options = row["options"]
        assert isinstance(options, list)
        assert ours.options["ABCD".index(ours.answer)] == options["ABCD".index(str(row["answer"]))]


@pytest.mark.parametrize("shots", [0, 5])
@pytest.mark.parametrize("mode", ["DA", "CoT"])
def test_prompts_are_the_official_strings_on_every_row(
    mode: prompts.Mode, shots: int, questions: list[dict[str, object]]
) -> None:
    ending = "\nStep-by-Step analysis: \nFinal Choice: " if mode == "CoT" else "\nFinal Choice: "
    samples = list(labsafety_bench(split="train", mode=mode, shots=5 if shots else 0).samples())
    assert len(samples) == 316
    for row, sample in zip(questions, samples, strict=True):
        text = sample.messages[-1].text
        asked = f"Question: {row['question_raw']}{ending}"
        assert (
            text
            == (prompts.wordings()["cot" if mode == "CoT" else "direct"]["shots"] if shots else "") + asked
        )


def test_the_scenes_and_their_points_are_counted_as_published(official: Path) -> None:
    found = load("train")
    lists = [points for scene in found.scenarios for points in scene.issues.values()]
    assert len(found.scenarios) == 201
    assert len(lists) == 804
    assert sum(map(len, lists)) == 1714
    assert sum(not points for points in lists) == 3
    assert sum(len(scene.decisions) for scene in found.scenarios) == 757
    assert {name for scene in found.scenarios for name in scene.issues} == set(QUESTIONS)
    notes = labsafety_scenarios(split="train").notes
    assert any(note.startswith("3 of 804 items have no expected points") for note in notes)


REPLY = (
    "The main risks are exposure to radioactive contaminants and radiation damage, and the spread of "
    "contamination to the lab equipment during decontamination. Incorrect wiping materials are a problem."
)
BY_HAND = {"0": (1.0, 0.0, 0.5, 0.5), "1": (0.5, 0.0, 0.0, 0.0), "2": (0.5, 0.0, 0.0, 0.0)}
"""Scene -> score of each of the four questions, counted word by word."""


def test_the_rule_scores_scenes_as_worked_out_by_hand(official: Path) -> None:
    judge = labsafety.keywords()
    for sample in labsafety_scenarios(split="train").samples():
        if sample.pair not in BY_HAND:
            continue
        verdict = asyncio.run(judge.judge(sample, Transcript(responses=(Response(text=REPLY),))))
        assert verdict.value == BY_HAND[sample.pair][QUESTIONS.index(sample.category)], sample.id
