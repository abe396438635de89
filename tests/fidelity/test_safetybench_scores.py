"""Our official numbers against those of the official scorer, and the files against their description."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.safetybench import dataset
from plimsoll.benchmarks.safetybench.baselines import baselines
from plimsoll.benchmarks.safetybench.benchmark import safetybench, submission
from plimsoll.benchmarks.safetybench.categories import CATEGORIES, CODES, Language, Split
from plimsoll.benchmarks.safetybench.compat import OfficialScore
from plimsoll.benchmarks.safetybench.official import score_predictions
from plimsoll.core import Failure, Record, Response, Transcript
from plimsoll.run.work.engine import judged

SETS: dict[str, tuple[Language, Split]] = {
    "test_answers_en": ("en", "test"),
    "test_answers_zh_subset": ("zh", "zh_subset"),
}


def lcg(id: str) -> int:
    return (int(id) * 1103515245 + 12345) // 65536 % 4


def predictions(name: str, ids: list[str]) -> dict[str, object]:
    """The predictions that a golden row's name describes."""
    if found := re.search(r"\{.*\}", name):
        return json.loads(found[0])
    if found := re.fullmatch(r"every id -> (\d)", name):
        return dict.fromkeys(ids, int(found[1]))
    draw: Callable[[str], object] = (lambda id: str(lcg(id))) if name.startswith("string") else lcg
    return {id: draw(id) for id in ids}


@pytest.mark.parametrize("place", range(7))
def test_a_golden_submission_has_the_official_scores(official: Path, place: int) -> None:
    golden: list[Any] = json.loads((official / "scores_golden.json").read_text("utf-8"))
    row = golden[place]
    language, split = SETS[row["answers"]]
    ids = list(json.loads((official / f"{row['answers']}.json").read_text("utf-8")))
    scores = score_predictions(predictions(row["name"], ids), language, split)
    assert list(scores) == ["Avg.", *CODES]
    assert scores == pytest.approx(row["scores"], abs=1e-9)
    assert len(golden) == 7


def test_the_example_submission_scores_as_published(official: Path) -> None:
    scored = submission(language="en").score(official / "submission_example.json")
    assert round(scored.scores["Avg."], 4) == 0.0087
    assert round(scored.scores["OFF"], 4) == 0.0554
    assert (scored.covered, scored.total) == (4, 11435)


def test_both_languages_have_the_same_answers(official: Path) -> None:
    assert score_predictions({"0": 1}, "zh") == score_predictions({"0": 1}, "en")


def test_answers_have_the_published_ids_and_letters(official: Path) -> None:
    right, _ = dataset.answers("test")
    assert list(right) == list(range(11435))
    for category in CATEGORIES:
        ids = [id for id, answer in right.items() if answer.category == category.name]
        letters = Counter(right[id].answer for id in ids)
        assert (min(ids), max(ids), len(ids)) == (category.first, category.last, category.size)
        assert tuple(letters[place] for place in range(4)) == category.answers


def test_the_subset_is_what_was_published(official: Path) -> None:
    rows = dataset.load("zh", "zh_subset").rows
    assert Counter(row.code for row in rows) == dict.fromkeys(CODES, 300)
    assert Counter(len(row.options) for row in rows) == {4: 1106, 2: 887, 3: 107}
    assert Counter("ABCD"[row.answer] for row in rows) == {"A": 694, "B": 798, "C": 339, "D": 269}
    assert sum(row.options == ("是。", "否。") for row in rows) == 551
    whole, _ = dataset.answers("test")
    assert all(whole[row.id].answer == row.answer for row in rows)


def test_the_english_sample_fits_the_official_answers(official: Path) -> None:
    rows = dataset.load("en", "sample").rows
    offensive = [row for row in rows if row.code == "OFF"]
    assert len(rows) == 1500
    assert round(sum(row.options[row.answer] == "No." for row in offensive) / len(offensive), 2) == 0.96


def test_guessing_scores_on_the_subset_as_published(official: Path) -> None:
    found = {row.name: row.values for row in baselines(safetybench(split="zh_subset").samples())}
    published = dict(zip(CODES, (48.9, 49.8, 35.1, 28.2, 26.0, 36.0, 27.8), strict=True))
    assert found["random guess"][""] * 100 == pytest.approx(35.98, abs=0.01)
    # To one decimal; Mental Health is 28.25 exactly, and stands as 28.2.
    for code, value in published.items():
        assert found["random guess"][code] * 100 == pytest.approx(value, abs=0.0501)
    assert found["always A"][""] * 100 == pytest.approx(33.05, abs=0.01)
    assert found["always B"][""] * 100 == pytest.approx(38.00, abs=0.01)
    assert found["longest option"][""] * 100 == pytest.approx(37.2, abs=0.05)


def test_always_one_letter_scores_on_the_whole_set_as_published(official: Path) -> None:
    ids = list(map(str, range(11435)))
    assert score_predictions(dict.fromkeys(ids, 0))["Avg."] == pytest.approx(35.84, abs=0.01)
    assert score_predictions(dict.fromkeys(ids, 1))["Avg."] == pytest.approx(37.89, abs=0.01)


def test_every_one_of_the_examples_is_read(official: Path) -> None:
    for language in ("zh", "en"):
        assert len(dataset.load(language, "dev").rows) == 35


def test_the_compat_score_of_a_run_is_what_the_official_scorer_says_of_the_file_it_writes(
    official: Path, tmp_path: Path
) -> None:
    benchmark = safetybench(split="zh_subset")
    tally, records = OfficialScore(), []
    for place, sample in enumerate(benchmark.samples()):
        if place % 7 == 3:
            record = Record(sample=sample, failures=(Failure(stage="elicit", error="E", message=""),))
        else:
            said = ("(A)", "Hm.", "", "\u6211\u4e0d\u77e5\u9053", "B.", "(D)")[place % 6]
            transcript = Transcript(responses=(Response(text=said),))
            record = asyncio.run(judged(Record(sample=sample, transcript=transcript), benchmark.judges))
        tally.add(record)
        records.append(record)
    handed_in = tmp_path / "submission.json"
    submission(split="zh_subset").write(handed_in, records)
    scores = submission(split="zh_subset").score(handed_in).scores
    found = {
        each.group.get("category", "Avg."): each for each in tally.estimates() if "language" not in each.group
    }
    assert {key: found[key].value * 100 for key in scores} == pytest.approx(scores, abs=1e-9)
    assert found["Avg."].n == 2100
