import re
from pathlib import Path
from statistics import fmean

import msgspec
import pytest

from plimsoll.benchmarks.medreview.benchmark import medreview
from plimsoll.core import Sample
from plimsoll.text.summaries import likeness, meteor
from tests.support.official_files import official_folder

pytest.importorskip("rouge_score")
pytest.importorskip("sacrebleu")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
FILES = {
    "after": "test_after_cutoff_v2_first250.jsonl",
    "before": "test_before_cutoff_v2_first250.jsonl",
    "val": "val_v2_first120.jsonl",
}


SYSTEMS = [
    ("after", "lead3"),
    pytest.param("before", "last3", marks=pytest.mark.slow),
    pytest.param("val", "abstract", marks=pytest.mark.slow),
]


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Path:
    return official_folder("medreview", monkeypatch)


def extracts(sample: Sample) -> dict[str, str]:
    sentences = SENTENCE.split(str(sample.metadata["source"]).strip())
    return {
        "lead3": " ".join(sentences[:3]),
        "last3": " ".join(sentences[-3:]),
        "abstract": str(sample.metadata["source"]),
    }


@pytest.mark.parametrize(("split", "system"), SYSTEMS)
def test_extractive_systems_score_as_the_libraries_say(split: str, system: str, official: Path) -> None:
    golden = msgspec.json.decode((official / "extractive_baselines_golden.json").read_bytes())[FILES[split]]
    samples = list(medreview(split=split).samples())  # type: ignore[arg-type]
    assert len(samples) == golden["rows"]
    found = [
        likeness(extracts(sample)[system], sample.target or "", str(sample.metadata["source"]))
        for sample in samples
    ]
    expected = golden[system]
    assert 100 * fmean(each.rouge_1 for each in found) == pytest.approx(expected["rouge1"], abs=1e-6)
    assert 100 * fmean(each.rouge_2 for each in found) == pytest.approx(expected["rouge2"], abs=1e-6)
    assert 100 * fmean(each.rouge_l for each in found) == pytest.approx(expected["rougeL"], abs=1e-6)
    stemmed = 100 * fmean(each.rouge_l_stemmed for each in found)
    assert stemmed == pytest.approx(expected["rougeL_stemmed"], abs=1e-6)
    assert 100 * fmean(each.chrf for each in found) == pytest.approx(
        expected["chrF2_sentence_mean"], abs=1e-6
    )
    if system == "abstract":
        assert fmean(each.copy_rate for each in found) > 0.99
        assert fmean(each.length_ratio for each in found) > 2


class NoSynonyms:
    def synsets(self, word: str) -> list[object]:
        return []


def test_meteor_is_nltks_where_no_synonym_matches(official: Path) -> None:
    library = pytest.importorskip("nltk.translate.meteor_score")
    words = re.compile(r"\w+|[^\w\s]")
    for sample in list(medreview(split="val").samples())[:20]:
        said, wanted = extracts(sample)["lead3"], sample.target or ""
        one, other = words.findall(said.lower()), words.findall(wanted.lower())
        theirs = library.meteor_score([other], one, wordnet=NoSynonyms())
        assert meteor(said, wanted) == pytest.approx(theirs)
        assert 0.0 < theirs < 1.0


def test_both_periods_are_asked_side_by_side(official: Path) -> None:
    samples = list(medreview(split="both").samples())
    assert {sample.category for sample in samples} == {"before", "after"}
    assert len({sample.id for sample in samples}) == 500
    assert len(medreview(split="both").notes) == 2
