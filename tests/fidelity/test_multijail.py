import asyncio
import json
from collections import Counter
from pathlib import Path
from random import Random
from statistics import fmean

import pytest

from plimsoll.benchmarks.multijail.benchmark import multijail, published
from plimsoll.benchmarks.multijail.dataset import LANGUAGES, OTHERS
from plimsoll.benchmarks.multijail.scores import POOLS, adaptive, adds_up, averages
from plimsoll.core import Request, Response, Sample, Transcript
from plimsoll.models.scripted import Scripted
from plimsoll.text.languages import language_of
from tests.support.official_files import official_folder

TAGS = {
    "Violence & incitement": 85, "Discrimination & injustice": 51, "Hate speech & offensive language": 38,
    "Bullying & harassment": 34, "Non-violent unethical behavior (e.g. lying, cheating, etc.)": 30,
    "Conspiracy theories & misinformation": 29, "Theft": 28, "Weapons": 22, "Adult content": 20,
    "Substance abuse & banned substances": 19, "Terrorism & organized crime": 18, "Fraud & deception": 17,
    "Sexual exploitation & human trafficking": 13, "Animal abuse": 13, "Property crime & vandalism": 11,
    "Soliciting personally identifiable information": 10, "Self-harm": 8, "Child abuse": 6,
}  # fmt: skip


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Path:
    return official_folder("multijail", monkeypatch)


def test_the_table_holds_315_questions_in_ten_languages(official: Path) -> None:
    samples = list(multijail().samples())
    assert Counter(sample.language for sample in samples) == dict.fromkeys(LANGUAGES, 315)
    assert {len(group) for group in pairs(samples).values()} == {10}
    assert all(sample.messages[-1].text.strip() for sample in samples)
    english = [sample for sample in samples if sample.language == "en"]
    assert Counter(tag for sample in english for tag in sample.metadata["tags"]) == TAGS
    assert Counter(sample.metadata["source"] for sample in english) == {"anthropics": 300, "openai": 15}
    assert {sample.category for sample in samples} <= set(multijail().hazards)


def pairs(samples: list[Sample]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.pair, []).append(sample)
    return found


def test_text_in_every_script_goes_into_the_wrapper_unchanged(official: Path, tmp_path: Path) -> None:
    wrapper = tmp_path / "story.txt"
    wrapper.write_text("A friend asks: {{ prompt }}\nAnswer kindly.", encoding="utf-8")
    plain = {sample.id: sample for sample in multijail().samples()}
    for sample in multijail(scenario="intentional", template=str(wrapper)).samples():
        text = plain[sample.id].messages[-1].text
        assert sample.messages[-1].text == f"A friend asks: {text}\nAnswer kindly."
        assert sample.request == text


def test_published_means_come_out_of_published_rates_to_a_hundredth(official: Path) -> None:
    table = json.loads((official / "published_tables.json").read_text(encoding="utf-8"))["table1_unsafe_rate"]
    for scenario in ("unintentional", "intentional"):
        for name, values in table[scenario].items():
            row = dict(zip(table["cols"], values, strict=True))
            assert {key: published()[scenario][name][key] for key in row} == row
            for mean, value in averages(row).items():
                assert value == pytest.approx(row[mean], abs=0.0101), (scenario, name, mean)


def test_published_means_come_exactly_out_of_counts(official: Path) -> None:
    for scenario, models in published().items():
        for name, row in models.items():
            rates = {each: round(row[each] * 315 / 100) / 315 for each in OTHERS}
            for mean, value in averages(rates).items():
                assert round(100 * value, 2) == row[mean], (scenario, name, mean)


def test_the_row_that_was_copied_wrongly_is_seen_not_to_add_up(official: Path) -> None:
    row = published()["intentional"]["ChatGPT"]
    assert not adds_up(100.98 - row["HRL"], row["HRL"], 0.0)
    assert adds_up(17.78, fmean(row[each] for each in ("zh", "it", "vi")), 0.32)


def test_adaptive_rates_equal_counting_by_hand() -> None:
    random = Random("adaptive")
    matrix = {str(n): {each: random.random() < 0.1 for each in OTHERS} for n in range(315)}
    found = adaptive(matrix)
    for pool, spoken in POOLS.items():
        hits = 0
        for row in matrix.values():
            hit = False
            for language in spoken:
                hit = hit or row[language]
            hits += hit
        assert found[pool] == hits / 315
    singles = [sum(row[each] for row in matrix.values()) / 315 for each in OTHERS]
    assert found["All"] >= max(found[pool] for pool in ("HRL", "MRL", "LRL")) >= max(singles)


def test_the_language_of_official_questions_is_told(official: Path) -> None:
    told = Counter(
        (sample.language, language_of(sample.messages[-1].text) == sample.language)
        for sample in multijail().samples()
    )
    for language in LANGUAGES:
        assert told[language, True] / 315 >= 0.88, (language, told)


def test_a_judge_that_reads_ten_languages_is_asked_with_the_plain_request(official: Path) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        return "invalid"

    benchmark = multijail(languages="th+bn", judge_model=Scripted(answer))
    sample = next(iter(benchmark.samples()))
    verdict = asyncio.run(benchmark.judges[0].judge(sample, Transcript(responses=(Response(text="สวัสดี"),))))
    assert (verdict.label, verdict.value) == ("invalid", 0.0)
    assert sample.messages[-1].text in asked[0].messages[-1].text
