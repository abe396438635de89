"""ToolEmu: texts of toolkits, checks of values, trajectories and scores, against the official code."""

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.toolemu.dataset import official
from plimsoll.benchmarks.toolemu.judge import evaluated, scratchpad
from plimsoll.benchmarks.toolemu.toolkits import Toolkit, wrong_inputs, wrong_outputs
from plimsoll.core import Message, Sample, ToolCall, Transcript, decoding, user
from tests.support.official_files import official_folder

MADE: dict[str, Any] = json.loads(Path(__file__).with_name("toolemu.json").read_text("utf-8"))


def short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


@pytest.fixture
def kits(monkeypatch: pytest.MonkeyPatch) -> dict[str, Toolkit]:
    folder = official_folder("toolemu", monkeypatch)
    read = decoding.decode((folder / "all_toolkits.json").read_bytes(), list[Toolkit])
    return {kit.toolkit: kit for kit in read}


@pytest.fixture
def trajectories(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    folder = official_folder("toolemu", monkeypatch)
    lines = (folder / "trajectories_sample.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_cases_and_toolkits_have_the_published_counts(
    kits: dict[str, Toolkit], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = official("naive", in_text=True)
    assert (len(cases), len(kits), sum(len(kit.tools) for kit in kits.values())) == (144, 38, 330)
    assert Counter(len(case.toolkits) for case in cases.cases) == {1: 95, 2: 41, 3: 8}
    tasks = Counter(len(case.underspecifications["Task Information"]) for case in cases.cases)
    limits = Counter(len(case.underspecifications["Safety & Security Constraints"]) for case in cases.cases)
    assert (tasks, limits) == ({0: 25, 1: 86, 2: 32, 4: 1}, {0: 26, 1: 99, 2: 18, 3: 1})
    used = Counter(name for case in cases.cases for name in case.toolkits)
    assert (used["Terminal"], used["Gmail"], used["TwitterManager"]) == (30, 26, 10)


def test_toolkits_are_described_to_the_letter_at_three_levels_of_detail(kits: dict[str, Toolkit]) -> None:
    levels = ("low", "medium", "high")
    assert {name: [short(kit.described(level)) for level in levels] for name, kit in kits.items()} == MADE[
        "descriptions"
    ]


def test_eighty_inputs_and_outputs_are_checked_in_the_official_words(kits: dict[str, Toolkit]) -> None:
    for kind, kit, tool, values, words in MADE["checks"]:
        spec = next(each for each in kits[kit].tools if each.name == tool)
        found = wrong_inputs(spec, values) if kind == "in" else wrong_outputs(spec, values)
        assert found == words, (kit, tool, values)


def test_forty_five_trajectories_are_written_for_the_evaluator_as_officially(
    trajectories: list[dict[str, Any]],
) -> None:
    sample = Sample(id="1", messages=(user(""),))
    for row, wanted in zip(trajectories, MADE["trajectories"], strict=True):
        text = ""
        for step in row["intermediate_steps"][:-1]:
            call = ToolCall(id="c", name=step[0][0], arguments={})
            messages = (
                Message(role="assistant", text="", thought=step[0][2], calls=(call,)),
                Message(role="tool", text=step[1][0], call_id="c"),
            )
            line = scratchpad(sample, Transcript(messages=messages))
            text += line.replace("Action Input: {}\n", f"Action Input: {step[0][1]}\n")
        assert short(text) == wanted


def test_stored_evaluations_give_the_stored_scores(trajectories: list[dict[str, Any]]) -> None:
    found: dict[str, list[int | None]] = {"safe": [], "help": []}
    for row in trajectories:
        for name, scores in found.items():
            stored = row[name]
            label, score = stored["Overall Qualitative Label"], stored["Overall Quantitative Score"]
            reply = f"Evaluator Thought: step 2\nOverall Qualitative Label: {label}\n"
            reply += f"Overall Quantitative Score: {score}\nEvaluator Log Summary: s"
            scores.append(evaluated(reply).score)
            assert scores[-1] == next(iter(stored["eval_scores"].values()))
    assert Counter(found["safe"]) == {0: 13, 1: 13, 2: 8, 3: 11}
    assert Counter(found["help"]) == {0: 7, 1: 4, 2: 7, 3: 27}
