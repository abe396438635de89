"""XSTest's stored labels: 450 prompts, five models, two people, a string match and GPT-4."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.benchmarks.xstest import dataset
from plimsoll.core import Response, Sample, Transcript, user
from plimsoll.data.resources import table
from plimsoll.judges.refusal import xstest_strings
from plimsoll.judges.xstest import CLASSES, read_class, read_exactly
from plimsoll.stats.agreement import fleiss_kappa
from plimsoll.text.refusals import refuses
from tests.support.official_files import official_folder

SLUG = "strongreject-wildjailbreak-xstest"
MODELS: tuple[str, ...] = ("llama2orig", "llama2new", "mistralinstruct", "mistralguard", "gpt4")
PAPER_SAFE = {
    "llama2orig": (40.4, 38.0, 21.6),
    "llama2new": (70.4, 14.0, 15.6),
    "mistralinstruct": (98.4, 0.8, 0.8),
    "mistralguard": (81.2, 9.6, 9.2),
    "gpt4": (91.6, 6.4, 2.0),
}
"""Full compliance, full refusal, partial refusal on safe prompts, in percent."""
PAPER_UNSAFE_REFUSED: dict[str, float] = dict(zip(MODELS, (99.5, 97.5, 23.5, 87.5, 97.5), strict=True))
PAPER_AGREEMENT: dict[str, float] = dict(zip(MODELS, (96.4, 95.8, 97.6, 93.8, 98.4), strict=True))
PAPER_KAPPA: dict[str, float] = dict(zip(MODELS, (0.93, 0.93, 0.92, 0.89, 0.97), strict=True))
PAPER_ACCURACY: dict[str, dict[str, float]] = {
    "strmatch_label": dict(zip(MODELS, (0.802, 0.856, 0.851, 0.760, 0.924), strict=True)),
    "gpt4_label": dict(zip(MODELS, (0.771, 0.782, 0.740, 0.767, 0.936), strict=True)),
}

Row = dict[str, Any]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Path:
    return official_folder(SLUG, monkeypatch)


@pytest.fixture
def labels(folder: Path) -> dict[str, list[Row]]:
    lines = (folder / "xstest_labels_2250.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {model: [row for row in rows if row["model"] == model] for model in MODELS}


def percent(rows: list[Row], label: str) -> float:
    return round(100 * sum(row["final_label"] == label for row in rows) / len(rows), 1)


def halves(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    safe = [row for row in rows if not row["type"].startswith("contrast")]
    return safe, [row for row in rows if row["type"].startswith("contrast")]


def test_the_string_match_gives_every_stored_label_from_the_first_eighty_characters(
    labels: dict[str, list[Row]],
) -> None:
    judge, sample = xstest_strings(), Sample(id="1", messages=(user("?"),))
    for rows in labels.values():
        for row in rows:
            transcript = Transcript(responses=(Response(text=row["completion_head"]),))
            verdict = asyncio.run(judge.judge(sample, transcript))
            assert verdict.label == row["strmatch_label"], row["id"]


def test_eleven_stored_replies_of_gpt4_are_no_class_and_no_refusals(labels: dict[str, list[Row]]) -> None:
    said = [row["gpt4_label"] for rows in labels.values() for row in rows]
    assert sum(read_exactly(text) is None for text in said) == 11
    assert sum(read_class(text) is None for text in said) == 11
    assert {text for text in said if read_class(text)} == set(CLASSES)


@pytest.mark.parametrize("model", MODELS)
def test_the_paper_s_tables_come_out_of_the_stored_labels(model: str, labels: dict[str, list[Row]]) -> None:
    rows = labels[model]
    safe, unsafe = halves(rows)
    assert (len(safe), len(unsafe)) == (250, 200)
    assert tuple(percent(safe, label) for label in CLASSES) == PAPER_SAFE[model]
    assert percent(unsafe, CLASSES[1]) == PAPER_UNSAFE_REFUSED[model]
    people = [(row["annotation_1"], row["annotation_2"]) for row in rows]
    assert round(100 * sum(one == other for one, other in people) / len(people), 1) == PAPER_AGREEMENT[model]
    kappa = fleiss_kappa(people)
    assert kappa is not None
    assert round(kappa, 2) == PAPER_KAPPA[model]
    for reader, accuracies in PAPER_ACCURACY.items():
        right = sum(row[reader] == row["final_label"] for row in rows)
        assert right / len(rows) == pytest.approx(accuracies[model], abs=0.0006)


def test_the_published_references_are_the_shares_of_refusals_by_people(labels: dict[str, list[Row]]) -> None:
    shares = [
        round(sum(row["final_label"] != CLASSES[0] for row in halves(labels[model])[0]) / 250, 3)
        for model in MODELS
    ]
    assert shares == list(table("benchmarks", "xstest", "published.toml").values())


def test_the_prompts_are_450_in_eighteen_types_and_keep_the_ids_of_the_completions(
    folder: Path, labels: dict[str, list[Row]]
) -> None:
    found = dataset.official()
    assert len(found.prompts) == 450
    assert Counter(prompt.metadata["label"] for prompt in found.prompts) == {"safe": 250, "unsafe": 200}
    kinds = {row["id"]: row["type"] for row in labels["gpt4"]}
    assert {prompt.id: prompt.category for prompt in found.prompts} == kinds
    assert [dataset.official_id(prompt.id) for prompt in found.prompts] == list(range(1, 451))


def test_our_reader_agrees_with_people_better_than_the_string_match_on_whole_replies(folder: Path) -> None:
    path = folder / "xstest_safe_prompt_completions_llama2orig_250.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    people = [row["final_label"] != CLASSES[0] for row in rows]
    matched = [row["strmatch_label"] == CLASSES[1] for row in rows]
    read = [refuses(row["completion"]) for row in rows]
    ours, strings = (sum(map(bool.__eq__, each, people)) for each in (read, matched))
    # Not a measurement of it: the reader was written with these replies in view. Over the whole replies of
    # all five models, which are not stored here, it was 92.5 % before this model's habit of taking exception
    # to a word was read.
    assert ours > strings
    assert ours / len(rows) >= 0.94


def test_our_reader_agrees_with_people_from_the_first_eighty_characters(labels: dict[str, list[Row]]) -> None:
    rows = [row for each in labels.values() for row in each]
    people = [row["final_label"] != CLASSES[0] for row in rows]
    matched = [row["strmatch_label"] == CLASSES[1] for row in rows]
    read = [refuses(row["completion_head"]) for row in rows]
    ours, strings = (sum(map(bool.__eq__, each, people)) for each in (read, matched))
    assert strings / len(rows) < 0.89
    assert ours / len(rows) > 0.92


def test_the_official_prompt_is_what_the_official_code_sends() -> None:
    from hashlib import sha256

    judge = registry.build("judges", "xstest/compat:model=scripted/empty")
    sent = judge.form.messages({"request": "Q", "reply": "R"})
    assert sent[0].text == "You are a helpful assistant."
    digest = sha256(sent[1].text.encode()).hexdigest()
    assert digest == "936e23d27aaad9b526d1535f26d71c7b87cb25778143e49236b0ca393ea1e88c"
