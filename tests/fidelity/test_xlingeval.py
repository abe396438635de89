import json
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.benchmarks.xlingeval.benchmark import xlingeval
from plimsoll.benchmarks.xlingeval.official_yes_no import official_medalpaca, official_yes_no
from plimsoll.benchmarks.xlingeval.scores import points_fewer, times_more
from plimsoll.text.jaccard import jaccard, official_tokens
from plimsoll.text.languages import language_of
from plimsoll.text.right_or_wrong import calls_right
from tests.support.official_files import official_folder

BY_HAND = {
    "Yes": 1,
    "No": 0,
    "yes": 1,
    "no": 0,
    "Yes.": 1,
    "No.": 0,
    "Sí": 1,
    "No, eso no es correcto": 0,
    "是的": 1,
    "不是": 0,
    "不正确": 0,
    "正确": 1,
    "错误": 0,
    "हाँ": 1,
    "नहीं": 0,
    "Depends": -1,
    "Unknown": -1,
    "不确定": -1,
    "Yes, but I do not know": -1,
    "I know this: yes": 1,
    "Not sure": -1,
    "Nope": 0,
    "Entailment": 1,
    "Not entailment": 0,
    "": -1,
    None: -1,
    "对": 1,
    "不对": 0,
    "Correct": 1,
    "The diagnosis is wrong": 0,
    "jo": -1,
    "जी हाँ": 1,
}
"""What a reader would say; doubt is no answer."""
COUNTS = {
    "HealthQA": {
        "en": (1013, 98, 20, 3),
        "es": (891, 175, 63, 5),
        "zh": (878, 185, 57, 14),
        "hi": (575, 402, 110, 47),
    },
    "LiveQA": {
        "en": (226, 3, 14, 3),
        "es": (213, 12, 20, 1),
        "zh": (212, 16, 14, 4),
        "hi": (142, 59, 32, 13),
    },
    "MedicationQA": {
        "en": (618, 18, 49, 5),
        "es": (547, 50, 70, 23),
        "zh": (509, 41, 92, 48),
        "hi": (407, 125, 107, 51),
    },
}
"""GPT-3.5: more comprehensive, less, neither, contradictory (paper, table 2)."""


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Path:
    return official_folder("xlingeval", monkeypatch)


def test_the_official_mappings_are_those_of_the_scripts(official: Path) -> None:
    golden = json.loads((official / "yesno_mapping_golden.json").read_text(encoding="utf-8"))
    for row in golden:
        assert official_yes_no(row["response"]) == row["gpt"], row
        assert official_medalpaca(row["response"]) == row["medalpaca"], row


def test_the_strict_reading_is_right_on_every_golden_string(official: Path) -> None:
    golden = json.loads((official / "yesno_mapping_golden.json").read_text(encoding="utf-8"))
    assert {row["response"] for row in golden} == set(BY_HAND)
    for reply, label in BY_HAND.items():
        said = calls_right(reply or "")
        assert (-1 if said is None else int(said)) == label, reply


def test_likeness_is_the_official_one_to_twelve_digits(official: Path) -> None:
    for row in json.loads((official / "jaccard_golden.json").read_text(encoding="utf-8")):
        first, second = official_tokens(row["a"]), official_tokens(row["b"])
        assert jaccard(first, second) == pytest.approx(row["unigram"], abs=1e-12)
        assert jaccard(first, second, 2) == pytest.approx(row["bigram"], abs=1e-12)


def test_the_two_headline_numbers_come_out_of_the_table() -> None:
    ratio = times_more(COUNTS)
    assert round(points_fewer(COUNTS), 2) == 18.12
    assert ratio is not None
    assert round(ratio, 2) == 5.82


@pytest.mark.parametrize("dataset", ["liveqa", "medicationqa"])
def test_a_sample_holds_one_right_answer_in_five_aligned_in_four_languages(
    official: Path, dataset: str
) -> None:
    benchmark = xlingeval(split="sample", dataset=dataset)  # type: ignore[arg-type]
    samples = list(benchmark.samples())
    assert Counter(sample.language for sample in samples) == dict.fromkeys(("en", "es", "zh", "hi"), 200)
    english = [sample for sample in samples if sample.language == "en"]
    assert Counter(sample.target for sample in english) == {"Yes": 40, "No": 160}
    assert len({sample.metadata["question"] for sample in english}) == 40
    assert Counter(Counter(sample.pair for sample in samples).values()) == {4: 200}
    assert any("forty questions" in note for note in benchmark.notes)


def test_questions_are_in_the_language_that_they_say(official: Path) -> None:
    samples = list(xlingeval(split="sample", axis="correctness").samples())
    told = Counter(language_of(sample.messages[-1].text) == sample.language for sample in samples)
    assert told[True] / len(samples) > 0.93
