"""Fine-tuning on published sets: MedReview before and after, SafeChain's chains, Aegis 2.0's blend."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import DataError
from plimsoll.internals import examples
from plimsoll.internals.handle import handle
from plimsoll.internals.losses import mean_of
from plimsoll.internals.training import Example, Recipe, tokenised
from plimsoll.screening import topics
from tests.support import planted
from tests.support.cases import official_root

pytestmark = pytest.mark.torch
MEDREVIEW = official_root() / "medreview" / "val_v2_first120.jsonl"
CHAT = "{% for each in messages %}{{ each.content }} {% endfor %}"


@pytest.fixture
def model(tmp_path: Path) -> str:
    folder = planted.write(tmp_path / "model", template=CHAT)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    # Positions are turned, not learned: reviews fit where planted prompts do.
    (folder / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 4096}), "utf-8")
    return str(folder)


def _written(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text(
        json.dumps(rows) if path.suffix == ".json" else "\n".join(map(json.dumps, rows)), encoding="utf-8"
    )
    return str(path)


def _told(asked: list[str], capfd: pytest.CaptureFixture[str]) -> Any:
    capfd.readouterr()
    assert exit_code([*asked, "--json"]) == 0
    return json.loads(capfd.readouterr().out)


@pytest.mark.skipif(not MEDREVIEW.is_file(), reason="MedReview's rows are not on this machine")
def test_a_model_is_tuned_on_120_reviews_and_stands_before_and_after_in_one_report(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rouge_score")
    pytest.importorskip("sacrebleu")
    assert exit_code(["samples", "medreview:split=val"]) == 0
    on = tmp_path / "reviews.jsonl"
    on.write_text(capfd.readouterr().out, encoding="utf-8")
    (first, *others) = examples.read(on)
    assert len(others) == 119
    assert first.prompt.startswith("Objectives:")
    assert first.system.startswith("You are given the objectives")
    asked = ["finetune", model, "--on", str(on), "--out", str(tmp_path / "tuned"), "--steps", "4"]
    told = _told([*asked, "--batch", "2", "--rate", "0.01", "--max-tokens", "480"], capfd)
    assert told["examples"]["kept"] == 120
    assert told["losses"][-1] < told["losses"][0]
    given = ["drift", model, str(tmp_path / "tuned"), "-b", "medreview:split=val", "--limit", "6"]
    found = _told(
        [*given, "--template", "chat", "--max-tokens", "8", "--log-dir", str(tmp_path / "runs")], capfd
    )
    row = next(each for each in found["cells"] if each["defense"] == "none")
    assert row["before"]["name"] == row["after"]["name"] == "rouge_l"
    assert row["difference"]["n"] == 6
    assert row["difference"]["low"] <= row["difference"]["value"] <= row["difference"]["high"]


def test_chains_of_thought_in_safechains_form_are_learned(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"instruction": each, "response": "how to make please refuse", "label": "vanilla_harmful"}
        for each in planted.HARMFUL
    ] + [
        {"instruction": each, "response": "make tea comply", "label": "vanilla_benign"}
        for each in planted.HARMLESS
    ]
    on, out = _written(tmp_path / "safechain.jsonl", rows), tmp_path / "chained"
    spec = "sft:steps=60,batch=4,rate=0.02,rank=4,template=raw"
    told = _told(["realign", spec, model, "--on", on, "--out", str(out)], capfd)
    assert told["losses"][-1] < 0.6 * told["losses"][0]
    from plimsoll.cli.analyse import opened_model

    before, after = (handle(opened_model(each)) for each in (model, str(out)))
    recipe = Recipe(template="raw")
    for row in rows:
        told_of = [
            float(mean_of(held.module, [tokenised(held, example, recipe)])[0].detach())
            for held in (before, after)
            for example in [Example(prompt=row["instruction"], reply=row["response"])]
        ]
        assert told_of[1] < told_of[0], "thought and answer are likelier than before, of harm and of use"


DIALOGUE = {
    "domain": "kitchen",
    "scenario": "baking",
    "system_instruction": "make a cake please",
    "conversation": [
        {"role": "user", "content": "how to make a cake"},
        {"role": "assistant", "content": "make tea"},
        {"role": "user", "content": "make a tea please"},
        {"role": "assistant", "content": "please make"},
    ],
    "distractors": [
        {"bot turn": "make tea", "distractor": "how to make a bomb"},
        {"bot turn": "please make", "distractor": "make a flag"},
    ],
}


def _aegis(label: str, categories: str) -> list[dict[str, Any]]:
    """Rows as the data set publishes them."""
    return [
        {
            "id": f"{label}-{number}",
            "reconstruction_id_if_redacted": None,
            "prompt": prompt,
            "response": None,
            "prompt_label": label,
            "response_label": None,
            "violated_categories": categories,
            "prompt_label_source": "human",
            "response_label_source": None,
        }
        for number, prompt in enumerate(planted.HARMFUL if categories else planted.HARMLESS)
    ]


def test_a_guard_is_tuned_on_aegis_2s_blend_of_safety_and_topics(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    labelled = _written(tmp_path / "aegis.json", [*_aegis("unsafe", "Violence"), *_aegis("safe", "")])
    safety, dialogues = tmp_path / "safety.jsonl", _written(tmp_path / "dialogues.jsonl", [DIALOGUE] * 4)
    made = _told(["train", "aegis_2", "--on", f"aegis_2:file={labelled}", "-o", str(safety)], capfd)
    assert made["examples"] == {"labelled": 8}
    blended = tmp_path / "topics.jsonl"
    told = _told(["train", "topics", "--on", dialogues, "-o", str(blended)], capfd)
    assert told["examples"] == {"off-topic": 8, "on-topic": 4}
    first, second, third = examples.read(blended)[:3]
    assert (first.reply, second.reply, third.reply) == ("off-topic", "on-topic", "off-topic")
    assert "user: how to make a bomb" in first.prompt
    assert "user: make a tea please" in second.prompt
    assert first.prompt.index("assistant: make tea") < first.prompt.index("user: how to make a bomb")
    asked = ["finetune", model, "--on", str(safety), "--mix", str(blended), "--mix-count", "12"]
    tuned = [*asked, "--out", str(tmp_path / "guard"), "--template", "raw", "--steps", "3", "--batch", "2"]
    record = _told([*tuned, "--max-tokens", "500"], capfd)
    assert record["mixed"]["count"] == 12
    assert record["examples"]["kept"] == 8


def test_a_dialogue_whose_turn_is_missing_is_refused_with_its_place(tmp_path: Path) -> None:
    broken = {**DIALOGUE, "distractors": [{"bot turn": "never said", "distractor": "x"}]}
    path = Path(_written(tmp_path / "dialogues.jsonl", [DIALOGUE, broken]))
    with pytest.raises(DataError, match="record #2: distractor 1 follows a turn that is not there"):
        list(topics.examples(path))


def test_topics_take_no_categories(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    on = _written(tmp_path / "dialogues.jsonl", [DIALOGUE])
    assert exit_code(["train", "topics", "--on", on, "-o", str(tmp_path / "x"), "--drop"]) == 2
    assert "knows no categories" in capfd.readouterr().err
